"""Access tokens: signed by us, verified by anybody who trusts the issuer. The one door to PyJWT."""

import json
import time
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from threading import Lock
from typing import Any
from uuid import UUID

import jwt

from darkroom.adapters.signing_keys import ALGORITHM, SigningKeys
from darkroom.errors import Unauthenticated, Unavailable
from darkroom.ids import AccountId, uuid7
from darkroom.principal import Principal

LIFETIME = timedelta(minutes=15)

FetchKeys = Callable[[], Mapping[str, Any]]

_ALGORITHMS = (ALGORITHM, "RS256")
_LEEWAY_SECONDS = 10
_FETCH_SECONDS = 5
_KEYS_GOOD_FOR_SECONDS = 600
_ASK_AGAIN_AFTER_SECONDS = 10
_SIGN_IN = "Sign in first: this request needs an access token."
_EXPIRED = "Your access token is no longer good: refresh it or sign in again."


class JwtAccessTokens:
    """Signs access tokens with the newest of the signing keys."""

    lifetime = LIFETIME

    def __init__(self, keys: SigningKeys, *, issuer: str, audience: str) -> None:
        self._keys = keys
        self._issuer = issuer
        self._audience = audience

    def sign(self, account_id: AccountId, *, session_id: str) -> str:
        """Return a JWT for `lifetime`, with the key's `kid` in its header and the session as its `sid`."""
        now = int(time.time())
        claims = {
            "iss": self._issuer,
            "aud": self._audience,
            "sub": str(account_id),
            "sid": session_id,
            "iat": now,
            "nbf": now,
            "exp": now + int(LIFETIME.total_seconds()),
            "jti": str(uuid7()),
        }
        key = self._keys.signer()
        return jwt.encode(claims, key.private_pem, algorithm=ALGORITHM, headers={"kid": key.kid})


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """Somebody whose tokens are believed; `jwks` fetches what they publish (RFC 7517)."""

    issuer: str
    audience: str
    jwks: FetchKeys


class JwtVerifier:
    """Verifies access tokens of trusted issuers; their keys are fetched once and again when an unknown one appears."""

    def __init__(self, issuers: Sequence[Issuer]) -> None:
        self._published = {issuer.issuer: _PublishedKeys(issuer) for issuer in issuers}

    @classmethod
    def from_json(cls, trusted_issuers: str, *, our_keys: FetchKeys) -> "JwtVerifier":
        """Read the setting TRUSTED_ISSUERS: a JSON list of `{issuer, audience, jwks_url}`; without a URL it is us."""
        return cls(
            [
                Issuer(
                    issuer=entry["issuer"],
                    audience=entry["audience"],
                    jwks=partial(_download, entry["jwks_url"]) if "jwks_url" in entry else our_keys,
                )
                for entry in json.loads(trusted_issuers)
            ]
        )

    def verify(self, authorization: str | None) -> Principal:
        """Return who sent the header `Authorization: Bearer ...`; a bad token raises `Unauthenticated`."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Unauthenticated(_SIGN_IN)
        try:
            header = jwt.get_unverified_header(token)
            claimed = jwt.decode(token, options={"verify_signature": False}).get("iss")
            published = self._published.get(claimed) if isinstance(claimed, str) else None
            key = published.with_kid(str(header.get("kid"))) if published else None
            if published is None or key is None:
                raise Unauthenticated(_EXPIRED)
            claims = jwt.decode(
                token,
                key,
                algorithms=_ALGORITHMS,
                issuer=published.issuer.issuer,
                audience=published.issuer.audience,
                leeway=_LEEWAY_SECONDS,
                options={"require": ["iss", "aud", "sub", "exp"]},
            )
            session = claims.get("sid")
            return Principal(AccountId(UUID(claims["sub"])), session if isinstance(session, str) else None)
        except (jwt.PyJWTError, ValueError) as error:
            raise Unauthenticated(_EXPIRED) from error


class _PublishedKeys:
    """The keys of one issuer."""

    def __init__(self, issuer: Issuer) -> None:
        self.issuer = issuer
        self._keys: dict[str, jwt.PyJWK] = {}
        self._fetched_at = float("-inf")
        self._turn = Lock()

    def with_kid(self, kid: str) -> jwt.PyJWK | None:
        """Return one key; an unknown one is looked for anew, though not more often than every ten seconds."""
        with self._turn:
            age = time.monotonic() - self._fetched_at
            if age > _KEYS_GOOD_FOR_SECONDS or (kid not in self._keys and age > _ASK_AGAIN_AFTER_SECONDS):
                self._fetch()
            return self._keys.get(kid)

    def _fetch(self) -> None:
        """Read the published keys; where that fails, the ones known so far stay good."""
        try:
            document = self.issuer.jwks()
        except (OSError, ValueError) as error:
            if not self._keys:
                raise Unavailable("Sign-in cannot be checked right now: try again in a few seconds.") from error
        else:
            self._keys = _usable(document["keys"])
        self._fetched_at = time.monotonic()


def _usable(keys: Sequence[Mapping[str, Any]]) -> dict[str, jwt.PyJWK]:
    """Return keys by their id, without those of a kind that is not understood (RFC 7517, section 5)."""
    usable = {}
    for key in keys:
        with suppress(jwt.PyJWTError, KeyError):
            usable[key["kid"]] = jwt.PyJWK(dict(key))
    return usable


def _download(jwks_url: str) -> Mapping[str, Any]:
    with urllib.request.urlopen(jwks_url, timeout=_FETCH_SECONDS) as answer:  # noqa: S310 - a setting, not input
        document: Mapping[str, Any] = json.load(answer)
    return document
