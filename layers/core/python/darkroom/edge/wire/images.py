"""The shapes of images and uploads."""

from typing import Annotated
from uuid import UUID

import msgspec

from darkroom.edge.wire.common import Request, Time, show, told
from darkroom.errors import Invalid
from darkroom.images.model import (
    CONTENT_TYPES,
    LONGEST_ALT_TEXT,
    LONGEST_FILE_NAME,
    LONGEST_TITLE,
    Image,
    Multipart,
    PostForm,
    Status,
    Visibility,
)
from darkroom.images.ports import Addresses
from darkroom.paging import Page

WIDEST = 16_383


class NewUpload(Request, frozen=True):
    """A file that is about to be uploaded."""

    file_name: Annotated[str, told(minLength=1, maxLength=LONGEST_FILE_NAME)]
    content_type: Annotated[str, told(enum=sorted(CONTENT_TYPES))]
    bytes: Annotated[int, told(minimum=1)]
    checksum_sha256: Annotated[str, told(pattern="^[0-9A-Fa-f]{64}$")] | None = None
    visibility: Visibility = Visibility.PRIVATE


class ArrivedPart(Request, frozen=True):
    """A part that was uploaded, with the ETag its upload answered."""

    number: int
    etag: str


class CompletedUpload(Request, frozen=True):
    """Every part of a large upload."""

    parts: list[ArrivedPart]


class EditedImage(Request, frozen=True):
    """What is to change about an image; what is left out stays. An empty text is the same as null."""

    title: Annotated[str, told(maxLength=LONGEST_TITLE)] | msgspec.UnsetType | None = msgspec.UNSET
    alt_text: Annotated[str, told(maxLength=LONGEST_ALT_TEXT)] | msgspec.UnsetType | None = msgspec.UNSET
    visibility: Visibility | msgspec.UnsetType = msgspec.UNSET


class VariantView(msgspec.Struct, frozen=True, kw_only=True):
    """One WebP: pixels, bytes and where to fetch it."""

    width: int
    height: int
    bytes: int
    url: str


class ImageView(msgspec.Struct, frozen=True, kw_only=True):
    """An image as its owner sees it."""

    id: UUID
    status: Status
    reason: str | None
    file_name: str
    title: str | None
    alt_text: str | None
    width: int | None
    height: int | None
    bytes: int
    content_type: str
    visibility: Visibility
    thumbhash: str | None
    uploaded_at: Time
    developed_at: Time | None
    variants: list[VariantView]


class ImagePageView(msgspec.Struct, frozen=True, kw_only=True):
    """Some of my images, newest first; `next_cursor` leads to older ones."""

    images: list[ImageView]
    next_cursor: str | None


class PostFormView(msgspec.Struct, frozen=True, kw_only=True, tag="post", tag_field="kind"):
    """A place for one form: send the fields, then the file as `file`."""

    url: str
    fields: dict[str, str]
    expires_at: Time


class PartView(msgspec.Struct, frozen=True, kw_only=True):
    """One part: PUT `bytes` bytes to `url`, unless it is `uploaded`."""

    number: int
    bytes: int
    url: str
    uploaded: bool
    etag: str | None


class MultipartView(msgspec.Struct, frozen=True, kw_only=True, tag="multipart", tag_field="kind"):
    """A place for a large upload in parts of `part_bytes`, the last one shorter."""

    part_bytes: int
    parts: list[PartView]
    expires_at: Time


class UploadView(msgspec.Struct, frozen=True, kw_only=True):
    """An image that is awaited, and where to send it."""

    image: ImageView
    upload: PostFormView | MultipartView


class AcceptedView(msgspec.Struct, frozen=True, kw_only=True):
    """An image that was taken and will be developed."""

    image: ImageView


def image_view(image: Image, addresses: Addresses | None = None) -> ImageView:
    """Show an image. An unfinished one has no variants, so it needs no addresses."""
    variants = [
        VariantView(
            width=variant.width, height=variant.height, bytes=variant.bytes, url=addresses.of_variant(image, variant)
        )
        for variant in image.variants
        if addresses
    ]
    return ImageView(
        id=image.id,
        status=image.status,
        reason=image.reason,
        file_name=image.file_name,
        title=image.title,
        alt_text=image.alt_text,
        width=image.width,
        height=image.height,
        bytes=image.bytes,
        content_type=image.content_type,
        visibility=image.visibility,
        thumbhash=image.thumbhash,
        uploaded_at=image.uploaded_at,
        developed_at=image.developed_at,
        variants=variants,
    )


def image_page_view(page: Page[Image], addresses: Addresses) -> ImagePageView:
    """Show a page of images."""
    return ImagePageView(
        images=[image_view(image, addresses) for image in page.items],
        next_cursor=str(page.next) if page.next else None,
    )


def upload_view(image: Image, place: PostForm | Multipart) -> UploadView:
    """Show where an upload goes."""
    if isinstance(place, PostForm):
        return UploadView(image=image_view(image), upload=show(place, PostFormView))
    parts = [
        PartView(number=part.number, bytes=part.bytes, url=part.url, uploaded=part.etag is not None, etag=part.etag)
        for part in place.parts
    ]
    upload = MultipartView(part_bytes=place.part_bytes, parts=parts, expires_at=place.expires_at)
    return UploadView(image=image_view(image), upload=upload)


def parse_width(text: str | None) -> int | None:
    """Read how many pixels wide a WebP should be at least."""
    if text is None:
        return None
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= WIDEST:
        sentence = f"The width must be a whole number of pixels from 1 to {WIDEST}."
        raise Invalid(sentence, {"width": [sentence]})
    return int(text)
