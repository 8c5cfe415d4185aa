"""What an image is, and what developing one yields."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from darkroom.ids import AccountId, EventId, ImageId
from darkroom.paging import Cursor

VARIANT_WIDTHS = (2560, 1280, 640, 320)

MOST_BYTES = 25_000_000
MOST_STREAMED_BYTES = 64_000_000
"""A stream passes through a process of ours that counts; a form or parts are sent past us."""

MULTIPART_ABOVE_BYTES = 16_000_000
PART_BYTES = 8 * 1024 * 1024
LONGEST_FILE_NAME = 255
LONGEST_TITLE = 200
LONGEST_ALT_TEXT = 1000

POST_LIFETIME = timedelta(minutes=5)
MULTIPART_LIFETIME = timedelta(hours=24)
RESTORABLE_FOR = timedelta(minutes=10)

CONTENT_TYPES = frozenset(
    {"image/jpeg", "image/png", "image/webp", "image/gif", "image/avif", "image/heic", "image/heif"}
)


class Status(StrEnum):
    """Where an image stands on its way: `awaiting -> processing -> ready | refused`."""

    AWAITING = "awaiting"
    PROCESSING = "processing"
    READY = "ready"
    REFUSED = "refused"


class Visibility(StrEnum):
    """Who may see an image."""

    PRIVATE = "private"
    UNLISTED = "unlisted"
    PUBLIC = "public"


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One WebP of an image: `width` x `height` pixels, `bytes` long, stored under `key`."""

    width: int
    height: int
    bytes: int
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """One upload and what became of it. `reason` says why it was refused, or what was left out of a ready one.

    `bytes` and `checksum_sha256` (lower-case hex) are what its owner announced; `attempts` counts how often
    development was begun. After `tidy_after`, what is stored of it and not among its variants is removed.
    """

    id: ImageId
    owner_id: AccountId
    file_name: str
    status: Status
    content_type: str
    bytes: int
    visibility: Visibility
    uploaded_at: datetime
    expires_at: datetime
    checksum_sha256: str | None = None
    multipart_id: str | None = None
    processing_since: datetime | None = None
    requeued_at: datetime | None = None
    attempts: int = 0
    reason: str | None = None
    width: int | None = None
    height: int | None = None
    thumbhash: str | None = None
    title: str | None = None
    alt_text: str | None = None
    developed_at: datetime | None = None
    variants: tuple[Variant, ...] = ()
    deleted_at: datetime | None = None
    tidy_after: datetime | None = None

    @property
    def is_private(self) -> bool:
        """Whether its WebPs lie where the CDN does not reach."""
        return self.visibility is Visibility.PRIVATE

    @property
    def cursor(self) -> Cursor:
        """The place of this image in its owner's list."""
        return Cursor(at=self.uploaded_at, id=self.id)

    @property
    def part_count(self) -> int:
        """How many parts a large upload of this image has."""
        return -(-self.bytes // PART_BYTES)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageChange:
    """An image became `status` at `happened_at`: one event of the outbox, as it is read again."""

    id: EventId
    image_id: ImageId
    owner_id: AccountId
    status: Status
    happened_at: datetime

    @property
    def cursor(self) -> Cursor:
        """The place from which to go on after having seen this change."""
        return Cursor(at=self.happened_at, id=self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class PostForm:
    """A place for one upload in a single form: send `fields`, then the file, to `url` before `expires_at`."""

    url: str
    fields: Mapping[str, str]
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of a large upload: `bytes` long, to be PUT to `url`; `etag` is set once it has arrived."""

    number: int
    bytes: int
    url: str
    etag: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Multipart:
    """The parts of a large upload; their addresses are good until `expires_at` and can be asked for again."""

    parts: tuple[Part, ...]
    part_bytes: int
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendition:
    """One WebP fresh from development: `width` x `height` pixels in `data`."""

    width: int
    height: int
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Development:
    """Everything made from one original, largest rendition first.

    `width` and `height` are the upright full size in pixels; `content_type` is what the original really was;
    `thumbhash` is base64; `note` says what was left out, where something was.
    """

    width: int
    height: int
    content_type: str
    thumbhash: str
    renditions: tuple[Rendition, ...]
    note: str | None = None


class Undevelopable(Exception):  # noqa: N818 - a verdict on the photo, not a fault of ours
    """An original that will not be developed, with the reason its owner reads."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
