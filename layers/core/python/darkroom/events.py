"""What happened, in the past tense: written to the outbox beside the change that made it true."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Protocol

from darkroom.ids import AccountId, EventId, ImageId, uuid7


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageChanged:
    """An image moved on to another status."""

    name: ClassVar[str] = "image.changed"

    image_id: ImageId
    owner_id: AccountId
    status: str
    id: EventId = field(default_factory=lambda: EventId(uuid7()))


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionEnded:
    """Somebody signed out, so what was opened with that session, or without one with any, has to be closed."""

    name: ClassVar[str] = "session.ended"

    account_id: AccountId
    session_id: str | None
    id: EventId = field(default_factory=lambda: EventId(uuid7()))


Event = ImageChanged | SessionEnded


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """An event as the outbox keeps it and the events queue carries it; a repeat has the same id."""

    id: EventId
    name: str
    payload: Mapping[str, str]
    happened_at: datetime


class EventLog(Protocol):
    """Takes events inside a unit of work: they are published if, and only if, it commits."""

    def append(self, event: Event) -> None:
        """Write an event beside the change it tells of."""
