"""The relay over a real Postgres: every event is handed on, whatever dies meanwhile."""

import asyncio
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import TypeVar
from uuid import UUID

import psycopg
import pytest

from darkroom.adapters.postgres.listening import Listener
from darkroom.adapters.postgres.relay import EventsQueue, Relay
from darkroom.adapters.postgres.unit_of_work import PostgresUnitOfWork
from darkroom.events import Message, SessionEnded
from darkroom.ids import AccountId, EventId, uuid7
from tests.builders import an_image, an_image_changed
from tests.deployed import ROOT
from tests.fakes import FakeEventsQueue

T = TypeVar("T")

_DYING_RELAY = """
import asyncio, os, sys
from darkroom.adapters.postgres.listening import Listener
from darkroom.adapters.postgres.relay import Relay

class LastWords:
    def send(self, messages):
        print(*(message.id for message in messages), flush=True)
        os.kill(os.getpid(), 9)

asyncio.run(Relay(sys.argv[1], LastWords(), Listener(sys.argv[1])).run(asyncio.Event()))
"""


def test_an_event_is_handed_on_as_soon_as_it_is_true(database: PostgresUnitOfWork, database_url: str) -> None:
    queue = FakeEventsQueue()

    async def story() -> float:
        async with _relays(database_url, queue):
            await _until(lambda: _is_listening(database_url))
            (told,) = await asyncio.to_thread(_happen, database, 1)
            began = time.monotonic()
            await _until(lambda: [message.id for message in queue.taken] == [told])
            return time.monotonic() - began

    took = asyncio.run(story())

    assert took < 1  # a poll alone would take up to five seconds
    assert _waiting(database_url) == 0


def test_what_an_event_leaves_open_is_not_told(database: PostgresUnitOfWork, database_url: str) -> None:
    queue, event = FakeEventsQueue(), SessionEnded(account_id=AccountId(uuid7()), session_id=None)
    with database() as store:
        store.events.append(event)

    async def story() -> None:
        async with _relays(database_url, queue):
            await _until(lambda: len(queue.taken) == 1)

    asyncio.run(story())

    assert queue.taken[0].payload == {"account_id": str(event.account_id)}


def test_what_waited_while_no_relay_ran_is_caught_up_with_in_order(
    database: PostgresUnitOfWork, database_url: str
) -> None:
    queue = FakeEventsQueue()
    happened = _happen(database, 250)

    asyncio.run(_hand_on_everything(database_url, queue))

    assert [message.id for message in queue.taken] == happened
    assert queue.taken[0].payload.keys() == {"image_id", "owner_id", "status"}
    assert queue.taken[0].happened_at.utcoffset() is not None


def test_an_event_that_is_not_committed_is_not_handed_on(database: PostgresUnitOfWork, database_url: str) -> None:
    queue = FakeEventsQueue()
    with database() as store:
        store.events.append(an_image_changed(an_image(), "awaiting"))
        asyncio.run(_hand_on_everything(database_url, queue))

    assert queue.taken == []


def test_several_relays_share_the_work_and_hand_nothing_on_twice(
    database: PostgresUnitOfWork, database_url: str
) -> None:
    queues = [FakeEventsQueue() for _ in range(4)]
    happened = _happen(database, 1500)

    async def story() -> None:
        async with _relays(database_url, *queues):
            happened.extend(await asyncio.to_thread(_happen, database, 1500))
            await _until(lambda: _waiting(database_url) == 0)

    asyncio.run(story())

    handed_on = Counter(message.id for queue in queues for message in queue.taken)
    assert handed_on == Counter(happened)
    assert sum(bool(queue.taken) for queue in queues) > 1


@pytest.mark.parametrize("gone", ["database", "queue"])
def test_an_outage_is_waited_out(database: PostgresUnitOfWork, database_url: str, gone: str) -> None:
    queue = FakeEventsQueue()

    async def story() -> None:
        async with _relays(database_url, queue):
            await _until(lambda: _is_listening(database_url))
            queue.is_away = gone == "queue"
            if gone == "database":
                _cut_every_connection(database_url)
            happened = await asyncio.to_thread(_happen, database, 20)
            await asyncio.sleep(0.3)
            queue.is_away = False
            await _until(lambda: {message.id for message in queue.taken} == set(happened))

    asyncio.run(story())

    assert _waiting(database_url) == 0


def test_what_the_queue_refuses_waits_and_holds_nothing_up(database: PostgresUnitOfWork, database_url: str) -> None:
    queue = FakeEventsQueue()
    happened = _happen(database, 5)
    queue.refused = {happened[0]}

    async def story() -> None:
        async with _relays(database_url, queue):
            await _until(lambda: {message.id for message in queue.taken} == set(happened[1:]))
            await _until(lambda: _waiting(database_url) == 1)
            queue.refused = set()
            await _until(lambda: _waiting(database_url) == 0)

    asyncio.run(story())

    assert Counter(message.id for message in queue.taken) == Counter(happened)


