"""Tells subscribers what happened, and closes connections that have to end."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from darkroom.edge.sockets.application import Application, Caller
from darkroom.edge.sockets.ports import Channel, Store

Event = TypeVar("Event")

_THREADS = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """How many subscriptions were told, ended, found gone, or could not be reached; the last are worth another try."""

    told: int = 0
    ended: int = 0
    gone: int = 0
    failed: int = 0


class Delivery(Generic[Event]):
    """Speaks to connections from outside their own messages."""

    def __init__(
        self, store: Store, channel: Channel, application: Application[Event], *, threads: int = _THREADS
    ) -> None:
        self._store = store
        self._channel = channel
        self._application = application
        self._threads = threads

    def tell(self, topics: Sequence[str], event: Event) -> Delivered:
        """Tell an event to everybody who listens to one of the topics and may see it."""
        raise NotImplementedError

    def close_session(self, caller: Caller) -> int:
        """Close every connection of a session (of the whole account without one) and return how many those were."""
        raise NotImplementedError

    def close_if_silent(self, connection_id: str) -> bool:
        """Close a connection that did not send `connection_init` in time; False if it did, or is gone."""
        raise NotImplementedError
