"""The public halves of our signing keys in Postgres, where every function that verifies a token can read them."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

import psycopg
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

Jwk = Mapping[str, Any]


class PublishedKeys:
    """Public keys, on one transaction. A `kid` is a UUIDv7, so that keys sort by age."""

    def __init__(self, connection: psycopg.Connection[DictRow]) -> None:
        self._connection = connection

    def publish(self, jwks: Sequence[Jwk]) -> None:
        """Publish these keys and drop all that are older; a publisher with old news drops nothing new."""
        self._connection.execute(
            """
            WITH dropped AS (DELETE FROM signing_keys WHERE kid < %(oldest)s)
            INSERT INTO signing_keys (kid, jwk)
            SELECT (key ->> 'kid')::uuid, key FROM jsonb_array_elements(%(jwks)s) AS key
            ON CONFLICT (kid) DO NOTHING
            """,
            {"oldest": min(jwk["kid"] for jwk in jwks), "jwks": Jsonb(list(jwks))},
        )

    def all(self) -> list[Jwk]:
        """Return every published key, newest first."""
        rows = self._connection.execute("SELECT jwk FROM signing_keys ORDER BY kid DESC LIMIT 10").fetchall()
        return [row["jwk"] for row in rows]


class _Store(Protocol):
    @property
    def published_keys(self) -> PublishedKeys: ...


UnitOfWork = Callable[[], AbstractContextManager[_Store]]


def publisher(unit_of_work: UnitOfWork) -> Callable[[Sequence[Jwk]], None]:
    """Return what the signer calls before it signs with keys that it has not seen before."""

    def publish(jwks: Sequence[Jwk]) -> None:
        with unit_of_work() as store:
            store.published_keys.publish(jwks)

    return publish


def reader(unit_of_work: UnitOfWork) -> Callable[[], Mapping[str, Any]]:
    """Return what a verifier calls to learn our keys, as RFC 7517 has them."""

    def read() -> Mapping[str, Any]:
        with unit_of_work() as store:
            return {"keys": store.published_keys.all()}

    return read
