"""The use case of a photo that comes in a stream, with fakes."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any, TypeVar

import pytest

from darkroom.errors import Invalid, TooLarge, Unavailable
from darkroom.ids import AccountId, uuid7
from darkroom.images.model import MOST_STREAMED_BYTES, PART_BYTES, Image, Status
from darkroom.images.streaming import receive_image
from darkroom.principal import Principal
from tests.fakes import FakeStorage, FakeUnitOfWork

ADA = Principal(AccountId(uuid7()))
CHUNK = 65_536

Result = TypeVar("Result")


async def at_once(work: Callable[[], Result]) -> Result:
    await asyncio.sleep(0)
    return work()


async def in_chunks(data: bytes, size: int = CHUNK) -> AsyncIterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]


def send(unit_of_work: FakeUnitOfWork, storage: FakeStorage, data: bytes, chunk: int = CHUNK, **facts: Any) -> Image:
    return asyncio.run(_run(receive(unit_of_work, storage, in_chunks(data, chunk), size=len(data), **facts)))


def receive(
    unit_of_work: FakeUnitOfWork, storage: FakeStorage, chunks: AsyncIterator[bytes], **facts: Any
) -> Awaitable[Image]:
    usual: dict[str, Any] = {"owner": ADA, "file_name": "harbour.jpg", "content_type": "image/jpeg"}
    return receive_image(unit_of_work, storage, at_once, chunks, **(usual | facts))


def only_image(unit_of_work: FakeUnitOfWork) -> Image:
    (image,) = unit_of_work.store.images.of_owner(ADA.account_id, after=None, limit=10)
    return image


@pytest.mark.parametrize("size", [1, CHUNK, PART_BYTES - 1, PART_BYTES, PART_BYTES + 1, 2 * PART_BYTES, 20_000_000])
@pytest.mark.parametrize("chunk", [CHUNK, 50_001])
def test_what_was_sent_arrives_byte_for_byte(size: int, chunk: int) -> None:
    unit_of_work, storage = FakeUnitOfWork(), FakeStorage()
    data = hashlib.shake_128(b"a photo").digest(size)

    image = send(unit_of_work, storage, data, chunk)

    assert storage.uploads == {image.id: data}
    assert only_image(unit_of_work) == image
    assert (image.status, image.bytes) == (Status.AWAITING, size)


def test_parts_are_eight_megabytes_so_that_no_more_is_ever_held() -> None:
    class Watched(FakeStorage):
        def put_part(self, image: Image, number: int, data: bytes) -> str:
            sizes.append(len(data))
            return super().put_part(image, number, data)

    sizes: list[int] = []

    send(FakeUnitOfWork(), Watched(), bytes(2 * PART_BYTES + 7), 50_001)

    assert sizes == [PART_BYTES, PART_BYTES, 7]


@pytest.mark.parametrize("announced", [99, 101, 20_000_000])
def test_other_bytes_than_announced_are_refused_and_forgotten(announced: int) -> None:
    unit_of_work, storage = FakeUnitOfWork(), FakeStorage()

    with pytest.raises(Invalid, match="announced") as refusal:
        asyncio.run(_run(receive(unit_of_work, storage, in_chunks(bytes(100)), size=announced)))

    refused = only_image(unit_of_work)
    assert (refused.status, refused.reason) == (Status.REFUSED, refusal.value.detail)
    assert _statuses(unit_of_work) == ["awaiting", "refused"]
    assert not storage.uploads
    assert not storage.parts_of


def test_a_stream_may_be_longer_than_a_form_and_not_endless() -> None:
    unit_of_work, storage = FakeUnitOfWork(), FakeStorage()

    with pytest.raises(TooLarge):
        asyncio.run(_run(receive(unit_of_work, storage, in_chunks(b""), size=MOST_STREAMED_BYTES + 1)))

    assert not unit_of_work.store.images.of_owner(ADA.account_id, after=None, limit=10)
    assert send(unit_of_work, storage, bytes(MOST_STREAMED_BYTES)).bytes == MOST_STREAMED_BYTES


@pytest.mark.parametrize("sent", [0, 100, PART_BYTES + 1])
def test_a_stream_that_breaks_leaves_a_refused_image_and_no_bytes(sent: int) -> None:
    unit_of_work, storage = FakeUnitOfWork(), FakeStorage()

    async def breaking() -> AsyncIterator[bytes]:
        async for chunk in in_chunks(bytes(sent)):
            yield chunk
        reached.set()
        await asyncio.sleep(60)

    async def cancel_in_the_middle() -> None:
        receiving = asyncio.ensure_future(receive(unit_of_work, storage, breaking(), size=3 * PART_BYTES))
        await reached.wait()
        receiving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await receiving

    reached = asyncio.Event()
    asyncio.run(cancel_in_the_middle())

    refused = only_image(unit_of_work)
    assert refused.status is Status.REFUSED
    assert refused.reason == "The upload was broken off: upload the photo again."
    assert not storage.uploads
    assert not storage.parts_of


def test_a_part_on_its_way_is_waited_for_before_the_upload_is_given_up() -> None:
    class Slow(FakeStorage):
        def put_part(self, image: Image, number: int, data: bytes) -> str:
            told.append("stored")
            return super().put_part(image, number, data)

        def discard(self, image: Image) -> None:
            told.append("discarded")
            super().discard(image)

    async def slowly(work: Callable[[], Result]) -> Result:
        reached.set()
        await asyncio.sleep(0.02)
        return work()

    async def cancel_in_the_middle() -> None:
        chunks = in_chunks(bytes(2 * PART_BYTES))
        facts: dict[str, Any] = {"file_name": "harbour.jpg", "content_type": "image/jpeg", "size": 2 * PART_BYTES}
        receiving = asyncio.ensure_future(receive_image(FakeUnitOfWork(), storage, slowly, chunks, owner=ADA, **facts))
        await reached.wait()
        reached.clear()
        await reached.wait()
        receiving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await receiving

    told: list[str] = []
    reached, storage = asyncio.Event(), Slow()
    asyncio.run(cancel_in_the_middle())

    assert told == ["stored", "discarded"]
    assert storage.parts_of == {}


def test_a_row_that_cannot_be_refused_now_is_left_to_the_sweep() -> None:
    class Away(FakeStorage):
        def put(self, image: Image, data: bytes) -> None:
            raise Unavailable(f"{len(data)} bytes of {image.id} could not be stored.")

        def discard(self, image: Image) -> None:
            raise Unavailable(f"{image.id} could not be forgotten.")

    unit_of_work = FakeUnitOfWork()

    with pytest.raises(Unavailable, match="stored"):
        send(unit_of_work, Away(), b"a photo")

    assert only_image(unit_of_work).status is Status.AWAITING
    assert 600 < (only_image(unit_of_work).expires_at - unit_of_work.store.now).total_seconds() < 15 * 60


async def _run(work: Awaitable[Result]) -> Result:
    return await work


def _statuses(unit_of_work: FakeUnitOfWork) -> Sequence[str]:
    return [change.status for change in unit_of_work.store.changes.all()]
