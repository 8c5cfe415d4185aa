"""Which events were told already, so that a repeat is not told again."""

from datetime import timedelta

from pynamodb.exceptions import DoesNotExist

from darkroom.adapters.dynamo.tables import ShortLived, bind, unix_now
from darkroom.ids import EventId

LIFETIME = timedelta(days=7)
"""As long as the outbox remembers an event."""


class _Told(ShortLived):
    """An event that was told, under `told#` and its id."""


class DynamoToldEvents:
    """Told events in a DynamoDB table."""

    def __init__(self, table_name: str) -> None:
        self._told = bind(_Told, table_name)

    def has(self, event_id: EventId) -> bool:
        """Tell whether an event was told already."""
        try:
            return self._told.get(_key(event_id), consistent_read=True).expires_at > unix_now()
        except DoesNotExist:
            return False

    def add(self, event_id: EventId) -> None:
        """Remember that an event was told."""
        self._told(_key(event_id), expires_at=unix_now() + int(LIFETIME.total_seconds())).save()


def _key(event_id: EventId) -> str:
    return f"told#{event_id}"
