"""The shapes of what opens a socket."""

from datetime import datetime

import msgspec


class TicketView(msgspec.Struct, frozen=True, kw_only=True):
    """What opens one socket, once, as `?ticket=`, until it expires."""

    ticket: str
    expires_at: datetime
