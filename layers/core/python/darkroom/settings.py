"""Settings: frozen dataclasses filled from the environment once, in a function's `app.py`."""

import os
from dataclasses import MISSING, dataclass, fields
from typing import Self


class MissingSetting(Exception):  # noqa: N818 - it names what is missing
    """A variable that a function cannot start without."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Base of all settings: the field `database_url` is read from the variable `DATABASE_URL`."""

    @classmethod
    def load(cls) -> Self:
        """Read every field from the environment; a missing one fails by its name."""
        values = {}
        for field in fields(cls):
            name = field.name.upper()
            if name in os.environ:
                values[field.name] = int(os.environ[name]) if field.type is int else os.environ[name]
            elif field.default is MISSING:
                raise MissingSetting(f"The environment variable {name} is not set.")
        return cls(**values)


@dataclass(frozen=True, kw_only=True)
class DatabaseSettings(Settings):
    """Where the durable facts live."""

    database_url: str


@dataclass(frozen=True, kw_only=True)
class VerifierSettings(Settings):
    """Whose access tokens are believed: a JSON list of `{issuer, audience, jwks_url}`; without a URL it is us."""

    trusted_issuers: str
