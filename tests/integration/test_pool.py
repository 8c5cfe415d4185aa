"""Units of work out of a pool: several at once, connections that die, a database that is away."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import psycopg
import pytest

from darkroom.access.model import Account
from darkroom.adapters.postgres.pool import PooledUnitOfWork
from darkroom.adapters.postgres.unit_of_work import PostgresStore, PostgresUnitOfWork
from darkroom.errors import Conflict, Unavailable
from tests.builders import an_account
from tests.e2e.handles import free_ports


@pytest.fixture
def pool(database: PostgresUnitOfWork, database_url: str) -> Iterator[PooledUnitOfWork]:
    del database  # emptied
    pool = PooledUnitOfWork(database_url, size=4)
    pool.open()
    yield pool
    pool.close()


def test_several_units_of_work_go_on_at_once(pool: PooledUnitOfWork) -> None:
    def work(_: int) -> None:
        with pool() as store:
            together.wait(10)
            store.accounts.add(an_account())

    together = Barrier(4)
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(work, range(4)))


def test_what_raises_leaves_no_trace_and_its_connection_goes_on(pool: PooledUnitOfWork) -> None:
    account = an_account()

    for _ in range(10):
        with pytest.raises(Conflict), pool() as store:
            _add_twice(store, account)

    with pool() as store:
        assert store.accounts.get(account.id) is None


def test_connections_that_died_while_idle_are_replaced(pool: PooledUnitOfWork, database_url: str) -> None:
    with pool() as store:
        store.accounts.add(account := an_account())
    _kill_others(database_url)

    for _ in range(4):
        with pool() as store:
            assert store.accounts.get(account.id) == account


def test_a_connection_that_dies_in_the_middle_is_told_and_the_next_one_works(
    pool: PooledUnitOfWork, database_url: str
) -> None:
    account = an_account()

    with pytest.raises(Unavailable), pool() as store:
        _add_and_lose_the_connection(store, account, database_url)

    with pool() as store:
        assert store.accounts.get(account.id) is None


def test_a_database_that_is_away_is_told_within_seconds() -> None:
    pool = PooledUnitOfWork(f"postgresql://nobody@127.0.0.1:{free_ports()}/nothing", size=2)
    pool.open()
    begun = time.monotonic()

    with pytest.raises(Unavailable, match="try again"), pool():
        pass

    assert time.monotonic() - begun < 10
    pool.close()


def _add_twice(store: PostgresStore, account: Account) -> None:
    store.accounts.add(account)
    store.accounts.add(account)


def _add_and_lose_the_connection(store: PostgresStore, account: Account, database_url: str) -> None:
    store.accounts.add(account)
    _kill_others(database_url)
    store.accounts.get(account.id)


def _kill_others(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
