"""Who is signed in, at which API: kept in `sessions.json`, one session for each address."""

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from client import places

_SPARE_SECONDS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What a person holds after signing in; `expires_at` is the access token's end in seconds since 1970."""

    account_id: str
    email: str
    access_token: str
    refresh_token: str
    expires_at: float

    @classmethod
    def answered(cls, answer: Mapping[str, Any]) -> "Session":
        """Take over what register, login and refresh answer."""
        return cls(
            account_id=str(answer["account"]["id"]),
            email=str(answer["account"]["email"]),
            access_token=str(answer["access_token"]),
            refresh_token=str(answer["refresh_token"]),
            expires_at=time.time() + float(answer["expires_in"]),
        )

    @property
    def is_fresh(self) -> bool:
        """Tell whether the access token will still be good when it arrives."""
        return time.time() < self.expires_at - _SPARE_SECONDS


class Sessions:
    """The session at one API."""

    def __init__(self, api: str) -> None:
        self._api = api

    def load(self) -> Session | None:
        """Return the session, if somebody is signed in."""
        kept = _all().get(self._api)
        try:
            return Session(**kept) if kept else None
        except TypeError:  # written by another version
            return None

    def save(self, session: Session) -> None:
        """Remember a session."""
        with places.locked("sessions"):
            self._put(session)

    def forget(self) -> Session | None:
        """Sign out here; return what was forgotten."""
        with places.locked("sessions"):
            session = self.load()
            self._put(None)
        return session

    def renew(self, stale: str, refresh: Callable[[Session], Session | None]) -> Session | None:
        """Replace the session that holds the access token `stale`, unless somebody already has.

        A refresh token works once and its second use ends the whole family, so one thread of one process asks
        at a time, and what it gets is on disk before anybody uses it. None from `refresh` means it is over.
        """
        with places.locked("sessions"):
            session = self.load()
            if session is None or session.access_token != stale:
                return session
            fresh = refresh(session)
            self._put(fresh)
            return fresh

    def _put(self, session: Session | None) -> None:
        sessions = _all()
        sessions.pop(self._api, None)
        if session:
            sessions[self._api] = asdict(session)
        places.write(_file(), sessions)


def _all() -> dict[str, Any]:
    kept = places.read(_file())
    return kept if isinstance(kept, dict) else {}


def _file() -> Path:
    return places.own_folder() / "sessions.json"
