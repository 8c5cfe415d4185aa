"""The web app in its bucket: the built files, how long each may be kept by a browser, and `config.json`."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

_FOR_EVER = "public, max-age=31536000, immutable"
_ASK_EACH_TIME = "no-cache"
_NEVER_KEPT = "no-store"

_HASHED = "assets/"  # Vite puts a digest of the content into the names of these
_PAGE = "index.html"
_CONFIG = "config.json"
_LEFT = "left.json"  # when which asset was left behind by a newer build
_STAYS = timedelta(days=7)  # for pages that were opened before a deploy
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}


@dataclass(frozen=True, slots=True)
class _File:
    key: str
    content: bytes
    kept: str

    @property
    def tag(self) -> str:
        return f'"{hashlib.md5(self.content, usedforsecurity=False).hexdigest()}"'


def publish(objects: "S3Client", bucket: str, built: Path, config: Mapping[str, object]) -> None:
    """Make a bucket serve what was built; done twice, the second time sends nothing.

    The page comes last, so that nobody gets it before what it loads; an asset that it no longer loads stays for a week.
    """
    there = dict(_tags(objects, bucket))
    files = [*_built(built), _File(_CONFIG, _json(config), _NEVER_KEPT)]
    for file in sorted(files, key=lambda file: (file.key == _PAGE, not file.key.startswith(_HASHED))):
        if there.get(file.key) != file.tag:
            _put(objects, bucket, file)
    _tidy(objects, bucket, {key for key in there if key.startswith(_HASHED)} - {file.key for file in files})


def _built(folder: Path) -> Iterator[_File]:
    for path in sorted(folder.rglob("*")):
        key = path.relative_to(folder).as_posix()
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts):
            yield _File(key, path.read_bytes(), _FOR_EVER if key.startswith(_HASHED) else _ASK_EACH_TIME)


def _tags(objects: "S3Client", bucket: str) -> Iterator[tuple[str, str]]:
    for page in objects.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for found in page.get("Contents", []):
            yield found["Key"], found["ETag"]


def _put(objects: "S3Client", bucket: str, file: _File) -> None:
    kind = _TYPES.get(Path(file.key).suffix, "application/octet-stream")
    objects.put_object(Bucket=bucket, Key=file.key, Body=file.content, ContentType=kind, CacheControl=file.kept)


def _tidy(objects: "S3Client", bucket: str, unused: set[str]) -> None:
    """Note since when assets are unused, and remove those that were for long enough."""
    today = datetime.now(UTC).date()
    before = _left(objects, bucket)
    since = {key: before.get(key, today.isoformat()) for key in sorted(unused)}
    gone = {key for key, day in since.items() if date.fromisoformat(day) + _STAYS < today}
    for key in sorted(gone):
        objects.delete_object(Bucket=bucket, Key=key)
    if (kept := {key: day for key, day in since.items() if key not in gone}) != before:
        _put(objects, bucket, _File(_LEFT, _json(kept), _NEVER_KEPT))


def _left(objects: "S3Client", bucket: str) -> dict[str, str]:
    try:
        answer = objects.get_object(Bucket=bucket, Key=_LEFT)
    except objects.exceptions.NoSuchKey:
        return {}
    left: dict[str, str] = json.loads(answer["Body"].read())
    return left


def _json(what: Mapping[str, object]) -> bytes:
    return json.dumps(what, indent=2).encode() + b"\n"
