"""One transaction: what happens in it becomes true together, or not at all."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from threading import Lock
from typing import Any

import psycopg
from psycopg.rows import DictRow, dict_row

from darkroom.adapters.postgres.accounts import Accounts
from darkroom.adapters.postgres.changes import Changes
from darkroom.adapters.postgres.images import Images
from darkroom.adapters.postgres.outbox import Outbox
from darkroom.adapters.postgres.published_keys import PublishedKeys
from darkroom.errors import Unavailable

CONNECT_SECONDS = 5
STATEMENT_MILLISECONDS = 20_000
CONNECTION: Mapping[str, Any] = {
    "prepare_threshold": None,  # prepared statements would pin a pooled connection to one client
    "connect_timeout": CONNECT_SECONDS,
    "options": f"-c statement_timeout={STATEMENT_MILLISECONDS} -c timezone=UTC",
}

UNREACHABLE = "The records cannot be reached right now: try again in a few seconds."


class PostgresStore:
    """Every repository, on one transaction. `now` is the transaction's time, aware UTC."""

    def __init__(self, connection: psycopg.Connection[DictRow], now: datetime) -> None:
        self.now = now
        self.accounts = Accounts(connection)
        self.images = Images(connection)
        self.changes = Changes(connection)
        self.events = Outbox(connection, now)
        self.published_keys = PublishedKeys(connection)


class PostgresUnitOfWork:
    """Opens units of work on one connection, kept for the life of the process and healed when one begins.

    Threads take turns: a unit of work is a few milliseconds of statements and never waits for anything but Postgres.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: psycopg.Connection[DictRow] | None = None
        self._turn = Lock()

    @contextmanager
    def __call__(self) -> Iterator[PostgresStore]:
        """Begin; commit when the block ends, roll back when it raises. A lost database raises `Unavailable`."""
        with self._turn:
            try:
                connection, now = self._begin()
                try:
                    yield PostgresStore(connection, now)
                    connection.commit()
                except BaseException:
                    with suppress(psycopg.Error):
                        connection.rollback()
                    raise
            except psycopg.OperationalError as error:
                self.close()
                raise Unavailable(UNREACHABLE) from error

    def close(self) -> None:
        """Let go of the connection; the next unit of work opens another."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _begin(self) -> tuple[psycopg.Connection[DictRow], datetime]:
        """Start a transaction; a connection that died while it lay idle is replaced once."""
        if self._connection is not None:
            with suppress(psycopg.OperationalError):
                return self._connection, time_of(self._connection)
            self.close()
        self._connection = psycopg.connect(self._url, row_factory=dict_row, **CONNECTION)
        return self._connection, time_of(self._connection)


def time_of(connection: psycopg.Connection[DictRow]) -> datetime:
    """Return the time of the transaction that this begins or goes on with."""
    row = connection.execute("SELECT now() AS now").fetchone()
    now: datetime = row["now"] if row else datetime.now(UTC)
    return now.astimezone(UTC)
