"""Identifiers: UUIDv7, one NewType per kind of thing."""

import os
import time
from collections.abc import Callable
from typing import NewType, TypeVar
from uuid import RFC_4122, UUID

from darkroom.errors import NotFound

AccountId = NewType("AccountId", UUID)
ImageId = NewType("ImageId", UUID)
EventId = NewType("EventId", UUID)

Id = TypeVar("Id", bound=UUID)

_VERSION_7 = 7 << 76
_VARIANT = 0b10 << 62


def uuid7() -> UUID:
    """Return a new time-ordered UUID (RFC 9562): 48 bits of Unix milliseconds, then 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    noise = int.from_bytes(os.urandom(10), "big")
    head, tail = noise >> 68, noise & ((1 << 62) - 1)
    return UUID(int=(milliseconds << 80) | _VERSION_7 | (head << 64) | _VARIANT | tail)


def parse_id(kind: Callable[[UUID], Id], text: str) -> Id:
    """Read an id from an address; what is no id names nothing, so it raises `NotFound`."""
    try:
        value = UUID(text)
    except ValueError as error:
        raise NotFound(f"Nothing has the id {text[:64]!r}.") from error
    if value.variant != RFC_4122 or str(value) != text.lower():
        raise NotFound(f"Nothing has the id {text[:64]!r}.")
    return kind(value)
