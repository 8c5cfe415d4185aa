"""Large uploads that were begun: remembered so that the same command goes on where it was interrupted."""

import time
from pathlib import Path
from typing import Any

from client import places
from client.photos import Photo

_KEPT_SECONDS = 24 * 60 * 60


class Unfinished:
    """The begun uploads of one account at one API."""

    def __init__(self, api: str, account_id: str) -> None:
        self._owner = {"api": api, "account_id": account_id}

    def find(self, photo: Photo, checksum: str) -> str | None:
        """Return the image that this very file was being uploaded as."""
        fact = self._fact(photo, checksum)
        return next((str(kept["image_id"]) for kept in _all() if fact.items() <= kept.items()), None)

    def remember(self, photo: Photo, checksum: str, image_id: str) -> None:
        """Note that a photo is on its way as `image_id`."""
        self._replace(photo, checksum, [{"image_id": image_id, "begun_at": time.time()}])

    def forget(self, photo: Photo, checksum: str) -> None:
        """Note that there is nothing left to go on with."""
        self._replace(photo, checksum, [])

    def _replace(self, photo: Photo, checksum: str, news: list[dict[str, Any]]) -> None:
        fact = self._fact(photo, checksum)
        with places.locked("uploads"):
            oldest = time.time() - _KEPT_SECONDS
            others = [kept for kept in _all() if kept["begun_at"] > oldest and not fact.items() <= kept.items()]
            places.write(_file(), others + [fact | new for new in news])

    def _fact(self, photo: Photo, checksum: str) -> dict[str, Any]:
        return {
            **self._owner,
            "path": str(photo.path).encode("utf-8", "backslashreplace").decode(),
            "bytes": photo.bytes,
            "modified": photo.modified,
            "sha256": checksum,
        }


def _all() -> list[dict[str, Any]]:
    kept = places.read(_file())
    return kept if isinstance(kept, list) else []


def _file() -> Path:
    return places.own_folder() / "uploads.json"
