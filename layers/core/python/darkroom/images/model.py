"""What an image is, and what developing one yields."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from darkroom.ids import AccountId, ImageId

VARIANT_WIDTHS = (2560, 1280, 640, 320)


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
    """One upload and what became of it. `reason` says why it was refused, or what was left out of a ready one."""

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
    reason: str | None = None
    width: int | None = None
    height: int | None = None
    thumbhash: str | None = None
    title: str | None = None
    alt_text: str | None = None
    developed_at: datetime | None = None
    variants: tuple[Variant, ...] = ()


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
