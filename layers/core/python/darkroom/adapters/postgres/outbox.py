"""The outbox: events that are true as soon as their transaction is, waiting to be told."""

from dataclasses import asdict
from datetime import datetime

import psycopg
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from darkroom.events import Event


class Outbox:
    """Takes events, on one transaction."""

    def __init__(self, connection: psycopg.Connection[DictRow], now: datetime) -> None:
        self._connection = connection
        self._now = now

    def append(self, event: Event) -> None:
        """Write an event beside the change it tells of."""
        facts = asdict(event).items()
        payload = {name: str(value) for name, value in facts if name != "id" and value is not None}
        self._connection.execute(
            """
            INSERT INTO outbox (id, name, payload, happened_at)
            VALUES (%(id)s, %(name)s, %(payload)s, %(happened_at)s)
            """,
            {"id": event.id, "name": event.name, "payload": Jsonb(payload), "happened_at": self._now},
        )

    def forget(self, *, handed_on_before: datetime, limit: int) -> int:
        """Drop the oldest events that were handed on and return how many went."""
        return self._connection.execute(
            """
            DELETE FROM outbox
            WHERE position IN (
                SELECT position
                FROM outbox
                WHERE published_at < %(before)s
                ORDER BY published_at
                LIMIT %(limit)s
                FOR UPDATE SKIP LOCKED
            )
            """,
            {"before": handed_on_before, "limit": limit},
        ).rowcount
