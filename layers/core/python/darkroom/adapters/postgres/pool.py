"""Units of work for a process that serves many at once: each on a connection of its own, out of a pool."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg.rows import DictRow, dict_row
from psycopg_pool import ConnectionPool

from darkroom.adapters.postgres.unit_of_work import CONNECT_SECONDS, CONNECTION, UNREACHABLE, PostgresStore, time_of
from darkroom.errors import Unavailable

_IDLE_SECONDS = 300


class PooledUnitOfWork:
    """Opens units of work, at most `size` at once; a connection that died while it lay idle is replaced."""

    def __init__(self, url: str, *, size: int) -> None:
        self._pool: ConnectionPool[psycopg.Connection[DictRow]] = ConnectionPool(
            url,
            kwargs={**CONNECTION, "row_factory": dict_row},
            min_size=1,
            max_size=size,
            open=False,
            name="units-of-work",
            check=ConnectionPool.check_connection,
            timeout=CONNECT_SECONDS,
            max_idle=_IDLE_SECONDS,
        )

    def open(self) -> None:
        """Begin to connect, and come back at once: the database may come later."""
        self._pool.open()

    def close(self) -> None:
        """Let go of every connection."""
        self._pool.close()

    @contextmanager
    def __call__(self) -> Iterator[PostgresStore]:
        """Begin; commit when the block ends, roll back when it raises. No connection in time raises `Unavailable`."""
        try:
            with self._pool.connection() as connection:
                yield PostgresStore(connection, time_of(connection))
        except psycopg.OperationalError as error:
            raise Unavailable(UNREACHABLE) from error
