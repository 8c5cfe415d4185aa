"""Keyset pages: stable while rows are inserted, because a cursor names a place, not a count."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, TypeVar
from uuid import UUID

from darkroom.errors import Invalid

MOST_ON_A_PAGE = 100
USUAL_ON_A_PAGE = 20

_MICROSECOND_BYTES = 8
_CURSOR_BYTES = _MICROSECOND_BYTES + 16

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in a list ordered newest first: the time and the id of the last item seen."""

    at: datetime
    id: UUID

    def __str__(self) -> str:
        """Return the cursor as clients hold it: opaque, safe in an address."""
        microseconds = round(self.at.timestamp() * 1_000_000)
        packed = microseconds.to_bytes(_MICROSECOND_BYTES, "big") + self.id.bytes
        return urlsafe_b64encode(packed).decode()


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Some items, and where the next ones begin, if there are more."""

    items: Sequence[Item]
    next: Cursor | None


def parse_cursor(text: str | None) -> Cursor | None:
    """Read a cursor that an earlier page gave out."""
    if not text:
        return None
    try:
        packed = urlsafe_b64decode(text)
        seconds, rest = divmod(int.from_bytes(packed[:_MICROSECOND_BYTES], "big"), 1_000_000)
        at = datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest)
    except (ValueError, OverflowError, OSError) as error:
        raise _not_a_cursor() from error
    if len(packed) != _CURSOR_BYTES:
        raise _not_a_cursor()
    return Cursor(at=at, id=UUID(bytes=packed[_MICROSECOND_BYTES:]))


def parse_limit(text: str | None) -> int:
    """Read how many items a page should hold: 1 to 100, 20 where nothing is said."""
    if text is None:
        return USUAL_ON_A_PAGE
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= MOST_ON_A_PAGE:
        sentence = f"The limit must be a whole number from 1 to {MOST_ON_A_PAGE}."
        raise Invalid(sentence, {"limit": [sentence]})
    return int(text)


def _not_a_cursor() -> Invalid:
    sentence = "This cursor was not given out by us: start again without one."
    return Invalid(sentence, {"cursor": [sentence]})
