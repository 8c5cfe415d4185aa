"""Stand-ins for what the sockets package keeps, sends through and carries; the first two share tests/contract."""

import json
import secrets
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from darkroom.edge.sockets.application import Caller, Operation, Rejected
from darkroom.edge.sockets.ports import (
    AlreadySubscribed,
    Busy,
    Connection,
    Gone,
    Subscription,
    Ticket,
    TooManySubscriptions,
)
from tests.builders import NOON

ADA = Caller("ada", "adas session")


class FakeSocketTickets:
    """Tickets in a dictionary."""

    def __init__(self) -> None:
        self.now = NOON
        self._issued: dict[str, tuple[Caller, datetime]] = {}

    def issue(self, caller: Caller) -> Ticket:
        ticket = Ticket(secrets.token_urlsafe(), self.now + timedelta(seconds=60))
        self._issued[ticket.ticket] = (caller, ticket.expires_at)
        return ticket

    def spend(self, ticket: str) -> Caller | None:
        caller, ends = self._issued.pop(ticket, (None, self.now))
        return caller if ends > self.now else None


class FakeSockets:
    """Connections and subscriptions in dictionaries."""

    def __init__(self) -> None:
        self._connections: dict[str, Connection] = {}
        self._subscriptions: dict[tuple[str, str], Subscription] = {}
        self._ended: set[str | None] = set()
        self._lock = threading.Lock()

    def open(self, connection: Connection) -> bool:
        if connection.caller.session in self._ended:
            return False
        self._connections[connection.id] = connection
        return True

    def connection(self, connection_id: str) -> Connection | None:
        return self._connections.get(connection_id)

    def acknowledge(self, connection_id: str) -> bool:
        connection = self._connections.get(connection_id)
        if connection is None or connection.acknowledged:
            return False
        self._connections[connection_id] = replace(connection, acknowledged=True)
        return True

    def forget(self, connection_id: str) -> None:
        self._connections.pop(connection_id, None)
        for key in [key for key in self._subscriptions if key[0] == connection_id]:
            del self._subscriptions[key]

    def add(self, subscription: Subscription, *, most: int) -> None:
        key = (subscription.connection_id, subscription.id)
        with self._lock:
            if subscription.connection_id not in self._connections:
                raise Gone
            if sum(connection_id == key[0] for connection_id, _ in self._subscriptions) >= most:
                raise TooManySubscriptions
            if key in self._subscriptions:
                raise AlreadySubscribed
            self._subscriptions[key] = subscription

    def has(self, connection_id: str, subscription_id: str) -> bool:
        return (connection_id, subscription_id) in self._subscriptions

    def end(self, connection_id: str, subscription_id: str) -> None:
        self._subscriptions.pop((connection_id, subscription_id), None)

    def drop(self, subscription: Subscription) -> None:
        self.end(subscription.connection_id, subscription.id)

    def listening(self, topic: str) -> Iterable[Sequence[Subscription]]:
        yield [subscription for subscription in self._subscriptions.values() if subscription.topic == topic]

    def end_session(self, caller: Caller) -> Sequence[Connection]:
        if caller.session is not None:
            self._ended.add(caller.session)
        return [
            connection
            for connection in self._connections.values()
            if connection.caller.subject == caller.subject and caller.session in {None, connection.caller.session}
        ]


class FakeChannel:
    """Keeps what was posted; connections can be gone, and posts can fail a few times."""

    def __init__(self) -> None:
        self.posted: dict[str, list[dict[str, Any]]] = {}
        self.closed: list[str] = []
        self.gone: set[str] = set()
        self.busy: dict[str, int] = {}

    def post(self, connection_id: str, message: str) -> None:
        self._reach(connection_id)
        self.posted.setdefault(connection_id, []).append(json.loads(message))

    def close(self, connection_id: str) -> None:
        self._reach(connection_id)
        self.closed.append(connection_id)
        self.gone.add(connection_id)

    def heard(self, connection_id: str) -> list[dict[str, Any]]:
        """Return what was posted since the last look."""
        return self.posted.pop(connection_id, [])

    def _reach(self, connection_id: str) -> None:
        if connection_id in self.gone:
            raise Gone(connection_id)
        if self.busy.get(connection_id, 0) > 0:
            self.busy[connection_id] -= 1
            raise Busy


@dataclass
class FakeAlarm:
    """Remembers for which connections it was set."""

    connections: list[str] = field(default_factory=list)

    def set(self, connection_id: str) -> None:
        self.connections.append(connection_id)


@dataclass
class FakeApplication:
    """A wire service: the operation `wire` listens to the topic in its variables; `hidden_from` may not hear."""

    present: list[Mapping[str, Any]] = field(default_factory=list)
    hidden_from: set[str] = field(default_factory=set)
    breaks_for: set[str] = field(default_factory=set)
    resolved: int = 0

    def topic(self, operation: Operation, caller: Caller) -> str:
        del caller
        if operation.query != "wire":
            raise Rejected([{"message": "Only `wire` is served: ask for that."}])
        return str(operation.variables.get("topic", "news"))

    def first(self, operation: Operation, caller: Caller) -> Iterable[Mapping[str, Any]]:
        del operation, caller
        return list(self.present)

    def audience(self, event: str, operation: Operation, caller: Caller) -> str | None:
        del event, operation
        if caller.subject in self.breaks_for:
            raise LookupError(caller.subject)
        return None if caller.subject in self.hidden_from else "everybody"

    def resolve(self, event: str, operation: Operation, caller: Caller) -> Mapping[str, Any]:
        del operation, caller
        self.resolved += 1
        if event == "unspeakable":
            raise Rejected([{"message": "There are no words for this."}])
        return {"data": {"wire": event}}


def a_subscription(**facts: Any) -> Subscription:
    usual: dict[str, Any] = {
        "connection_id": "ada-1",
        "id": "s1",
        "topic": "news",
        "operation": Operation(query="wire"),
        "caller": ADA,
    }
    return Subscription(**usual | facts)
