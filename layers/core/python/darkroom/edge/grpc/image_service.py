"""ImageService: photos in by a stream, out by id and page, followed until they are developed."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, aclosing, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from bridge.v1 import image_pb2
from bridge.v1.image_pb2_grpc import ImageServiceServicer

from darkroom.edge.grpc.callers import Callers, Context
from darkroom.edge.grpc.views import change_message, image_message, visibility_of
from darkroom.errors import Invalid, TooManyTries, Unavailable
from darkroom.ids import ImageId, parse_id
from darkroom.images import following, viewing
from darkroom.images.model import Image, ImageChange, Status
from darkroom.images.ports import Addresses, UnitOfWork, Uploads
from darkroom.images.streaming import Apart, receive_image
from darkroom.images.uploading import own_image
from darkroom.paging import Cursor, Page, parse_cursor, parse_limit
from darkroom.principal import Principal

LARGEST_CHUNK = 65_536

_LOOK_EVERY_SECONDS = 15.0  # in case a notification was lost
_STEPS = (Status.AWAITING, Status.PROCESSING, Status.READY, Status.REFUSED)
_SETTLED = {Status.READY, Status.REFUSED}


class Changed(Protocol):
    """What a watch waits on."""

    async def wait(self, within: float) -> bool:
        """Wait for a change, `within` seconds at most."""

    def tell(self) -> None:
        """End the wait."""


class Listener(Protocol):
    """Hears of changes."""

    def watching(self, key: str) -> AbstractAsyncContextManager[Changed]:
        """Watch one image by its id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Studio:
    """Everything that images need from the world."""

    unit_of_work: UnitOfWork
    uploads: Uploads
    addresses: Addresses
    listener: Listener


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much of the long work goes on at once, and how many seconds a stream may stand still."""

    uploads: int = 64
    watches: int = 1000
    silence_seconds: float = 30.0


class ImageService(ImageServiceServicer):
    """A person's images. An upload holds up to 8 MB while it lasts, so their number is limited."""

    def __init__(self, studio: Studio, callers: Callers, apart: Apart, limits: Limits) -> None:
        self._studio = studio
        self._callers = callers
        self._apart = apart
        self._limits = limits
        self._uploads = 0
        self._watches: set[Changed] = set()
        self._leaving = False

    def leave(self) -> None:
        """End every watch, so that their callers go on elsewhere."""
        self._leaving = True
        for changed in self._watches:
            changed.tell()

    async def UploadImage(
        self, request_iterator: AsyncIterator[image_pb2.UploadImageRequest], context: Context
    ) -> image_pb2.UploadImageResponse:
        """Take metadata, then chunks."""
        owner = await self._callers.member(context)
        with self._room_for_an_upload():
            announced = await _metadata(request_iterator, self._limits.silence_seconds)
            async with aclosing(_chunks(request_iterator, self._limits.silence_seconds)) as chunks:
                image = await receive_image(
                    self._studio.unit_of_work,
                    self._studio.uploads,
                    self._apart,
                    chunks,
                    owner=owner,
                    file_name=announced.file_name,
                    content_type=announced.content_type,
                    size=announced.size_bytes,
                    checksum_sha256=announced.checksum_sha256 if announced.HasField("checksum_sha256") else None,
                    visibility=visibility_of(announced.visibility),
                )
        return image_pb2.UploadImageResponse(image=self._shown(image))

    async def GetLastImage(
        self, request: image_pb2.GetLastImageRequest, context: Context
    ) -> image_pb2.GetLastImageResponse:
        """Tell about the caller's newest image."""
        del request
        owner = await self._callers.member(context)

        def work() -> Image:
            with self._studio.unit_of_work() as store:
                return viewing.last_image(store, owner=owner)

        return image_pb2.GetLastImageResponse(image=self._shown(await self._apart(work)))

    async def GetImage(self, request: image_pb2.GetImageRequest, context: Context) -> image_pb2.GetImageResponse:
        """Tell about one of the caller's images."""
        owner, wanted = await self._callers.member(context), parse_id(ImageId, request.image_id)

        def work() -> Image:
            with self._studio.unit_of_work() as store:
                return own_image(store, owner=owner, image_id=wanted)

        return image_pb2.GetImageResponse(image=self._shown(await self._apart(work)))

    async def ListImages(self, request: image_pb2.ListImagesRequest, context: Context) -> image_pb2.ListImagesResponse:
        """Tell about the caller's images, a page at a time."""
        owner, after = await self._callers.member(context), parse_cursor(request.cursor)
        limit = parse_limit(str(request.limit) if request.HasField("limit") else None)

        def work() -> Page[Image]:
            with self._studio.unit_of_work() as store:
                return viewing.my_images(store, owner=owner, after=after, limit=limit)

        page = await self._apart(work)
        return image_pb2.ListImagesResponse(
            images=[self._shown(image) for image in page.items], next_cursor=str(page.next) if page.next else None
        )

    async def WatchImage(
        self, request: image_pb2.WatchImageRequest, context: Context
    ) -> AsyncGenerator[image_pb2.WatchImageResponse, None]:
        """Tell the latest change at once, then each one that leads further, until there can be no other."""
        owner, wanted = await self._callers.member(context), parse_id(ImageId, request.image_id)
        async with self._studio.listener.watching(str(wanted)) as changed:
            with self._room_for_a_watch(changed):
                latest, image = await self._apart(partial(self._latest, owner, wanted))
                yield image_pb2.WatchImageResponse(change=self._told(latest, image))
                while latest.status not in _SETTLED:
                    await changed.wait(_LOOK_EVERY_SECONDS)
                    if self._leaving:
                        raise Unavailable("This server is about to stop: call again.", retry_after=1)
                    news, image = await self._apart(partial(self._news, owner, wanted, latest.cursor))
                    for change in news:
                        if _leads_further(change, latest):
                            latest = change
                            yield image_pb2.WatchImageResponse(change=self._told(latest, image))

    def _latest(self, owner: Principal, image_id: ImageId) -> tuple[ImageChange, Image]:
        with self._studio.unit_of_work() as store:
            own_image(store, owner=owner, image_id=image_id)
            return following.latest_change(store, viewer=owner, image_id=image_id)

    def _news(self, owner: Principal, image_id: ImageId, after: Cursor) -> tuple[Sequence[ImageChange], Image]:
        with self._studio.unit_of_work() as store:
            changes = following.changes_of(store, viewer=owner, image_id=image_id, after=after)
            image = own_image(store, owner=owner, image_id=image_id)
        return sorted(changes, key=lambda change: _STEPS.index(change.status)), image

    def _shown(self, image: Image) -> image_pb2.Image:
        return image_message(image, self._studio.addresses)

    def _told(self, change: ImageChange, image: Image) -> image_pb2.ImageChange:
        return change_message(change, image, self._studio.addresses)

    @contextmanager
    def _room_for_an_upload(self) -> Iterator[None]:
        if self._uploads >= self._limits.uploads:
            raise _full()
        self._uploads += 1
        try:
            yield
        finally:
            self._uploads -= 1

    @contextmanager
    def _room_for_a_watch(self, changed: Changed) -> Iterator[None]:
        if len(self._watches) >= self._limits.watches:
            raise _full()
        self._watches.add(changed)
        try:
            yield
        finally:
            self._watches.discard(changed)


