"""The types that GraphQL shows. What they hold is copied field by field, so that nothing else slips out."""

import inspect
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import Enum
from typing import Annotated, Self, TypeVar, dataclass_transform

import strawberry

from darkroom.access import model as access
from darkroom.edge.graphql.context import Context, Info
from darkroom.images import model
from darkroom.images.following import Happening
from darkroom.paging import Page

AT_MOST = "at_most"
"""The metadata by which a list says how long it gets; cost is counted with it."""

Kind = TypeVar("Kind")


@dataclass_transform(kw_only_default=True, field_specifiers=(strawberry.field,))
def shape(kind: type[Kind]) -> type[Kind]:
    """Make a GraphQL type that is described by its docstring."""
    return strawberry.type(kind, description=inspect.getdoc(kind))


@dataclass_transform(kw_only_default=True, field_specifiers=(strawberry.field,))
def input_shape(kind: type[Kind]) -> type[Kind]:
    """Make a GraphQL input that is described by its docstring."""
    return strawberry.input(kind, description=inspect.getdoc(kind))


@strawberry.enum(description="Where an image stands on its way.")
class ImageStatus(Enum):
    """Where an image stands on its way."""

    AWAITING = strawberry.enum_value("awaiting", description="Announced; its bytes have not arrived.")
    PROCESSING = strawberry.enum_value("processing", description="Arrived, and being developed.")
    READY = strawberry.enum_value("ready", description="Developed: its variants can be fetched.")
    REFUSED = strawberry.enum_value("refused", description="Not developed; `reason` says why.")


@strawberry.enum(description="Who may see an image.")
class Visibility(Enum):
    """Who may see an image."""

    PRIVATE = strawberry.enum_value("private", description="Its owner.")
    UNLISTED = strawberry.enum_value("unlisted", description="Everybody who knows its id.")
    PUBLIC = strawberry.enum_value("public", description="Everybody.")


@shape
class Account:
    """The account of whoever is signed in."""

    id: strawberry.ID = strawberry.field(description="A UUIDv7.")
    email: str = strawberry.field(description="The e-mail address that signs in; nobody else sees it.")
    created_at: datetime = strawberry.field(description="When it was opened.")

    @classmethod
    def of(cls, account: access.Account) -> Self:
        """Show an account to its owner."""
        return cls(id=strawberry.ID(str(account.id)), email=account.email, created_at=account.created_at)


@shape
class Variant:
    """One WebP of an image."""

    width: int = strawberry.field(description="In pixels.")
    height: int = strawberry.field(description="In pixels.")
    bytes: int = strawberry.field(description="The size of the file.")
    url: str = strawberry.field(
        description="Where to fetch it; for a private image an address that is good for a while."
    )


@shape
class Image:
    """One upload and what became of it."""

    id: strawberry.ID = strawberry.field(description="A UUIDv7.")
    status: ImageStatus = strawberry.field(description="Where it stands now.")
    reason: str | None = strawberry.field(
        description="Why it was refused, or what was left out of it where something was."
    )
    file_name: str | None = strawberry.field(description="The name of the file that was sent; only its owner sees it.")
    title: str | None = strawberry.field(description="What its owner calls it.")
    alt_text: str | None = strawberry.field(description="What it shows, in words, for those who do not see it.")
    width: int | None = strawberry.field(description="Of the upright full size in pixels, once it is ready.")
    height: int | None = strawberry.field(description="Of the upright full size in pixels, once it is ready.")
    bytes: int = strawberry.field(description="The size of the file that was sent.")
    content_type: str = strawberry.field(description="What was sent: announced, and once it is ready as it really was.")
    visibility: Visibility = strawberry.field(description="Who may see it.")
    thumbhash: str | None = strawberry.field(
        description="A blurred placeholder of a few bytes in base64 (https://evanw.github.io/thumbhash)."
    )
    uploaded_at: datetime = strawberry.field(description="When it was announced.")
    developed_at: datetime | None = strawberry.field(description="When it became ready.")
    shown: strawberry.Private[model.Image]

    @strawberry.field(description="Its WebPs, widest first, once it is ready.", metadata={AT_MOST: 5})
    def variants(self, info: Info) -> list[Variant]:
        """Sign or state the addresses only where somebody asks for them."""
        return [
            Variant(
                width=variant.width,
                height=variant.height,
                bytes=variant.bytes,
                url=info.context.addresses.of_variant(self.shown, variant),
            )
            for variant in self.shown.variants
        ]

    @classmethod
    def of(cls, image: model.Image, context: Context) -> Self:
        """Show an image to somebody who may see it."""
        viewer = context.viewer
        return cls(
            id=strawberry.ID(str(image.id)),
            status=ImageStatus[image.status.name],
            reason=image.reason,
            file_name=image.file_name if viewer and viewer.account_id == image.owner_id else None,
            title=image.title,
            alt_text=image.alt_text,
            width=image.width,
            height=image.height,
            bytes=image.bytes,
            content_type=image.content_type,
            visibility=Visibility[image.visibility.name],
            thumbhash=image.thumbhash,
            uploaded_at=image.uploaded_at,
            developed_at=image.developed_at,
            shown=image,
        )


