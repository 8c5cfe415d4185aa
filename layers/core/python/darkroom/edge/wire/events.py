"""What travels on the events queue: each event of the outbox, and alarms about sockets."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from darkroom.errors import Malformed, NotFound
from darkroom.events import Event, ImageChanged, SessionEnded
from darkroom.ids import AccountId, EventId, ImageId, parse_id


@dataclass(frozen=True, slots=True, kw_only=True)
class SocketOpened:
    """A connection was opened a while ago; by now it must have introduced itself."""

    connection_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One message: what happened, when, and the id by which a repeat is known."""

    id: EventId
    happened_at: datetime
    event: Event | SocketOpened


class _Message(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    name: str
    happened_at: datetime
    payload: dict[str, str]


def read_event(body: str) -> Told:
    """Read a message; one that nobody here can have sent raises `Malformed`."""
    try:
        message = msgspec.json.decode(body, type=_Message)
        event = _event(EventId(message.id), message.name, message.payload)
    except (msgspec.MsgspecError, KeyError, NotFound) as error:
        raise Malformed(f"This is no event: {body[:200]!r}.") from error
    return Told(id=EventId(message.id), happened_at=message.happened_at, event=event)


def _event(event_id: EventId, name: str, payload: Mapping[str, str]) -> Event | SocketOpened:
    if name == ImageChanged.name:
        return ImageChanged(
            id=event_id,
            image_id=parse_id(ImageId, payload["image_id"]),
            owner_id=parse_id(AccountId, payload["owner_id"]),
            status=payload["status"],
        )
    if name == SessionEnded.name:
        return SessionEnded(
            id=event_id, account_id=parse_id(AccountId, payload["account_id"]), session_id=payload.get("session_id")
        )
    if name == "socket.opened":
        return SocketOpened(connection_id=payload["connection_id"])
    raise Malformed(f"No event is called {name!r}.")
