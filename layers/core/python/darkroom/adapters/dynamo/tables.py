"""What the short-lived tables share: a string `id`, and an end that is checked on read."""

import time
import types
from typing import TypeVar

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.models import Model

CONNECT_SECONDS = 2
READ_SECONDS = 5


class ShortLived(Model):
    """A record that may be gone after `expires_at` (Unix seconds), and counts as gone from then on."""

    id = UnicodeAttribute(hash_key=True)
    expires_at = NumberAttribute()


Kind = TypeVar("Kind", bound=ShortLived)


def bind(model: type[Kind], table_name: str) -> type[Kind]:
    """Return the model on a deployed table, with time-outs that fit inside a request."""
    meta = type(
        "Meta",
        (),
        {
            "table_name": table_name,
            "connect_timeout_seconds": CONNECT_SECONDS,
            "read_timeout_seconds": READ_SECONDS,
        },
    )
    bound: type[Kind] = types.new_class(model.__name__, (model,), exec_body=lambda names: names.update(Meta=meta))
    return bound


def unix_now() -> int:
    """Return the time in Unix seconds."""
    return int(time.time())
