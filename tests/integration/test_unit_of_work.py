"""The database as it breaks: connections that die are replaced, a lost server is told kindly."""

import psycopg
import pytest

from darkroom.access.model import Account
from darkroom.adapters.postgres.migrations import migrate
from darkroom.adapters.postgres.unit_of_work import PostgresStore, PostgresUnitOfWork
from darkroom.errors import Unavailable
from darkroom.ids import uuid7
from tests.builders import an_account
from tests.deployed import ROOT
from tests.e2e.handles import free_ports


def test_a_connection_that_died_while_idle_is_replaced(database: PostgresUnitOfWork, database_url: str) -> None:
    with database() as store:
        store.accounts.add(account := an_account())
    _kill_others(database_url)

    with database() as store:
        assert store.accounts.get(account.id) == account


def test_a_connection_that_dies_in_the_middle_is_told_and_the_next_one_works(
    database: PostgresUnitOfWork, database_url: str
) -> None:
    account = an_account()

    with pytest.raises(Unavailable), database() as store:
        _add_and_lose_the_connection(store, account, database_url)

    with database() as store:
        assert store.accounts.get(account.id) is None


def test_a_database_that_is_away_is_told_with_what_to_do() -> None:
    unit_of_work = PostgresUnitOfWork(f"postgresql://nobody@127.0.0.1:{free_ports()}/nothing")

    with pytest.raises(Unavailable, match="try again"), unit_of_work():
        pass


def test_migrations_are_applied_once(database_url: str) -> None:
    assert migrate(database_url, ROOT / "functions" / "migrate" / "migrations") == []


def test_old_news_about_signing_keys_drops_nothing_new(database: PostgresUnitOfWork) -> None:
    old, middle, new = ({"kid": kid} for kid in sorted(str(uuid7()) for _ in range(3)))

    for told in ([middle, old], [new, middle], [middle, old]):
        with database() as store:
            store.published_keys.publish(told)

    with database() as store:
        kids = [key["kid"] for key in store.published_keys.all()]
    assert kids[:2] == [new["kid"], middle["kid"]]


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
