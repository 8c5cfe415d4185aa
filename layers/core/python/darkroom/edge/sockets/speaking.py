"""Says things to connections patiently, and ends them with a word of why."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from darkroom.edge.sockets import messages
from darkroom.edge.sockets.ports import Busy, Channel, Gone

PAUSES = (0.05, 0.2, 0.5)
"""Seconds between tries; API Gateway asks for back-off on 429 and 5xx."""


@dataclass(frozen=True, slots=True)
class Closing:
    """A close event of the protocol. API Gateway cannot send it, so a `ping` announces it; see README.md."""

    code: int
    reason: str


UNKNOWN = Closing(4403, "Forbidden: this connection is not known, connect again with a new ticket")
SIGNED_OUT = Closing(4403, "Forbidden: the session has ended, sign in again")
NOT_ACKNOWLEDGED = Closing(4401, "Unauthorized")
INIT_TIMEOUT = Closing(4408, "Connection initialisation timeout")
TOO_MANY_INITS = Closing(4429, "Too many initialisation requests")
INTERNAL_ERROR = Closing(4500, "Internal server error: connect again")


def invalid_message(reason: str) -> Closing:
    """Return the end of a connection whose client sent what the protocol does not know."""
    return Closing(4400, f"Invalid message received: {reason}")


def already_exists(subscription_id: str) -> Closing:
    """Return the end of a connection whose client subscribed twice under one id."""
    return Closing(4409, f"Subscriber for {subscription_id} already exists")


class Speaker:
    """The channel, with a few tries when it is busy."""

    def __init__(self, channel: Channel, *, pauses: Sequence[float] = PAUSES) -> None:
        self._channel = channel
        self._pauses = pauses

    def say(self, connection_id: str, message: str) -> None:
        """Post a message, or raise `Gone`, or `Busy` after the last try."""
        self._patiently(lambda: self._channel.post(connection_id, message))

    def close(self, connection_id: str, closing: Closing) -> None:
        """Announce the end and close; a connection that is gone already is closed enough."""
        try:
            self.say(connection_id, messages.ping({"closing": {"code": closing.code, "reason": closing.reason}}))
            self._patiently(lambda: self._channel.close(connection_id))
        except Gone:
            pass

    def _patiently(self, act: Callable[[], None]) -> None:
        for pause in self._pauses:
            try:
                return act()
            except Busy:
                time.sleep(pause)
        return act()
