"""Counts tries in fixed windows, atomically, so that guessing in parallel does not help."""

import hashlib
from datetime import timedelta

from pynamodb.attributes import NumberAttribute

from darkroom.adapters.dynamo.tables import ShortLived, bind, unix_now
from darkroom.errors import TooManyTries

_MINUTE = 60


class _Window(ShortLived):
    """The tries under one key in one window of time; the window's number is part of its id."""

    tries = NumberAttribute()


class DynamoThrottle:
    """Windows in a DynamoDB table. Keys are kept as hashes: whose they are is nobody's business here."""

    def __init__(self, table_name: str) -> None:
        self._windows = bind(_Window, table_name)

    def count(self, key: str, *, limit: int, window: timedelta) -> None:
        """Count one try; more than `limit` of them within `window` raise `TooManyTries` with the seconds left.

        Windows of a key follow each other from an offset of its own, so that not all of them end together.
        """
        digest, seconds = _digest(key), int(window.total_seconds())
        shifted = unix_now() + int(digest[:8], 16) % seconds
        number, elapsed = divmod(shifted, seconds)
        left = seconds - elapsed
        record = self._windows(f"{digest}#{number}")
        record.update(actions=[_Window.tries.add(1), _Window.expires_at.set(unix_now() + left)])
        if record.tries > limit:
            raise TooManyTries(f"Too many tries: wait {_words(left)} and try again.", retry_after=left)

    def forget(self, key: str, *, window: timedelta) -> None:
        """Start counting anew."""
        digest, seconds = _digest(key), int(window.total_seconds())
        number = (unix_now() + int(digest[:8], 16) % seconds) // seconds
        self._windows(f"{digest}#{number}").delete()


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _words(seconds: int) -> str:
    minutes = -(-seconds // _MINUTE)
    return f"{seconds} seconds" if seconds < _MINUTE else f"{minutes} minute{'s' if minutes > 1 else ''}"
