"""The bridge of a local cloud: photos that come in streams, and what is left of them when it is killed."""

import contextlib
import hashlib
import threading
from collections.abc import Iterator
from typing import Any

import boto3
import grpc
import httpx
import psutil
import psycopg
import pytest
from bridge.v1 import image_pb2

from tests.bridges import Caller, announcing, chunk, whole
from tests.e2e.handles import LocalCloud, eventually
from tests.pictures import a_picture, encoded

ORIGINALS = "darkroom-originals-000000000000"
PHOTO = encoded(a_picture(1200, 800), "JPEG")
MEGABYTE = 1024 * 1024


@pytest.fixture
def channel(cloud: LocalCloud) -> Iterator[grpc.Channel]:
    eventually(cloud.bridge_serves)
    with grpc.insecure_channel(cloud.endpoints["grpc"]) as channel:
        yield channel


def test_a_stream_ends_ready_and_its_watch_with_it(channel: grpc.Channel) -> None:
    ada = Caller(channel)

    checksum = hashlib.sha256(PHOTO).hexdigest()
    image = ada.upload(whole(PHOTO, visibility=image_pb2.VISIBILITY_PUBLIC, checksum_sha256=checksum))
    changes = list(watch(ada, image.id))

    last = changes[-1]
    assert last.status == image_pb2.STATUS_READY
    assert len({change.event_id for change in changes}) == len(changes) <= 3
    assert [variant.width for variant in last.image.variants] == [1200, 640, 320]
    assert httpx.get(last.image.variants[0].url).headers["content-type"] == "image/webp"


def test_a_stream_in_parts_ends_ready(channel: grpc.Channel) -> None:
    ada = Caller(channel)
    large = PHOTO + bytes(20 * MEGABYTE)

    image = ada.upload(whole(large), timeout=60)

    assert list(watch(ada, image.id))[-1].status == image_pb2.STATUS_READY


def test_a_stream_that_was_damaged_on_its_way_is_refused(channel: grpc.Channel) -> None:
    ada = Caller(channel)

    image = ada.upload(whole(PHOTO, checksum_sha256="0" * 64))

    last = list(watch(ada, image.id))[-1]
    assert last.status == image_pb2.STATUS_REFUSED
    assert "checksum" in last.image.reason


def test_http_and_the_bridge_show_the_same_image(cloud: LocalCloud, channel: grpc.Channel) -> None:
    ada = Caller(channel)
    image = list(watch(ada, ada.upload(whole(PHOTO)).id))[-1].image

    headers = {"Authorization": f"Bearer {ada.access_token}"}
    shown = httpx.get(f"{cloud.endpoints['api']}/v1/images/{image.id}", headers=headers).json()

    assert (shown["status"], shown["width"], shown["height"]) == ("ready", image.width, image.height)
    assert (shown["thumbhash"], shown["file_name"]) == (image.thumbhash, image.file_name)
    assert [one["bytes"] for one in shown["variants"]] == [one.size_bytes for one in image.variants]


def test_a_bridge_killed_in_the_middle_of_fifty_streams_shows_nothing_half_written(
    cloud: LocalCloud, channel: grpc.Channel
) -> None:
    people = [Caller(channel) for _ in range(5)]
    streams = [Stream(person, large=number % 5 == 0) for person in people for number in range(10)]
    for stream in streams:
        assert stream.is_halfway.wait(60)
    begun = {image.id for person in people for image in _all(person)}
    eventually(lambda: len(_open_uploads(cloud, begun)) == 10)

    killed = cloud.part("functions/bridge/app.py")
    killed.kill()
    codes = {stream.code_at_the_end() for stream in streams}
    eventually(lambda: _is_another_bridge(cloud, killed.pid) and cloud.bridge_serves())
    halves = [image for person in people for image in _all(person)]
    again = [person.upload(whole(PHOTO)) for person in people]
    ended = [list(watch(person, image.id))[-1].status for person, image in zip(people, again, strict=True)]

    assert codes == {grpc.StatusCode.UNAVAILABLE}
    assert {image.id for image in halves} == begun
    assert len(begun) == 50
    assert {image.status for image in halves} == {image_pb2.STATUS_AWAITING}
    assert not any(image.variants for image in halves)
    assert not _arrived(cloud, begun)
    assert ended == [image_pb2.STATUS_READY] * 5

    _let_their_time_pass(cloud)
    cloud.invoke("sweep")
    swept = [image for person in people for image in _all(person) if image.id in begun]
    assert {image.status for image in swept} == {image_pb2.STATUS_REFUSED}
    assert {image.reason for image in swept} == {"The photo never arrived: upload it again."}
    assert not _open_uploads(cloud, begun)


class Stream:
    """A stream that stops halfway: a large one has a part stored by then, a small one nothing."""

    def __init__(self, person: Caller, *, large: bool) -> None:
        self.is_halfway = threading.Event()
        self._over = threading.Event()
        self._size = 9 * MEGABYTE if large else 200_000
        self._call = person.images.UploadImage.future(self._messages(), metadata=person.metadata, timeout=120)

    def code_at_the_end(self) -> grpc.StatusCode:
        error = self._call.exception(timeout=60)
        self._over.set()
        assert isinstance(error, grpc.RpcError)
        code: grpc.StatusCode = self._call.code()
        return code

    def _messages(self) -> Iterator[image_pb2.UploadImageRequest]:
        yield announcing(self._size)
        for _ in range(0, self._size - 65_536, 65_536):
            yield chunk(bytes(65_536))
        self.is_halfway.set()
        self._over.wait(60)


def watch(who: Caller, image_id: str) -> Iterator[image_pb2.ImageChange]:
    request = image_pb2.WatchImageRequest(image_id=image_id)
    for response in who.images.WatchImage(request, metadata=who.metadata, timeout=60):
        yield response.change


def _all(who: Caller) -> list[image_pb2.Image]:
    request = image_pb2.ListImagesRequest(limit=100)
    return list(who.images.ListImages(request, metadata=who.metadata, timeout=10, wait_for_ready=True).images)


def _is_another_bridge(cloud: LocalCloud, was: int) -> bool:
    with contextlib.suppress(LookupError, psutil.Error):
        return bool(cloud.part("functions/bridge/app.py").pid != was)
    return False


def _arrived(cloud: LocalCloud, image_ids: set[str]) -> set[str]:
    with contextlib.closing(boto3.client("s3", **cloud.aws())) as objects:
        pages = objects.get_paginator("list_objects_v2").paginate(Bucket=ORIGINALS)
        keys = [stored["Key"] for page in pages for stored in page.get("Contents", [])]
    return {image for image in image_ids if any(image in key for key in keys)}


def _open_uploads(cloud: LocalCloud, image_ids: set[str]) -> set[str]:
    with contextlib.closing(boto3.client("s3", **cloud.aws())) as objects:
        uploads: list[Any] = list(objects.list_multipart_uploads(Bucket=ORIGINALS).get("Uploads", []))
        return {image for upload in uploads for image in image_ids if image in upload["Key"]}


def _let_their_time_pass(cloud: LocalCloud) -> None:
    with psycopg.connect(cloud.database_url) as connection:
        connection.execute("UPDATE images SET expires_at = now() - interval '1 second' WHERE status = 'awaiting'")
