"""What access needs from the world."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from darkroom.access.model import Account, RefreshToken
from darkroom.events import EventLog
from darkroom.ids import AccountId


class AccountRepository(Protocol):
    """Everybody's account."""

    def add(self, account: Account) -> None:
        """Add an account; a taken e-mail address raises `Conflict`."""

    def get(self, account_id: AccountId) -> Account | None:
        """Return one account."""

    def with_email(self, email: str) -> Account | None:
        """Return the account of a cleaned e-mail address."""

    def set_password_hash(self, account_id: AccountId, password_hash: str) -> None:
        """Keep a password under a new hash."""


class AccountStore(Protocol):
    """The part of a unit of work that access uses."""

    @property
    def now(self) -> datetime:
        """The time of this unit of work, aware UTC."""

    @property
    def accounts(self) -> AccountRepository:
        """Everybody's account."""

    @property
    def events(self) -> EventLog:
        """What is published when this unit of work commits."""


UnitOfWork = Callable[[], AbstractContextManager[AccountStore]]


class Passwords(Protocol):
    """Hashes passwords so that only the person who knows one can match it."""

    def hash(self, password: str) -> str:
        """Return a salted hash that carries its own parameters."""

    def matches(self, password: str, password_hash: str | None) -> bool:
        """Compare; without a hash it takes the same time and says no."""

    def is_dated(self, password_hash: str) -> bool:
        """Tell whether the hash was made with weaker parameters than today's."""


class AccessTokens(Protocol):
    """Signs access tokens."""

    lifetime: timedelta

    def sign(self, account_id: AccountId, *, session_id: str) -> str:
        """Return a token that says who this is and by which sign-in, for `lifetime`."""


class RefreshTokens(Protocol):
    """Opaque tokens that rotate: each is good once, and a family, one per sign-in, dies when one is used twice."""

    def start_family(self, account_id: AccountId) -> RefreshToken:
        """Return the first token of a new sign-in."""

    def rotate(self, token: str) -> RefreshToken:
        """Spend a token for the next one; a bad one raises `Unauthenticated`, a spent one `TokenReused`."""

    def revoke(self, token: str) -> RefreshToken | None:
        """End the family a token belongs to, and return whose it was; an unknown token is nobody's."""

    def revoke_all(self, account_id: AccountId) -> None:
        """End every family of an account; those that are started from now on live."""


class Throttle(Protocol):
    """Counts tries in windows of time."""

    def count(self, key: str, *, limit: int, window: timedelta) -> None:
        """Count one try; more than `limit` of them within `window` raise `TooManyTries`."""

    def forget(self, key: str, *, window: timedelta) -> None:
        """Start counting anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """Everything that registering and signing in need from the world."""

    unit_of_work: UnitOfWork
    passwords: Passwords
    access_tokens: AccessTokens
    refresh_tokens: RefreshTokens
    throttle: Throttle
