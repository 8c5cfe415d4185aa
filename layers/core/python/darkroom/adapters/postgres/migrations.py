"""Migrations: numbered SQL files, forward only."""

from pathlib import Path

import psycopg

_LOCK = 7_272_001


def migrate(url: str, folder: Path) -> list[str]:
    """Apply every `NNNN_name.sql` that was not applied yet, each in its own transaction, and return their names.

    An advisory lock keeps a second runner waiting until the first has finished.
    """
    applied = []
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%(lock)s)", {"lock": _LOCK})
        connection.execute(
            """
            CREATE TABLE IF NOT EXISTS migrations (
                name       text PRIMARY KEY,
                applied_at timestamptz NOT NULL DEFAULT now()
            )
            """
        )
        known = {name for (name,) in connection.execute("SELECT name FROM migrations ORDER BY name").fetchall()}
        for file in sorted(folder.glob("[0-9][0-9][0-9][0-9]_*.sql")):
            if file.name not in known:
                with connection.transaction():
                    connection.execute(file.read_bytes())
                    connection.execute("INSERT INTO migrations (name) VALUES (%(name)s)", {"name": file.name})
                applied.append(file.name)
    return applied
