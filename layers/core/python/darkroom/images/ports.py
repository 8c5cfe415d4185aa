"""What images need from the world, grouped by the library each port pulls in."""

from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from darkroom.events import EventLog
from darkroom.ids import AccountId, ImageId
from darkroom.images.model import Development, Image, ImageChange, Multipart, PostForm, Variant
from darkroom.paging import Cursor


class ImageRepository(Protocol):
    """Every image's row. A deleted image is found only where it is said."""

    def add(self, image: Image) -> None:
        """Add a new image."""

    def get(self, image_id: ImageId) -> Image | None:
        """Return one image."""

    def get_many(self, image_ids: Sequence[ImageId]) -> Sequence[Image]:
        """Return those that there are, in any order."""

    def lock(self, image_id: ImageId) -> Image | None:
        """Return one image and keep everybody else from changing it until this unit of work ends."""

    def lock_even_deleted(self, image_id: ImageId) -> Image | None:
        """Do as `lock`, and find deleted ones too."""

    def save(self, image: Image) -> None:
        """Write what can change about an image."""

    def remove(self, image_id: ImageId) -> None:
        """Remove an image's row for good."""

    def newest_of(self, owner_id: AccountId) -> Image | None:
        """Return the image that its owner asked for last."""

    def of_owner(self, owner_id: AccountId, *, after: Cursor | None, limit: int) -> Sequence[Image]:
        """Return an owner's images, newest first."""

    def lock_overdue(self, *, expired_before: datetime, limit: int) -> Sequence[Image]:
        """Lock and return awaiting images whose time is up, even deleted, oldest first, passing over locked ones."""

    def lock_stalled(self, *, since_before: datetime, requeued_before: datetime, limit: int) -> Sequence[Image]:
        """Lock and return images in processing for too long and not lately requeued, even deleted, oldest first."""

    def deleted(self, *, before: datetime, limit: int) -> Sequence[ImageId]:
        """Name images that were deleted before a time, oldest first."""

    def untidy(self, *, before: datetime, limit: int) -> Sequence[ImageId]:
        """Name developed and refused images that were to be tidied after an earlier time, even deleted ones."""


class ChangeLog(Protocol):
    """What became of images, as the outbox remembers it for a week."""

    def latest_of(self, image_id: ImageId) -> ImageChange | None:
        """Return the last change of an image."""

    def of_image(self, image_id: ImageId, *, since: datetime, limit: int) -> Sequence[ImageChange]:
        """Return what happened to an image at `since` or later, oldest first."""

    def of_owner(self, owner_id: AccountId, *, since: datetime, limit: int) -> Sequence[ImageChange]:
        """Return what happened to somebody's images at `since` or later, oldest first."""


class ImageStore(Protocol):
    """The part of a unit of work that images use."""

    @property
    def now(self) -> datetime:
        """The time of this unit of work, aware UTC."""

    @property
    def images(self) -> ImageRepository:
        """Every image's row."""

    @property
    def changes(self) -> ChangeLog:
        """What became of images."""

    @property
    def events(self) -> EventLog:
        """What is published when this unit of work commits."""


UnitOfWork = Callable[[], AbstractContextManager[ImageStore]]


class HandedOn(Protocol):
    """Events that were handed on."""

    def forget(self, *, handed_on_before: datetime, limit: int) -> int:
        """Drop the oldest of them and return how many went."""


class OldEvents(Protocol):
    """The part of a unit of work that forgetting uses."""

    @property
    def now(self) -> datetime:
        """The time of the unit of work, aware UTC."""

    @property
    def events(self) -> HandedOn:
        """Events that were handed on."""


class Uploads(Protocol):
    """Where originals arrive."""

    def post_form(self, image: Image) -> PostForm:
        """Return a form that takes exactly this image: its key, size and type, for five minutes."""

    def start_multipart(self, image_id: ImageId, content_type: str) -> str:
        """Begin an upload in parts and return its id."""

    def parts(self, image: Image) -> Multipart:
        """Return the parts of a large upload, with fresh addresses and what has arrived so far.

        One that was completed, given up or forgotten by the storage raises `Conflict`.
        """

    def complete_multipart(self, image: Image, etags: Sequence[tuple[int, str]]) -> None:
        """Put the parts together; wrong or missing parts raise `Conflict`. Doing so twice is fine."""

    def discard(self, image: Image) -> None:
        """Forget whatever has arrived of an image."""

    def put(self, image: Image, data: bytes) -> None:
        """Take the bytes directly."""

    def put_part(self, image: Image, number: int, data: bytes) -> str:
        """Take one part directly, and return what `complete_multipart` is to be told of it."""

    def has_arrived(self, image_id: ImageId) -> bool:
        """Tell whether the whole original is there."""


class Originals(Protocol):
    """What arrived, for the one who develops it."""

    def fetch(self, image_id: ImageId, *, at_most: int) -> bytes | None:
        """Return what arrived, or None where nothing did; of more than `at_most` bytes only one more."""

    def keep(self, image_id: ImageId, data: bytes, content_type: str) -> None:
        """Put a developed image's original where uploads can no longer reach it."""

    def clear(self, image_id: ImageId) -> None:
        """Remove what arrived, after it was kept or refused."""

    def forget(self, image_id: ImageId) -> None:
        """Remove what arrived and what was kept."""


class Media(Protocol):
    """Where developed images are served from."""

    def put(self, key: str, data: bytes) -> None:
        """Store a WebP under its immutable key."""

    def copy(self, source: str, target: str) -> None:
        """Store a WebP under a second key; where it no longer is, that is `NotFound`."""

    def keep_only(self, image_id: ImageId, keys: Collection[str]) -> None:
        """Remove every WebP of an image but these."""


class Cdn(Protocol):
    """Keeps copies of what is not private close to those who look."""

    def forget(self, image_id: ImageId) -> None:
        """Drop all copies of an image."""


class Developer(Protocol):
    """Makes WebPs out of originals."""

    def develop(self, original: bytes) -> Development:
        """Develop one original; what cannot or may not be developed raises `Undevelopable`."""


class UploadsQueue(Protocol):
    """The queue that development reads."""

    def requeue(self, image_ids: Sequence[ImageId]) -> None:
        """Ask for development once more."""


class Addresses(Protocol):
    """Where stored things can be fetched."""

    def of_variant(self, image: Image, variant: Variant) -> str:
        """Return the address of a WebP: public, or signed for a while where the image is private."""

    def of_original(self, image: Image) -> str:
        """Return a signed address that downloads the original under its own name."""
