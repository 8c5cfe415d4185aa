"""Use cases around an upload: ask for a place, send it in parts, send it directly, give up."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from darkroom.errors import Conflict, Invalid, NotFound, TooLarge, UnsupportedType
from darkroom.events import ImageChanged
from darkroom.ids import ImageId, uuid7
from darkroom.images.model import (
    CONTENT_TYPES,
    LONGEST_FILE_NAME,
    MOST_BYTES,
    MULTIPART_ABOVE_BYTES,
    MULTIPART_LIFETIME,
    POST_LIFETIME,
    Image,
    Multipart,
    PostForm,
    Status,
    Visibility,
)
from darkroom.images.ports import ImageStore, UnitOfWork, Uploads
from darkroom.principal import Principal

_SHA256_DIGITS = 64
_SHOWN = 64
_JOINERS = "\u200c\u200d"  # Persian is written with one, families of emoji are made with the other


def request_upload(  # noqa: PLR0913 - what is announced of a file is six facts
    store: ImageStore,
    uploads: Uploads,
    *,
    owner: Principal,
    file_name: str,
    content_type: str,
    size: int,
    checksum_sha256: str | None = None,
    visibility: Visibility = Visibility.PRIVATE,
    most: int = MOST_BYTES,
) -> tuple[Image, PostForm | Multipart]:
    """Announce a file of `size` bytes and get a place for it: a form, or above 16 MB parts that can be resumed.

    More than `most` bytes are `TooLarge`.
    """
    image = announce(
        store,
        owner=owner,
        file_name=file_name,
        content_type=content_type,
        size=size,
        lifetime=MULTIPART_LIFETIME if size > MULTIPART_ABOVE_BYTES else POST_LIFETIME,
        checksum_sha256=checksum_sha256,
        visibility=visibility,
        most=most,
    )
    if size > MULTIPART_ABOVE_BYTES:
        image = replace(image, multipart_id=uploads.start_multipart(image.id, image.content_type))
        store.images.save(image)
        return image, uploads.parts(image)
    return image, uploads.post_form(image)


def resume_upload(
    store: ImageStore, uploads: Uploads, *, owner: Principal, image_id: ImageId
) -> tuple[Image, PostForm | Multipart]:
    """Get a fresh place for an upload that has not arrived, and for parts what has."""
    image = _awaited(store, owner=owner, image_id=image_id)
    return image, uploads.parts(image) if image.multipart_id else uploads.post_form(image)


def complete_upload(
    store: ImageStore, uploads: Uploads, *, owner: Principal, image_id: ImageId, etags: Sequence[tuple[int, str]]
) -> Image:
    """Say that all parts are there. Saying it again after it worked changes nothing."""
    image = own_image(store, owner=owner, image_id=image_id)
    if image.multipart_id is None:
        raise Conflict("This upload is not sent in parts: there is nothing to complete.")
    if image.status is not Status.AWAITING:
        return image
    wanted = image.part_count
    if sorted(number for number, _ in etags) != list(range(1, wanted + 1)):
        raise Conflict(f"This upload has {wanted} parts: send the missing ones and name each of them once.")
    uploads.complete_multipart(image, etags)
    return image


def abort_upload(store: ImageStore, uploads: Uploads, *, owner: Principal, image_id: ImageId) -> None:
    """Give up an upload that has not arrived; doing so twice is fine."""
    image = store.images.lock(image_id)
    if image is None or image.owner_id != owner.account_id:
        raise no_image(image_id)
    if image.status is Status.REFUSED:
        return
    if image.status is not Status.AWAITING:
        raise Conflict("This photo has already arrived and is being developed: it can no longer be aborted.")
    give_up(store, uploads, image, reason="The upload was given up.")


def give_up(store: ImageStore, uploads: Uploads, image: Image, *, reason: str) -> None:
    """Refuse a locked image that is still awaited, and forget what has arrived of it."""
    uploads.discard(image)
    store.images.save(replace(image, status=Status.REFUSED, reason=reason))
    store.events.append(ImageChanged(image_id=image.id, owner_id=image.owner_id, status=Status.REFUSED))


def accept_image(  # noqa: PLR0913 - a file and what is said of it
    unit_of_work: UnitOfWork,
    uploads: Uploads,
    *,
    owner: Principal,
    file_name: str,
    content_type: str,
    data: bytes,
    visibility: Visibility = Visibility.PRIVATE,
    most: int = MOST_BYTES,
) -> Image:
    """Take the bytes of a photo themselves. The row stands before the bytes do, so nothing arrives unannounced."""
    with unit_of_work() as store:
        image = announce(
            store,
            owner=owner,
            file_name=file_name,
            content_type=content_type,
            size=len(data),
            lifetime=POST_LIFETIME,
            checksum_sha256=hashlib.sha256(data).hexdigest(),
            visibility=visibility,
            most=most,
        )
    uploads.put(image, data)
    return image


def announce(  # noqa: PLR0913 - what is announced of a file is six facts
    store: ImageStore,
    *,
    owner: Principal,
    file_name: str,
    content_type: str,
    size: int,
    lifetime: timedelta,
    checksum_sha256: str | None,
    visibility: Visibility,
    most: int = MOST_BYTES,
    image_id: ImageId | None = None,
) -> Image:
    """Write the row of a photo that is about to arrive, and tell of it."""
    if content_type not in CONTENT_TYPES:
        raise UnsupportedType(f"{content_type[:_SHOWN] or 'This'} is not a kind we develop: send {_kinds()}.")
    if size > most:
        raise TooLarge(f"This file has {size:,} bytes and the most we take is {most:,}: export it smaller.")
    image = Image(
        id=image_id or ImageId(uuid7()),
        owner_id=owner.account_id,
        file_name=_clean_name(file_name),
        status=Status.AWAITING,
        content_type=content_type,
        bytes=_positive(size),
        checksum_sha256=_clean_checksum(checksum_sha256),
        visibility=visibility,
        uploaded_at=store.now,
        expires_at=store.now + lifetime,
    )
    store.images.add(image)
    store.events.append(ImageChanged(image_id=image.id, owner_id=image.owner_id, status=Status.AWAITING))
    return image


def own_image(store: ImageStore, *, owner: Principal, image_id: ImageId) -> Image:
    """Return an image to its owner; to anybody else it does not exist."""
    image = store.images.get(image_id)
    if image is None or image.owner_id != owner.account_id:
        raise no_image(image_id)
    return image


def no_image(image_id: ImageId) -> NotFound:
    """Say that there is no such image: the same whether it is absent or may not be seen."""
    return NotFound(f"No image {image_id}.")


def shown_letters(text: str, *, spaces: bool = False) -> str:
    """Drop the letters that cannot be shown; what ends lines and words may be kept."""
    return "".join(
        letter for letter in text if letter.isprintable() or letter in _JOINERS or (spaces and letter.isspace())
    )


def _awaited(store: ImageStore, *, owner: Principal, image_id: ImageId) -> Image:
    image = own_image(store, owner=owner, image_id=image_id)
    if image.status is not Status.AWAITING:
        raise Conflict(f"This upload is {image.status} and needs no more bytes.")
    if image.expires_at <= store.now:
        raise Conflict("The time for this upload is over: ask for a new one.")
    return image


def _clean_name(file_name: str) -> str:
    """Keep the last part of a path and drop what cannot be shown."""
    last = file_name.replace("\\", "/").rpartition("/")[2]
    name = shown_letters(last).strip()
    if not name.strip(_JOINERS) or len(name) > LONGEST_FILE_NAME:
        sentence = f"The file name must have 1 to {LONGEST_FILE_NAME} characters."
        raise Invalid(sentence, {"file_name": [sentence]})
    return name


def _positive(size: int) -> int:
    if size < 1:
        sentence = "The file is empty: choose another."
        raise Invalid(sentence, {"bytes": [sentence]})
    return size


def _clean_checksum(text: str | None) -> str | None:
    if text is None:
        return None
    checksum = text.lower()
    if len(checksum) != _SHA256_DIGITS or set(checksum) - set("0123456789abcdef"):
        sentence = "The checksum must be a SHA-256 in 64 hexadecimal digits."
        raise Invalid(sentence, {"checksum_sha256": [sentence]})
    return checksum


def _kinds() -> str:
    return "JPEG, PNG, WebP, GIF, AVIF or HEIC"
