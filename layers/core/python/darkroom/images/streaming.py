"""The use case of a photo that comes in a stream: stored part by part, never whole in our memory."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing, suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial
from io import BytesIO
from typing import Protocol, TypeVar

from darkroom.errors import Invalid, Refusal
from darkroom.ids import ImageId, uuid7
from darkroom.images.model import MOST_STREAMED_BYTES, PART_BYTES, Image, Status, Visibility
from darkroom.images.ports import UnitOfWork, Uploads
from darkroom.images.uploading import announce, give_up
from darkroom.principal import Principal

LONGEST_STREAM = timedelta(minutes=10)

_BROKEN_OFF = "The upload was broken off: upload the photo again."
_LIFETIME = LONGEST_STREAM + timedelta(minutes=1)
"""After that the sweep refuses what a bridge that died has left behind."""

Result = TypeVar("Result")


class Apart(Protocol):
    """Runs what waits for somebody else in another thread."""

    def __call__(self, work: Callable[[], Result], /) -> Awaitable[Result]:
        """Return what the work returns, or raise what it raises."""


async def receive_image(  # noqa: PLR0913 - a stream and what is announced of it
    unit_of_work: UnitOfWork,
    uploads: Uploads,
    apart: Apart,
    chunks: AsyncIterator[bytes],
    *,
    owner: Principal,
    file_name: str,
    content_type: str,
    size: int,
    checksum_sha256: str | None = None,
    visibility: Visibility = Visibility.PRIVATE,
) -> Image:
    """Announce a photo of `size` bytes, store them as they come, and return it, awaiting its development.

    Whatever goes wrong on the way, a cancellation included, leaves no bytes behind and the image refused. If this
    process is killed, the sweep does that.
    """
    image_id = ImageId(uuid7())

    def begin() -> Image:
        with unit_of_work() as store:
            image = announce(
                store,
                owner=owner,
                file_name=file_name,
                content_type=content_type,
                size=size,
                lifetime=_LIFETIME,
                checksum_sha256=checksum_sha256,
                visibility=visibility,
                most=MOST_STREAMED_BYTES,
                image_id=image_id,
            )
            if image.part_count > 1:
                image = replace(image, multipart_id=uploads.start_multipart(image.id, image.content_type))
                store.images.save(image)
            return image

    try:
        image = await _to_its_end(apart(begin))
        await _store(uploads, apart, image, chunks)
    except BaseException as error:
        reason = error.detail if isinstance(error, Invalid) else _BROKEN_OFF
        await _to_its_end(apart(partial(_give_up, unit_of_work, uploads, image_id, reason)))
        raise
    return image


async def _store(uploads: Uploads, apart: Apart, image: Image, chunks: AsyncIterator[bytes]) -> None:
    etags: list[tuple[int, str]] = []
    async with aclosing(_in_parts(chunks, image.bytes)) as parts:
        async for part in parts:
            if image.multipart_id is None:
                await _to_its_end(apart(partial(uploads.put, image, part)))
            else:
                number = len(etags) + 1
                etags.append((number, await _to_its_end(apart(partial(uploads.put_part, image, number, part)))))
            del part  # or it would be held while the next one is collected
    if image.multipart_id is not None:
        await _to_its_end(apart(partial(uploads.complete_multipart, image, etags)))


async def _in_parts(chunks: AsyncIterator[bytes], size: int) -> AsyncGenerator[bytes, None]:
    """Collect chunks to parts; other bytes than `size` raise `Invalid`, and too few of them before the last part."""
    part, received = BytesIO(), 0
    async for chunk in chunks:
        received += len(chunk)
        if received > size:
            raise Invalid(f"More bytes came than the {size:,} that were announced: upload the photo again.")
        room = PART_BYTES - part.tell()
        part.write(chunk[:room])
        if len(chunk) > room:
            yield part.getvalue()
            part = BytesIO()
            part.write(chunk[room:])
    if received < size:
        raise Invalid(f"Only {received:,} bytes came where {size:,} were announced: upload the photo again.")
    yield part.getvalue()


def _give_up(unit_of_work: UnitOfWork, uploads: Uploads, image_id: ImageId, reason: str) -> None:
    """Refuse what was not received. If that cannot be written now, the sweep will."""
    with suppress(Refusal), unit_of_work() as store:
        image = store.images.lock(image_id)
        if image is not None and image.status is Status.AWAITING:
            give_up(store, uploads, image, reason=reason)


async def _to_its_end(work: Awaitable[Result]) -> Result:
    """Wait for another thread even when cancelled meanwhile, so that nothing goes on behind our back."""
    running = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.gather(running, return_exceptions=True)
        raise
