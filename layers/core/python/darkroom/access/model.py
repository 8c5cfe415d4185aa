"""What an account is, and what signing in yields."""

import re
from dataclasses import dataclass
from datetime import datetime

from darkroom.errors import Invalid, Unauthenticated
from darkroom.ids import AccountId

SHORTEST_PASSWORD = 8
LONGEST_PASSWORD = 256
LONGEST_EMAIL = 254

_EMAIL = re.compile(r"[^@\s\x00-\x1f]+@[^@\s.\x00-\x1f]+(\.[^@\s.\x00-\x1f]+)+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A person who can sign in. `email` is kept in lower case and without spaces around it."""

    id: AccountId
    email: str
    created_at: datetime
    password_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What a person holds after signing in; `expires_in` is the access token's life in seconds."""

    account: Account
    access_token: str
    expires_in: int
    refresh_token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshToken:
    """A refresh token with what it stands for; `session_id` names the sign-in that it and its successors belong to."""

    token: str
    account_id: AccountId
    session_id: str


class TokenReused(Unauthenticated):
    """A refresh token was shown a second time, so its session has just been ended; `held` is what it stood for."""

    def __init__(self, detail: str, *, held: RefreshToken) -> None:
        super().__init__(detail)
        self.held = held


def clean_email(text: str) -> str:
    """Return an e-mail address as we keep it; what is none raises `Invalid`."""
    email = text.strip().lower()
    if len(email) > LONGEST_EMAIL or not email.isprintable() or not _EMAIL.fullmatch(email):
        sentence = "Enter an e-mail address like name@example.com."
        raise Invalid(sentence, {"email": [sentence]})
    return email


def check_password(password: str) -> None:
    """Refuse a password that is too short to be safe or too long to be hashed."""
    if len(password) < SHORTEST_PASSWORD:
        sentence = f"The password must be at least {SHORTEST_PASSWORD} characters: a few words together are good."
    elif len(password) > LONGEST_PASSWORD:
        sentence = f"The password may not be longer than {LONGEST_PASSWORD} characters."
    elif "\x00" in password:
        sentence = "The password holds a character that cannot be typed."
    else:
        return
    raise Invalid(sentence, {"password": [sentence]})
