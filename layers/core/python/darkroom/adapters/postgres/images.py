"""Images in Postgres."""

from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any, LiteralString

import psycopg
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from darkroom.errors import Unauthenticated
from darkroom.ids import AccountId, ImageId
from darkroom.images.model import Image, Status, Variant, Visibility
from darkroom.paging import Cursor

_COLUMNS: LiteralString = """
    id, owner_id, file_name, status, content_type, bytes, visibility, uploaded_at, expires_at, checksum_sha256,
    multipart_id, processing_since, requeued_at, attempts, reason, width, height, thumbhash, title, alt_text,
    developed_at, variants, deleted_at, tidy_after
"""


class Images:
    """Every image's row, on one transaction. `_one` and `_all` pass over deleted ones."""

    def __init__(self, connection: psycopg.Connection[DictRow]) -> None:
        self._connection = connection

    def add(self, image: Image) -> None:
        """Add a new image; where its owner's account is gone, that raises `Unauthenticated`."""
        try:
            self._connection.execute(
                f"""
                INSERT INTO images ({_COLUMNS})
                VALUES (
                    %(id)s, %(owner_id)s, %(file_name)s, %(status)s, %(content_type)s, %(bytes)s, %(visibility)s,
                    %(uploaded_at)s, %(expires_at)s, %(checksum_sha256)s, %(multipart_id)s, %(processing_since)s,
                    %(requeued_at)s, %(attempts)s, %(reason)s, %(width)s, %(height)s, %(thumbhash)s, %(title)s,
                    %(alt_text)s, %(developed_at)s, %(variants)s, %(deleted_at)s, %(tidy_after)s
                )
                """,  # noqa: S608 - the columns are a literal
                _row(image),
            )
        except psycopg.errors.ForeignKeyViolation as error:
            raise Unauthenticated("This account no longer exists: register again.") from error

    def get(self, image_id: ImageId) -> Image | None:
        """Return one image."""
        return self._one("id = %(id)s", {"id": image_id})

    def get_many(self, image_ids: Sequence[ImageId]) -> Sequence[Image]:
        """Return those that there are, in any order."""
        return self._all("id = ANY(%(ids)s)", {"ids": list(image_ids)})

    def lock(self, image_id: ImageId) -> Image | None:
        """Return one image and keep everybody else from changing it until this transaction ends."""
        return self._one("id = %(id)s FOR UPDATE", {"id": image_id})

    def lock_even_deleted(self, image_id: ImageId) -> Image | None:
        """Do as `lock`, and find deleted ones too."""
        found = self._even_deleted("id = %(id)s FOR UPDATE", {"id": image_id})
        return found[0] if found else None

    def save(self, image: Image) -> None:
        """Write what can change about an image."""
        self._connection.execute(
            """
            UPDATE images
            SET status = %(status)s, content_type = %(content_type)s, visibility = %(visibility)s,
                multipart_id = %(multipart_id)s, processing_since = %(processing_since)s,
                requeued_at = %(requeued_at)s, attempts = %(attempts)s, reason = %(reason)s, width = %(width)s,
                height = %(height)s, thumbhash = %(thumbhash)s, title = %(title)s, alt_text = %(alt_text)s,
                developed_at = %(developed_at)s, variants = %(variants)s, deleted_at = %(deleted_at)s,
                tidy_after = %(tidy_after)s
            WHERE id = %(id)s
            """,
            _row(image),
        )

    def remove(self, image_id: ImageId) -> None:
        """Remove an image's row for good."""
        self._connection.execute("DELETE FROM images WHERE id = %(id)s", {"id": image_id})

    def newest_of(self, owner_id: AccountId) -> Image | None:
        """Return the image that its owner asked for last."""
        return self._one("owner_id = %(owner_id)s ORDER BY uploaded_at DESC, id DESC LIMIT 1", {"owner_id": owner_id})

    def of_owner(self, owner_id: AccountId, *, after: Cursor | None, limit: int) -> Sequence[Image]:
        """Return an owner's images, newest first."""
        return self._all(
            """
            owner_id = %(owner_id)s
              AND (%(at)s::timestamptz IS NULL OR (uploaded_at, id) < (%(at)s, %(id)s))
            ORDER BY uploaded_at DESC, id DESC
            LIMIT %(limit)s
            """,
            {"owner_id": owner_id, "at": after and after.at, "id": after and after.id, "limit": limit},
        )

    def lock_overdue(self, *, expired_before: datetime, limit: int) -> Sequence[Image]:
        """Lock and return awaiting images whose time is up, even deleted, oldest first, passing over locked ones."""
        return self._even_deleted(
            """
            status = 'awaiting' AND expires_at < %(before)s
            ORDER BY expires_at, id
            LIMIT %(limit)s
            FOR UPDATE SKIP LOCKED
            """,
            {"before": expired_before, "limit": limit},
        )

    def lock_stalled(self, *, since_before: datetime, requeued_before: datetime, limit: int) -> Sequence[Image]:
        """Lock and return images in processing for too long and not lately requeued, even deleted, oldest first."""
        return self._even_deleted(
            """
            status = 'processing' AND processing_since < %(since)s
              AND (requeued_at IS NULL OR requeued_at < %(requeued)s)
            ORDER BY processing_since, id
            LIMIT %(limit)s
            FOR UPDATE SKIP LOCKED
            """,
            {"since": since_before, "requeued": requeued_before, "limit": limit},
        )

    def deleted(self, *, before: datetime, limit: int) -> Sequence[ImageId]:
        """Name images that were deleted before a time, oldest first."""
        rows = self._connection.execute(
            "SELECT id FROM images WHERE deleted_at < %(before)s ORDER BY deleted_at, id LIMIT %(limit)s",
            {"before": before, "limit": limit},
        )
        return [ImageId(row["id"]) for row in rows.fetchall()]

    def untidy(self, *, before: datetime, limit: int) -> Sequence[ImageId]:
        """Name developed and refused images that were to be tidied after an earlier time, even deleted ones."""
        rows = self._connection.execute(
            """
            SELECT id
            FROM images
            WHERE tidy_after < %(before)s AND status IN ('ready', 'refused')
            ORDER BY tidy_after, id
            LIMIT %(limit)s
            """,
            {"before": before, "limit": limit},
        )
        return [ImageId(row["id"]) for row in rows.fetchall()]

    def _one(self, which: LiteralString, parameters: dict[str, Any]) -> Image | None:
        found = self._all(which, parameters)
        return found[0] if found else None

    def _all(self, which: LiteralString, parameters: dict[str, Any]) -> list[Image]:
        return self._even_deleted(f"deleted_at IS NULL AND {which}", parameters)

    def _even_deleted(self, which: LiteralString, parameters: dict[str, Any]) -> list[Image]:
        rows = self._connection.execute(
            f"SELECT {_COLUMNS} FROM images WHERE {which}",  # noqa: S608 - both are literals
            parameters,
        )
        return [_image(row) for row in rows.fetchall()]


def _row(image: Image) -> dict[str, Any]:
    row: dict[str, Any] = {field.name: getattr(image, field.name) for field in fields(image)}
    row["variants"] = Jsonb([asdict(variant) for variant in image.variants])
    return row


def _image(row: DictRow) -> Image:
    row["status"] = Status(row["status"])
    row["visibility"] = Visibility(row["visibility"])
    row["variants"] = tuple(Variant(**variant) for variant in row["variants"])
    return Image(**row)
