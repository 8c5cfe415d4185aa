"""Decides who may open a connection: the subprotocol, the page it comes from, and a one-time ticket."""

from collections.abc import Collection
from http import HTTPStatus

from darkroom.edge.sockets.messages import SUBPROTOCOL
from darkroom.edge.sockets.ports import Connection, InitAlarm, Store, Tickets


class Refused(Exception):  # noqa: N818 - an outcome, named as one
    """A handshake that is answered with an HTTP status and a sentence that says what to do."""

    def __init__(self, status: HTTPStatus, words: str) -> None:
        super().__init__(words)
        self.status = status
        self.words = words


class Handshake:
    """The door. What has no `Origin` is no browser, and has the ticket to show like everybody."""

    def __init__(
        self, store: Store, tickets: Tickets, alarm: InitAlarm, *, allowed_origins: Collection[str] = ()
    ) -> None:
        self._store = store
        self._tickets = tickets
        self._alarm = alarm
        self._allowed = {_plain(origin) for origin in allowed_origins if origin.strip()}

    def connect(
        self, connection_id: str, *, subprotocols: Collection[str], origin: str | None, ticket: str | None
    ) -> None:
        """Open a connection, or raise `Refused`. The ticket is spent last, so that no other refusal costs one."""
        if SUBPROTOCOL not in subprotocols:
            words = f"Offer the subprotocol {SUBPROTOCOL} in Sec-WebSocket-Protocol."
            raise Refused(HTTPStatus.BAD_REQUEST, words)
        if origin is not None and _plain(origin) not in self._allowed:
            raise Refused(HTTPStatus.FORBIDDEN, f"Pages of {origin} may not connect here.")
        caller = self._tickets.spend(ticket) if ticket else None
        if caller is None:
            words = "Ask for a ticket and connect with ?ticket= within a minute; it is good once."
            raise Refused(HTTPStatus.UNAUTHORIZED, words)
        if not self._store.open(Connection(id=connection_id, caller=caller)):
            raise Refused(HTTPStatus.UNAUTHORIZED, "The session has ended: sign in again.")
        self._alarm.set(connection_id)


def _plain(origin: str) -> str:
    return origin.strip().lower().rstrip("/")