async def _metadata(
    requests: AsyncIterator[image_pb2.UploadImageRequest], patience: float
) -> image_pb2.UploadImageMetadata:
    first = await _next(requests, patience)
    if first is None or first.WhichOneof("part") != "metadata":
        raise Invalid("Send the photo's metadata in the first message, then its bytes.")
    if first.metadata.size_bytes < 1:
        sentence = "Tell how many bytes will follow: a photo has at least one."
        raise Invalid(sentence, {"size_bytes": [sentence]})
    return first.metadata


async def _chunks(
    requests: AsyncIterator[image_pb2.UploadImageRequest], patience: float
) -> AsyncGenerator[bytes, None]:
    while (request := await _next(requests, patience)) is not None:
        if request.WhichOneof("part") != "chunk":
            raise Invalid("Send the metadata once, in the first message, and only chunks after it.")
        if not 1 <= len(request.chunk) <= LARGEST_CHUNK:
            raise Invalid(f"Send chunks of 1 to {LARGEST_CHUNK:,} bytes: this one has {len(request.chunk):,}.")
        yield request.chunk


async def _next(
    requests: AsyncIterator[image_pb2.UploadImageRequest], patience: float
) -> image_pb2.UploadImageRequest | None:
    try:
        return await asyncio.wait_for(anext(requests, None), patience)
    except TimeoutError as error:
        raise TimeoutError(f"Nothing came for {patience:g} seconds: upload the photo again.") from error


def _leads_further(change: ImageChange, than: ImageChange) -> bool:
    """Tell whether a change is news: repeats, and what the last one has overtaken, are not."""
    return than.status not in _SETTLED and _STEPS.index(change.status) > _STEPS.index(than.status)


def _full() -> TooManyTries:
    return TooManyTries("As many of these are going on as this server bears: try again in a moment.", retry_after=5)
