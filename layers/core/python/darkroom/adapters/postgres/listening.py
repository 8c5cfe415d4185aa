"""Who waits for something to change is woken when it does: LISTEN, on one connection for a whole process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import psycopg

from darkroom.adapters.postgres.outages import Outage

CHANNEL = "outbox"

_LOOK_EVERY_SECONDS = 10.0  # whether the connection is still there


class Changed:
    """What one watcher waits on. It remembers, so nothing that happens between two waits is missed."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    async def wait(self, within: float) -> bool:
        """Wait for a change and forget it; after `within` seconds without one, return False."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._event.wait(), within)
        happened = self._event.is_set()
        self._event.clear()
        return happened

    def tell(self) -> None:
        """Wake the watcher."""
        self._event.set()


class Listener:
    """Hears what the outbox's trigger says. While the connection is away nothing is heard, so a new one wakes all."""

    def __init__(self, database_url: str) -> None:
        self._url = database_url
        self._watchers: dict[str | None, set[Changed]] = {}

    async def run(self, stop: asyncio.Event) -> None:
        """Listen until told to stop, through every outage of the database."""
        outage = Outage("The listener")
        while not stop.is_set():
            hearing = asyncio.create_task(self._hear(outage))
            stopping = asyncio.create_task(stop.wait())
            try:
                await asyncio.wait({hearing, stopping}, return_when=asyncio.FIRST_COMPLETED)
                if hearing.done():
                    await hearing
            except (psycopg.Error, OSError) as error:
                await outage.wait(error, stop)
            finally:
                for task in (hearing, stopping):
                    task.cancel()
                await asyncio.gather(hearing, stopping, return_exceptions=True)

    @asynccontextmanager
    async def watching(self, key: str | None) -> AsyncIterator[Changed]:
        """Watch one key (an image's id), or everything with None. Read the present state after this has begun."""
        changed = Changed()
        self._watchers.setdefault(key, set()).add(changed)
        try:
            yield changed
        finally:
            self._watchers[key].discard(changed)
            if not self._watchers[key]:
                del self._watchers[key]

    async def _hear(self, outage: Outage) -> None:
        async with await connect(self._url) as connection:
            await connection.execute("LISTEN outbox")
            outage.is_over()
            for key in list(self._watchers):
                self._tell(key)
            while True:
                async for told in connection.notifies(timeout=_LOOK_EVERY_SECONDS):
                    self._tell(told.payload)
                    self._tell(None)
                await connection.execute("SELECT 1")

    def _tell(self, key: str | None) -> None:
        for changed in self._watchers.get(key, ()):
            changed.tell()


async def connect(url: str) -> psycopg.AsyncConnection[psycopg.rows.TupleRow]:
    """Open a connection that notices within seconds when the other side is gone."""
    return await psycopg.AsyncConnection.connect(
        url,
        autocommit=True,
        prepare_threshold=None,
        connect_timeout=5,
        options="-c statement_timeout=20000 -c idle_in_transaction_session_timeout=60000 -c timezone=UTC",
        keepalives_idle=20,
        keepalives_interval=5,
        keepalives_count=3,
        tcp_user_timeout=20_000,
    )
