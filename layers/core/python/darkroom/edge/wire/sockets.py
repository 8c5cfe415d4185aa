"""The shapes of what opens a socket."""

import msgspec

from darkroom.edge.wire.common import Time


class TicketView(msgspec.Struct, frozen=True, kw_only=True):
    """What opens one socket, once, as `?ticket=`, until it expires."""

    ticket: str
    expires_at: Time
