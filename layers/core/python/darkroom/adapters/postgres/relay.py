"""The relay: hands each event of the outbox on to the events queue, at least once, as soon as it is true."""

import asyncio
from collections.abc import Collection, Sequence
from datetime import UTC
from typing import Protocol

import psycopg
from psycopg.rows import TupleRow

from darkroom.adapters.postgres.listening import Changed, Listener, connect
from darkroom.adapters.postgres.outages import Outage
from darkroom.errors import Unavailable
from darkroom.events import Message
from darkroom.ids import EventId

MOST_AT_ONCE = 100

_LOOK_EVERY_SECONDS = 5.0  # in case a notification was lost


class EventsQueue(Protocol):
    """Where events go."""

    def send(self, messages: Sequence[Message]) -> Collection[EventId]:
        """Take messages and return the ids of those taken; when the queue is away, raise `Unavailable`."""


class Relay:
    """Hands events on until it is told to stop. Several may run at once: what one has claimed the others pass over."""

    def __init__(self, database_url: str, queue: EventsQueue, listener: Listener) -> None:
        self._url = database_url
        self._queue = queue
        self._listener = listener

    async def run(self, stop: asyncio.Event) -> None:
        """Work through every outage of the database and the queue; a stop lets the batch at hand be finished."""
        outage = Outage("The relay")
        async with self._listener.watching(None) as changed:
            at_the_end = asyncio.create_task(_tell_at_the_end(stop, changed))
            while not stop.is_set():
                try:
                    async with await connect(self._url) as connection:
                        await self._work(connection, changed, outage, stop)
                except (psycopg.Error, OSError, Unavailable) as error:
                    await outage.wait(error, stop)
            await at_the_end

    async def _work(
        self, connection: psycopg.AsyncConnection[TupleRow], changed: Changed, outage: Outage, stop: asyncio.Event
    ) -> None:
        while not stop.is_set():
            claimed, taken = await self._hand_on(connection)
            if taken < claimed:
                await outage.wait(f"The queue left {claimed - taken} of {claimed} events.", stop)
                continue
            outage.is_over()
            if claimed < MOST_AT_ONCE:
                await changed.wait(_LOOK_EVERY_SECONDS)

    async def _hand_on(self, connection: psycopg.AsyncConnection[TupleRow]) -> tuple[int, int]:
        """Hand one batch on; return how many were claimed and how many of them the queue took."""
        async with connection.transaction():
            waiting = await _claim(connection)
            if not waiting:
                return 0, 0
            taken = await asyncio.to_thread(self._queue.send, waiting)
            await connection.execute(
                "UPDATE outbox SET published_at = now() WHERE id = ANY(%(ids)s)", {"ids": list(taken)}
            )
        return len(waiting), len(taken)


async def _claim(connection: psycopg.AsyncConnection[TupleRow]) -> list[Message]:
    """Keep the oldest waiting events from every other relay until the transaction ends."""
    rows = await connection.execute(
        """
        SELECT id, name, payload, happened_at
        FROM outbox
        WHERE published_at IS NULL
        ORDER BY position
        LIMIT %(limit)s
        FOR UPDATE SKIP LOCKED
        """,
        {"limit": MOST_AT_ONCE},
    )
    return [
        Message(id=EventId(event_id), name=name, payload=payload, happened_at=happened_at.astimezone(UTC))
        for event_id, name, payload, happened_at in await rows.fetchall()
    ]


async def _tell_at_the_end(stop: asyncio.Event, changed: Changed) -> None:
    await stop.wait()
    changed.tell()