@shape
class PageInfo:
    """Whether more follows, and from where to go on."""

    has_next_page: bool = strawberry.field(description="Whether there are older ones.")
    end_cursor: str | None = strawberry.field(description="Give this as `after` to get them.")


@shape
class ImageEdge:
    """An image in its place on a page."""

    node: Image = strawberry.field(description="The image.")
    cursor: str = strawberry.field(description="Give this as `after` to get what follows this image.")


@shape
class ImageConnection:
    """Some of my images, newest first; pages stay whole while images are added."""

    edges: list[ImageEdge] = strawberry.field(description="The images with their cursors.", metadata={AT_MOST: 1})
    page_info: PageInfo = strawberry.field(description="Whether more follows.")

    @classmethod
    def of(cls, page: Page[model.Image], context: Context) -> Self:
        """Show a page of images."""
        return cls(
            edges=[ImageEdge(node=Image.of(image, context), cursor=str(image.cursor)) for image in page.items],
            page_info=PageInfo(
                has_next_page=page.next is not None,
                end_cursor=str(page.items[-1].cursor) if page.items else None,
            ),
        )


@shape
class ImageChange:
    """An image became something else."""

    event_id: strawberry.ID = strawberry.field(description="A change is told at least once: by this a repeat is known.")
    cursor: str = strawberry.field(description="Give this as `after` to go on from here after a break.")
    status: ImageStatus = strawberry.field(description="What it became.")
    happened_at: datetime = strawberry.field(description="When it became so.")
    image: Image | None = strawberry.field(
        description="The image as it stands now, which may be later than the change; null once it is gone."
    )

    @classmethod
    def of(cls, happening: Happening, context: Context) -> Self:
        """Show a change to somebody who may see the image."""
        change, image = happening.change, happening.image
        return cls(
            event_id=strawberry.ID(str(change.id)),
            cursor=str(change.cursor),
            status=ImageStatus[change.status.name],
            happened_at=change.happened_at,
            image=Image.of(image, context) if image else None,
        )


@input_shape
class NewUpload:
    """A file that is about to be uploaded."""

    file_name: str = strawberry.field(description="Its name, 1 to 255 characters.")
    content_type: str = strawberry.field(
        description="image/jpeg, image/png, image/webp, image/gif, image/avif, image/heic or image/heif."
    )
    bytes: int = strawberry.field(description="Its size, at most 25,000,000.")
    checksum_sha256: str | None = strawberry.field(
        default=None, description="Its SHA-256 in 64 hexadecimal digits, where it should be checked."
    )
    visibility: Visibility = strawberry.field(default=Visibility.PRIVATE, description="Who may see the image.")


@shape
class FormField:
    """One field of a form."""

    name: str = strawberry.field(description="Its name.")
    value: str = strawberry.field(description="Its value, to be sent as it is.")


@shape
class PostForm:
    """A place for one form: send the fields, then the file as `file`."""

    url: str = strawberry.field(description="Where to POST it as multipart/form-data.")
    fields: list[FormField] = strawberry.field(description="What goes before the file.", metadata={AT_MOST: 10})
    expires_at: datetime = strawberry.field(description="Until when it is taken.")


@shape
class Part:
    """One part of a large upload."""

    number: int = strawberry.field(description="From 1.")
    bytes: int = strawberry.field(description="How many bytes to PUT.")
    url: str = strawberry.field(description="Where to PUT them.")
    uploaded: bool = strawberry.field(description="Whether it has arrived.")
    etag: str | None = strawberry.field(description="What its arrival was answered with.")


@shape
class Multipart:
    """A place for a large upload in parts: PUT each, then POST /v1/uploads/{id}/complete with their ETags."""

    part_bytes: int = strawberry.field(description="The size of every part but the last.")
    parts: list[Part] = strawberry.field(description="The parts in order.", metadata={AT_MOST: 4})
    expires_at: datetime = strawberry.field(description="Until when they are taken; their addresses can be renewed.")


UploadPlace = Annotated[
    PostForm | Multipart,
    strawberry.union("UploadPlace", description="Where an upload goes: in one form, or above 16 MB in parts."),
]


@shape
class RequestedUpload:
    """An image that is awaited, and where to send it."""

    image: Image = strawberry.field(description="The image, awaiting its bytes.")
    place: UploadPlace = strawberry.field(description="Where to send them.")

    @classmethod
    def of(cls, image: model.Image, place: model.PostForm | model.Multipart, context: Context) -> Self:
        """Show where an upload goes."""
        return cls(image=Image.of(image, context), place=_place(place))


def _place(place: model.PostForm | model.Multipart) -> PostForm | Multipart:
    if isinstance(place, model.PostForm):
        return PostForm(url=place.url, fields=list(_fields(place.fields)), expires_at=place.expires_at)
    parts = [
        Part(number=part.number, bytes=part.bytes, url=part.url, uploaded=part.etag is not None, etag=part.etag)
        for part in place.parts
    ]
    return Multipart(part_bytes=place.part_bytes, parts=parts, expires_at=place.expires_at)


def _fields(fields: Mapping[str, str]) -> Iterable[FormField]:
    return (FormField(name=name, value=value) for name, value in fields.items())
