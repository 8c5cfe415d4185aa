"""What the package asks of the application whose subscriptions it carries."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

Event_contra = TypeVar("Event_contra", contravariant=True)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is behind a connection, as the ticket said: an account and the session it signed in with."""

    subject: str
    session: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What a client subscribed with."""

    query: str
    operation_name: str | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)


class Rejected(Exception):  # noqa: N818 - an outcome, named as one
    """An operation that is not taken; `errors` are GraphQL errors, as the protocol's `error` message carries them."""

    def __init__(self, errors: Sequence[Mapping[str, Any]]) -> None:
        super().__init__(errors)
        self.errors = list(errors)


class Application(Protocol[Event_contra]):
    """Decides what an operation listens to, who may hear it, and what is said."""

    def topic(self, operation: Operation, caller: Caller) -> str:
        """Check an operation (limits, validation, authorisation) and name what it listens to, or raise `Rejected`."""
        ...

    def first(self, operation: Operation, caller: Caller) -> Iterable[Mapping[str, Any]]:
        """Return the results to send as soon as the subscription stands: the present state, or what was missed."""
        ...

    def audience(self, event: Event_contra, operation: Operation, caller: Caller) -> Hashable | None:
        """Return a key, equal for callers that get the same result; None for one who may not see it (any more)."""
        ...

    def resolve(self, event: Event_contra, operation: Operation, caller: Caller) -> Mapping[str, Any]:
        """Return what is said about an event: `{"data": ..., "errors": ...}`."""
        ...
