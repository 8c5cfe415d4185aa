"""What stands around every rpc, and the limits of the long ones: a real server and client, with fakes behind."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from functools import partial
from io import StringIO
from typing import Any, TypeVar

import grpc
import pytest
from bridge.v1 import image_pb2, image_pb2_grpc

from darkroom.adapters.postgres.listening import Listener
from darkroom.edge.grpc.callers import Callers, address_of
from darkroom.edge.grpc.guard import Guard
from darkroom.edge.grpc.image_service import ImageService, Limits, Studio
from darkroom.errors import Unavailable
from darkroom.ids import AccountId, uuid7
from darkroom.images.model import Image, Status, Variant
from darkroom.principal import Principal
from tests.bridges import announcing, chunk, whole
from tests.fakes import FakeStorage, FakeUnitOfWork

ADA = Principal(AccountId(uuid7()))
CODES = grpc.StatusCode

Result = TypeVar("Result")
Stub = Any  # the stub's asynchronous type is in the .pyi only


class Addresses:
    def of_variant(self, image: Image, variant: Variant) -> str:
        return f"http://media.test/{image.id}/{variant.key}"

    def of_original(self, image: Image) -> str:
        return f"http://media.test/{image.id}"


class Broken(FakeUnitOfWork):
    """A database that breaks in a way nobody thought of."""

    def __call__(self) -> Any:
        raise ZeroDivisionError("secret-token-in-a-message")


class Away(FakeUnitOfWork):
    def __call__(self) -> Any:
        raise Unavailable("The records cannot be reached right now.", retry_after=7)


@pytest.fixture
def log() -> Iterator[StringIO]:
    """What the guard writes to its log."""
    Guard({})
    (handler,) = logging.getLogger("bridge").handlers
    assert isinstance(handler, logging.StreamHandler)
    written = StringIO()
    usual = handler.setStream(written)
    yield written
    handler.setStream(usual)


async def at_once(work: Callable[[], Result]) -> Result:
    await asyncio.sleep(0)
    return work()


async def after_a_second(work: Callable[[], Result]) -> Result:
    await asyncio.sleep(1)
    return work()


@asynccontextmanager
async def images(
    unit_of_work: FakeUnitOfWork,
    *,
    limits: Limits | None = None,
    seconds: dict[str, float] | None = None,
    apart: Any = at_once,
) -> AsyncIterator[Stub]:
    """Serve images to Ada, and give her a stub."""
    listener = Listener("nowhere")
    studio = Studio(unit_of_work=unit_of_work, uploads=FakeStorage(), addresses=Addresses(), listener=listener)
    callers = Callers(lambda _: ADA, at_once, service_token="")
    server = grpc.aio.server(interceptors=[Guard(seconds or {})])
    image_pb2_grpc.add_ImageServiceServicer_to_server(ImageService(studio, callers, apart, limits or Limits()), server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield image_pb2_grpc.ImageServiceStub(channel)
    await server.stop(0)


async def refused(call: Awaitable[Any]) -> grpc.aio.AioRpcError:
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await call
    return refusal.value


def last_image(stub: Stub) -> Any:
    return stub.GetLastImage(image_pb2.GetLastImageRequest())


def test_a_call_without_a_deadline_has_ours() -> None:
    async def call() -> grpc.aio.AioRpcError:
        async with images(FakeUnitOfWork(), seconds={"GetLastImage": 0.05}, apart=after_a_second) as stub:
            return await refused(last_image(stub))

    error = asyncio.run(call())

    assert error.code() is CODES.DEADLINE_EXCEEDED
    assert "deadline" in str(error.details())


def test_a_watch_without_a_deadline_has_ours() -> None:
    async def call() -> grpc.aio.AioRpcError:
        async with images(unit_of_work := FakeUnitOfWork(), seconds={"WatchImage": 0.2}) as stub:
            image = (await stub.UploadImage(iter(list(whole(b"a photo"))))).image
            assert unit_of_work.store.images.newest_of(ADA.account_id)
            watch = stub.WatchImage(image_pb2.WatchImageRequest(image_id=image.id))
            assert (await watch.read()).change.status == image_pb2.STATUS_AWAITING
            return await refused(watch.read())

    assert asyncio.run(call()).code() is CODES.DEADLINE_EXCEEDED


def test_what_nobody_thought_of_is_our_fault_and_says_nothing(log: StringIO) -> None:
    async def call() -> grpc.aio.AioRpcError:
        async with images(Broken()) as stub:
            return await refused(last_image(stub))

    error = asyncio.run(call())

    assert error.code() is CODES.INTERNAL
    assert error.details() == "Something went wrong on our side. It was written down; try again in a moment."
    assert "ZeroDivisionError" in log.getvalue()
    assert '"code":"INTERNAL"' in log.getvalue()


def test_what_is_away_is_told_with_when_to_come_back() -> None:
    async def call() -> grpc.aio.AioRpcError:
        async with images(Away()) as stub:
            return await refused(last_image(stub))

    error = asyncio.run(call())

    assert error.code() is CODES.UNAVAILABLE
    assert dict(error.trailing_metadata())["retry-after"] == "7"


def test_an_upload_that_stands_still_is_ended(log: StringIO) -> None:
    async def stalling() -> AsyncIterator[image_pb2.UploadImageRequest]:
        yield announcing(7)
        yield chunk(b"a")
        await asyncio.sleep(5)

    async def call() -> grpc.aio.AioRpcError:
        async with images(unit_of_work, limits=Limits(silence_seconds=0.1)) as stub:
            return await refused(stub.UploadImage(stalling()))

    unit_of_work = FakeUnitOfWork()
    error = asyncio.run(call())

    assert error.code() is CODES.DEADLINE_EXCEEDED
    assert error.details() == "Nothing came for 0.1 seconds: upload the photo again."
    assert '"code":"DEADLINE_EXCEEDED"' in log.getvalue()
    image = unit_of_work.store.images.newest_of(ADA.account_id)
    assert image
    assert image.status is Status.REFUSED


def test_more_uploads_and_watches_than_we_bear_are_sent_away() -> None:
    async def waiting() -> AsyncIterator[image_pb2.UploadImageRequest]:
        yield announcing(7)
        yield chunk(b"a")
        await asyncio.sleep(0.1)
        begun.set()
        await over.wait()
        yield chunk(b" photo")

    async def calls() -> tuple[list[grpc.aio.AioRpcError], Any]:
        async with images(FakeUnitOfWork(), limits=Limits(uploads=1, watches=1)) as stub:
            first = stub.UploadImage(waiting())
            await begun.wait()
            page = (await stub.ListImages(image_pb2.ListImagesRequest())).images
            watch = partial(stub.WatchImage, image_pb2.WatchImageRequest(image_id=page[0].id))
            watching = watch()
            await watching.read()
            sent_away = [await refused(stub.UploadImage(iter([announcing(7)]))), await refused(watch().read())]
            over.set()
            await first
            watching.cancel()
            return sent_away, await stub.UploadImage(iter(list(whole(b"a photo"))))

    begun, over = asyncio.Event(), asyncio.Event()
    sent_away, later = asyncio.run(calls())

    assert [error.code() for error in sent_away] == [CODES.RESOURCE_EXHAUSTED] * 2
    assert dict(sent_away[0].trailing_metadata())["retry-after"] == "5"
    assert later.image.id


@pytest.mark.parametrize(
    ("peer", "address"),
    [
        ("ipv4:203.0.113.9:51823", "203.0.113.9"),
        ("ipv6:%5B2001:db8::9%5D:51823", "2001:db8::9"),
        ("unix:", "unix"),
        ("", "unknown"),
    ],
)
def test_tries_are_counted_by_address_and_not_by_port(peer: str, address: str) -> None:
    class Peer:
        def peer(self) -> str:
            return peer

    context: Any = Peer()

    assert address_of(context) == address
