"""Refresh tokens: opaque, stored as hashes, good once; a second use ends their whole family."""

import hashlib
import secrets
from datetime import timedelta
from uuid import UUID

from pynamodb.attributes import BooleanAttribute, UnicodeAttribute
from pynamodb.exceptions import DoesNotExist, UpdateError

from darkroom.access.model import RefreshToken, TokenReused
from darkroom.adapters.dynamo.tables import ShortLived, bind, unix_now
from darkroom.errors import Unauthenticated
from darkroom.ids import AccountId

LIFETIME = timedelta(days=30)
MARGIN = timedelta(hours=1)

_SECRET_BYTES = 32
_NO_LONGER_GOOD = "Your session has ended: sign in again."


class _Token(ShortLived):
    """One token, under `token#` and its SHA-256."""

    family = UnicodeAttribute()
    spent = BooleanAttribute(default=False)


class _Family(ShortLived):
    """All tokens that follow from one sign-in, under `family#` and a random name, which is the session's id."""

    account_id = UnicodeAttribute()
    revoked = BooleanAttribute(default=False)
    era = UnicodeAttribute(null=True)


class _Account(ShortLived):
    """An account that signed out everywhere, under `account#` and its id: families of another era are dead.

    It outlives every family of an earlier era, so its own end brings none of them back.
    """

    era = UnicodeAttribute()


class DynamoRefreshTokens:
    """Refresh tokens in a DynamoDB table."""

    def __init__(self, table_name: str) -> None:
        self._tokens = bind(_Token, table_name)
        self._families = bind(_Family, table_name)
        self._accounts = bind(_Account, table_name)

    def start_family(self, account_id: AccountId) -> RefreshToken:
        """Return the first token of a new sign-in."""
        family = secrets.token_hex(16)
        era = self._era_of(account_id)
        self._families(f"family#{family}", account_id=str(account_id), era=era, expires_at=_end()).save()
        return self._issue(account_id, family)

    def rotate(self, token: str) -> RefreshToken:
        """Spend a token for the next one; a bad one raises `Unauthenticated`, a spent one ends the family."""
        try:
            known = self._tokens.get(_key(token), consistent_read=True)
            family = self._families.get(f"family#{known.family}", consistent_read=True)
        except DoesNotExist as error:
            raise Unauthenticated(_NO_LONGER_GOOD) from error
        if known.expires_at <= unix_now() or family.expires_at <= unix_now() or family.revoked:
            raise Unauthenticated(_NO_LONGER_GOOD)
        account_id = AccountId(UUID(family.account_id))
        if self._era_of(account_id) not in {None, family.era}:
            raise Unauthenticated(_NO_LONGER_GOOD)
        try:
            known.update(actions=[_Token.spent.set(True)], condition=_Token.spent == False)  # noqa: E712 - an expression
        except UpdateError as error:
            if error.cause_response_code != "ConditionalCheckFailedException":
                raise
            self._revoke(known.family)
            held = RefreshToken(token=token, account_id=account_id, session_id=known.family)
            raise TokenReused(_NO_LONGER_GOOD, held=held) from error
        self._families(f"family#{known.family}").update(actions=[_Family.expires_at.set(_end())])
        return self._issue(account_id, known.family)

    def revoke(self, token: str) -> RefreshToken | None:
        """End the family a token belongs to, and return whose it was; an unknown token is nobody's."""
        try:
            known = self._tokens.get(_key(token), consistent_read=True)
            family = self._families.get(f"family#{known.family}", consistent_read=True)
        except DoesNotExist:
            return None
        self._revoke(known.family)
        return RefreshToken(token=token, account_id=AccountId(UUID(family.account_id)), session_id=known.family)

    def revoke_all(self, account_id: AccountId) -> None:
        """End every family of an account; those that are started from now on live."""
        ends = _end() + int(MARGIN.total_seconds())
        self._accounts(f"account#{account_id}", era=secrets.token_hex(16), expires_at=ends).save()

    def _era_of(self, account_id: AccountId) -> str | None:
        """Return what tells families from those that were started before everything was signed out."""
        try:
            known = self._accounts.get(f"account#{account_id}", consistent_read=True)
        except DoesNotExist:
            return None
        return known.era if known.expires_at > unix_now() else None

    def _issue(self, account_id: AccountId, family: str) -> RefreshToken:
        token = secrets.token_urlsafe(_SECRET_BYTES)
        self._tokens(_key(token), family=family, expires_at=_end()).save()
        return RefreshToken(token=token, account_id=account_id, session_id=family)

    def _revoke(self, family: str) -> None:
        self._families(f"family#{family}").update(actions=[_Family.revoked.set(True), _Family.expires_at.set(_end())])


def _key(token: str) -> str:
    return f"token#{hashlib.sha256(token.encode()).hexdigest()}"


def _end() -> int:
    return unix_now() + int(LIFETIME.total_seconds())
