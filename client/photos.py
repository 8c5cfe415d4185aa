"""Photos on this computer: what they are and the bytes in them."""

import hashlib
import mimetypes
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from client import words
from client.problems import Problem, Stopped, explain
from darkroom.images.model import MOST_BYTES

_CHUNK = 64 * 1024
_HEAD = 32
_AVIF = frozenset({b"avif", b"avis"})
_HEIF = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """A file as it was when we looked: `modified` is in nanoseconds since 1970."""

    path: Path
    name: str
    bytes: int
    modified: int
    content_type: str


def look_at(path: Path) -> Photo:
    """Return what can be told of a file without reading it; what cannot be a photo for us is refused."""
    name = file_name(path)
    if path.is_dir():
        raise Problem(f"{name} is a folder: name the photos in it, like {name}/*.jpg.")
    try:
        with path.open("rb") as file:
            head, found = file.read(_HEAD), os.fstat(file.fileno())
    except OSError as error:
        raise explain(error) from error
    if not head:
        raise Problem(f"{name} is empty: choose another file.")
    if found.st_size > MOST_BYTES:
        raise Problem(f"{name} is larger than the {words.size(MOST_BYTES)} that we take: export it smaller.")
    content_type = _kind(head) or mimetypes.guess_type(path.name)[0] or ""
    if not content_type.startswith("image/"):
        raise Problem(f"{name} is not a photo: choose a JPEG, PNG, WebP, GIF, AVIF or HEIC file.")
    return Photo(
        path=path.resolve(), name=name, bytes=found.st_size, modified=found.st_mtime_ns, content_type=content_type
    )


def file_name(path: Path) -> str:
    """Return a file's name as it can be shown and sent, whatever bytes it is made of."""
    return words.plain(os.fsencode(path.name).decode("utf-8", "replace")) or "photo"


def sha256(photo: Photo, stop: threading.Event) -> str:
    """Return the checksum of a photo's bytes in lower-case hex."""
    digest = hashlib.sha256()
    for piece in pieces(photo, 0, photo.bytes, stop):
        digest.update(piece)
    return digest.hexdigest()


def pieces(
    photo: Photo,
    start: int,
    length: int,
    stop: threading.Event,
    on_taken: Callable[[int], None] = lambda _: None,
) -> Iterator[bytes]:
    """Yield `length` bytes of a photo from `start`; `on_taken` hears how many of them have been taken."""
    taken = 0
    with photo.path.open("rb") as file:
        file.seek(start)
        while taken < length:
            if stop.is_set():
                raise Stopped
            piece = file.read(min(_CHUNK, length - taken))
            if not piece:
                raise Problem(f"{photo.name} became shorter while it was read: run the same command again.")
            yield piece
            taken += len(piece)
            on_taken(taken)


def _kind(head: bytes) -> str | None:
    """Tell a photo's type from its first bytes."""
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp":
        brand = head[8:12]
        return "image/avif" if brand in _AVIF else "image/heic" if brand in _HEIF else None
    return None
