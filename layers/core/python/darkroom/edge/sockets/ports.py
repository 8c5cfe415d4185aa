"""What the package keeps and what it sends through, as narrow as it needs them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from darkroom.edge.sockets.application import Caller, Operation


class Gone(Exception):  # noqa: N818 - an outcome, named as one
    """A connection that is no longer there."""


class Busy(Exception):  # noqa: N818 - an outcome, named as one
    """A message that could not be posted just now; trying again later is safe."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """One open socket; it may subscribe once its `connection_init` was acknowledged."""

    id: str
    caller: Caller
    acknowledged: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """One operation that listens to a topic; `id` is the client's and unique within its connection."""

    connection_id: str
    id: str
    topic: str
    operation: Operation
    caller: Caller


@dataclass(frozen=True, slots=True)
class Ticket:
    """What opens one connection, once, until it expires."""

    ticket: str
    expires_at: datetime


class AlreadySubscribed(Exception):  # noqa: N818 - an outcome, named as one
    """The id of a subscription is in use on its connection."""


class TooManySubscriptions(Exception):  # noqa: N818 - an outcome, named as one
    """A connection has as many subscriptions as it may have."""


class Tickets(Protocol):
    """One-time tickets."""

    def issue(self, caller: Caller) -> Ticket:
        """Return a new ticket."""
        ...

    def spend(self, ticket: str) -> Caller | None:
        """Return whom a ticket was issued to, exactly once; None for one that is unknown, spent or expired."""
        ...


class Store(Protocol):
    """Open connections and their subscriptions; what it is asked to forget may be gone already."""

    def open(self, connection: Connection) -> bool:
        """Save a connection that was just made; False, and nothing saved, if its session has ended."""
        ...

    def connection(self, connection_id: str) -> Connection | None:
        """Return a connection that is open."""
        ...

    def acknowledge(self, connection_id: str) -> bool:
        """Mark a connection as acknowledged; False if it was before, or is gone."""
        ...

    def forget(self, connection_id: str) -> None:
        """Forget a connection and its subscriptions."""
        ...

    def add(self, subscription: Subscription, *, most: int) -> None:
        """Save a subscription, or raise `AlreadySubscribed`, `TooManySubscriptions`, or `Gone` without a connection."""
        ...

    def has(self, connection_id: str, subscription_id: str) -> bool:
        """Tell whether the id of a subscription is in use on its connection."""
        ...

    def end(self, connection_id: str, subscription_id: str) -> None:
        """Forget a subscription of which only the id is known."""
        ...

    def drop(self, subscription: Subscription) -> None:
        """Forget a subscription, also one of which only the topic knows."""
        ...

    def listening(self, topic: str) -> Iterable[Sequence[Subscription]]:
        """Return the subscriptions to a topic, page by page."""
        ...

    def end_session(self, caller: Caller) -> Sequence[Connection]:
        """Let no connection of a caller's session open any more, and return those that are.

        Without a session those are all of the subject's, and new ones may open.
        """
        ...


class Channel(Protocol):
    """The way back to the clients; several threads may use it at once."""

    def post(self, connection_id: str, message: str) -> None:
        """Send a text message, or raise `Gone` or `Busy`."""
        ...

    def close(self, connection_id: str) -> None:
        """Close a connection, or raise `Gone` or `Busy`."""
        ...


class InitAlarm(Protocol):
    """Rings when a connection should have been acknowledged."""

    def set(self, connection_id: str) -> None:
        """Ask for `Delivery.close_if_silent(connection_id)` in a few seconds."""
        ...
