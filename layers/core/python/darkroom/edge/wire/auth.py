"""The shapes of accounts and sessions."""

from typing import Annotated, Literal
from uuid import UUID

import msgspec

from darkroom.access.model import LONGEST_EMAIL, LONGEST_PASSWORD, SHORTEST_PASSWORD, Session
from darkroom.edge.wire.common import Request, Time, show, told


class Credentials(Request, frozen=True):
    """An e-mail address and a password."""

    email: Annotated[str, told(format="email", maxLength=LONGEST_EMAIL)]
    password: Annotated[str, told(format="password", minLength=SHORTEST_PASSWORD, maxLength=LONGEST_PASSWORD)]


class RefreshRequest(Request, frozen=True):
    """A refresh token, to be traded or given up."""

    refresh_token: str


class AccountView(msgspec.Struct, frozen=True, kw_only=True):
    """An account as its owner sees it."""

    id: UUID
    email: str
    created_at: Time


class MeView(msgspec.Struct, frozen=True, kw_only=True):
    """Who is signed in."""

    account: AccountView


class SessionView(msgspec.Struct, frozen=True, kw_only=True):
    """What signing in yields; `expires_in` is in seconds. Where a cookie carries it, `refresh_token` is left out."""

    account: AccountView
    access_token: str
    token_type: Literal["Bearer"]
    expires_in: int
    refresh_token: str | msgspec.UnsetType = msgspec.UNSET


class JwksView(msgspec.Struct, frozen=True, kw_only=True):
    """The public keys that our tokens are verified with (RFC 7517)."""

    keys: list[dict[str, str]]


def session_view(session: Session, *, by_cookie: bool = False) -> SessionView:
    """Show a session, without its refresh token where a cookie carries that."""
    return SessionView(
        account=show(session.account, AccountView),
        access_token=session.access_token,
        token_type="Bearer",  # noqa: S106 - a scheme, not a secret
        expires_in=session.expires_in,
        refresh_token=msgspec.UNSET if by_cookie else session.refresh_token,
    )