def test_a_relay_that_is_killed_in_the_middle_loses_nothing_and_repeats_with_the_same_ids(
    database: PostgresUnitOfWork, database_url: str
) -> None:
    """REQUIREMENTS 12. Killed before the queue took it or after, for Postgres it is the same: not committed."""
    queue = FakeEventsQueue()
    happened = _happen(database, 120)

    last_words = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", _DYING_RELAY, database_url],
        env={"PYTHONPATH": str(ROOT / "layers/core/python")},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    asyncio.run(_hand_on_everything(database_url, queue))

    claimed = [EventId(UUID(text)) for text in last_words.stdout.split()]
    assert last_words.returncode == -9
    assert claimed == happened[:100]
    assert [message.id for message in queue.taken] == happened


def test_a_stop_lets_the_batch_at_hand_be_finished(database: PostgresUnitOfWork, database_url: str) -> None:
    class Slow(FakeEventsQueue):
        """Takes its time."""

        def send(self, messages: Sequence[Message]) -> list[EventId]:
            loop.call_soon_threadsafe(stop.set)
            time.sleep(0.3)
            return super().send(messages)

    queue, stop, loop = Slow(), asyncio.Event(), asyncio.new_event_loop()
    happened = _happen(database, 150)

    loop.run_until_complete(Relay(database_url, queue, Listener(database_url)).run(stop))
    loop.close()

    assert [message.id for message in queue.taken] == happened[:100]
    assert _waiting(database_url) == 50


def test_a_stop_ends_an_idle_relay_at_once(database: PostgresUnitOfWork, database_url: str) -> None:
    async def story() -> float:
        async with _relays(database_url, FakeEventsQueue()):
            await _until(lambda: _is_listening(database_url))
            began = time.monotonic()
        return time.monotonic() - began

    with database():
        assert asyncio.run(story()) < 1


def test_a_watcher_is_woken_by_its_own_image_only(database: PostgresUnitOfWork, database_url: str) -> None:
    mine, other = an_image(), an_image()

    async def story(listener: Listener) -> tuple[bool, bool, bool]:
        async with listener.watching(str(mine.id)) as changed, listener.watching(None) as anything:
            assert await changed.wait(5)  # the connection is new: something may have been missed
            await anything.wait(5)
            await asyncio.to_thread(_tell, database, other.id)
            heard_other = await anything.wait(5)
            woken_by_other = await changed.wait(0.2)
            await asyncio.to_thread(_tell, database, mine.id)
            return heard_other, woken_by_other, await changed.wait(5)

    assert asyncio.run(_while_listening(database_url, story)) == (True, False, True)


def test_a_new_connection_wakes_every_watcher(database: PostgresUnitOfWork, database_url: str) -> None:
    async def story(listener: Listener) -> bool:
        async with listener.watching("an-image") as changed:
            await changed.wait(5)
            _cut_every_connection(database_url)
            return await changed.wait(5)

    with database():
        pass
    assert asyncio.run(_while_listening(database_url, story))


def _happen(database: PostgresUnitOfWork, times: int) -> list[EventId]:
    """Let things happen, each in its own transaction, and return the events' ids."""
    ids: list[EventId] = []
    for _ in range(times):
        with database() as store:
            event = an_image_changed(an_image(), "awaiting")
            store.events.append(event)
        ids.append(event.id)
    return ids


def _tell(database: PostgresUnitOfWork, image_id: UUID) -> None:
    with database() as store:
        store.events.append(an_image_changed(an_image(id=image_id), "ready"))


@asynccontextmanager
async def _relays(database_url: str, *queues: EventsQueue) -> AsyncIterator[None]:
    """Run a listener and a relay for each queue, and stop them all at the end."""
    stop, listener = asyncio.Event(), Listener(database_url)
    running = [listener.run(stop), *(Relay(database_url, queue, listener).run(stop) for queue in queues)]
    tasks = [asyncio.create_task(run) for run in running]
    try:
        yield
    finally:
        stop.set()
        await asyncio.gather(*tasks)


async def _hand_on_everything(database_url: str, queue: EventsQueue) -> None:
    async with _relays(database_url, queue):
        await _until(lambda: _waiting(database_url) == 0)


async def _while_listening(database_url: str, story: Callable[[Listener], Coroutine[None, None, T]]) -> T:
    stop, listener = asyncio.Event(), Listener(database_url)
    running = asyncio.create_task(listener.run(stop))
    try:
        return await story(listener)
    finally:
        stop.set()
        await running


async def _until(look: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not await asyncio.to_thread(look):
        assert time.monotonic() < deadline, "Not so within 20 s."
        await asyncio.sleep(0.01)


def _waiting(database_url: str) -> int:
    return _number(database_url, "SELECT count(*) FROM outbox WHERE published_at IS NULL")


def _is_listening(database_url: str) -> bool:
    return _number(database_url, "SELECT count(*) FROM pg_stat_activity WHERE query = 'LISTEN outbox'") > 0


def _number(database_url: str, statement: str) -> int:
    with psycopg.connect(database_url) as connection:
        row = connection.execute(statement.encode()).fetchone()
    assert row
    return int(row[0])


def _cut_every_connection(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
