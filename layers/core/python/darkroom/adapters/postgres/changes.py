"""What became of images, read from the outbox in Postgres."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, LiteralString

import psycopg
from psycopg.rows import DictRow

from darkroom.events import ImageChanged
from darkroom.ids import AccountId, EventId, ImageId, parse_id
from darkroom.images.model import ImageChange, Status

_SELECT: LiteralString = "SELECT id, payload, happened_at FROM outbox WHERE name = %(name)s"


class Changes:
    """Every change that the outbox still holds, on one transaction."""

    def __init__(self, connection: psycopg.Connection[DictRow]) -> None:
        self._connection = connection

    def latest_of(self, image_id: ImageId) -> ImageChange | None:
        """Return the last change of an image."""
        return next(
            iter(
                self._many(
                    "AND payload ->> 'image_id' = %(image_id)s ORDER BY position DESC LIMIT 1",
                    {"image_id": str(image_id)},
                )
            ),
            None,
        )

    def of_image(self, image_id: ImageId, *, since: datetime, limit: int) -> Sequence[ImageChange]:
        """Return what happened to an image at `since` or later, oldest first."""
        return self._many(
            """
            AND payload ->> 'image_id' = %(image_id)s AND happened_at >= %(since)s
            ORDER BY position
            LIMIT %(limit)s
            """,
            {"image_id": str(image_id), "since": since, "limit": limit},
        )

    def of_owner(self, owner_id: AccountId, *, since: datetime, limit: int) -> Sequence[ImageChange]:
        """Return what happened to somebody's images at `since` or later, oldest first."""
        return self._many(
            """
            AND payload ->> 'owner_id' = %(owner_id)s AND happened_at >= %(since)s
            ORDER BY happened_at, position
            LIMIT %(limit)s
            """,
            {"owner_id": str(owner_id), "since": since, "limit": limit},
        )

    def _many(self, where: LiteralString, values: dict[str, Any]) -> list[ImageChange]:
        rows = self._connection.execute(f"{_SELECT} {where}", values | {"name": ImageChanged.name}).fetchall()
        return [
            ImageChange(
                id=EventId(row["id"]),
                image_id=parse_id(ImageId, row["payload"]["image_id"]),
                owner_id=parse_id(AccountId, row["payload"]["owner_id"]),
                status=Status(row["payload"]["status"]),
                happened_at=row["happened_at"].astimezone(UTC),
            )
            for row in rows
        ]
