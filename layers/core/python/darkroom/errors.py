"""The refusals of the product, in its own words. `edge/status.py` gives each one a status."""

from collections.abc import Mapping, Sequence


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not a fault
    """A request answered with no, and a sentence that says what to do next."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class Malformed(Refusal):
    """The request cannot be read at all."""


class Invalid(Refusal):
    """The request can be read and breaks a rule; `fields` maps a field to what is wrong with it."""

    def __init__(self, detail: str, fields: Mapping[str, Sequence[str]] | None = None) -> None:
        super().__init__(detail)
        self.fields = fields or {}


class Unauthenticated(Refusal):
    """Nobody is signed in, or the token is no longer good."""


class NotFound(Refusal):
    """There is no such thing, or the viewer may not know that there is."""


class Conflict(Refusal):
    """The request contradicts what is already there."""


class TooLarge(Refusal):
    """More bytes than this way in takes."""


class UnsupportedType(Refusal):
    """A kind of content that is not taken here."""


class TooManyTries(Refusal):
    """Slow down; `retry_after` is in seconds."""

    def __init__(self, detail: str, *, retry_after: int) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class Unavailable(Refusal):
    """Something behind us does not answer; trying again in `retry_after` seconds is right."""

    def __init__(self, detail: str, *, retry_after: int = 5) -> None:
        super().__init__(detail)
        self.retry_after = retry_after
