"""Accounts in Postgres."""

import psycopg
from psycopg.rows import DictRow, class_row

from darkroom.access.model import Account
from darkroom.errors import Conflict
from darkroom.ids import AccountId


class Accounts:
    """Everybody's account, on one transaction."""

    def __init__(self, connection: psycopg.Connection[DictRow]) -> None:
        self._connection = connection

    def add(self, account: Account) -> None:
        """Add an account; a taken e-mail address raises `Conflict`."""
        added = self._connection.execute(
            """
            INSERT INTO accounts (id, email, password_hash, created_at)
            VALUES (%(id)s, %(email)s, %(password_hash)s, %(created_at)s)
            ON CONFLICT (email) DO NOTHING
            """,
            {
                "id": account.id,
                "email": account.email,
                "password_hash": account.password_hash,
                "created_at": account.created_at,
            },
        )
        if added.rowcount == 0:
            raise Conflict("This e-mail address already has an account: sign in instead.")

    def get(self, account_id: AccountId) -> Account | None:
        """Return one account."""
        return (
            self._cursor()
            .execute(
                "SELECT id, email, password_hash, created_at FROM accounts WHERE id = %(id)s",
                {"id": account_id},
            )
            .fetchone()
        )

    def with_email(self, email: str) -> Account | None:
        """Return the account of an e-mail address in lower case."""
        if "\x00" in email:  # Postgres holds no such text and refuses to look for it
            return None
        return (
            self._cursor()
            .execute(
                "SELECT id, email, password_hash, created_at FROM accounts WHERE email = %(email)s",
                {"email": email},
            )
            .fetchone()
        )

    def set_password_hash(self, account_id: AccountId, password_hash: str) -> None:
        """Keep a password under a new hash."""
        self._connection.execute(
            "UPDATE accounts SET password_hash = %(password_hash)s WHERE id = %(id)s",
            {"id": account_id, "password_hash": password_hash},
        )

    def _cursor(self) -> psycopg.Cursor[Account]:
        return self._connection.cursor(row_factory=class_row(Account))
