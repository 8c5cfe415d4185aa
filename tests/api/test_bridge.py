"""The bridge over gRPC: a real server on a real port, with real Postgres, and S3, SQS and DynamoDB by moto."""

import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from io import BytesIO
from typing import Any

import boto3
import grpc
import psycopg
import pytest
from bridge.v1 import auth_pb2, image_pb2
from google.protobuf import descriptor_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from darkroom.access.usecases import TRIES_PER_ACCOUNT
from darkroom.adapters.postgres.unit_of_work import PostgresUnitOfWork
from darkroom.events import ImageChanged
from darkroom.ids import ImageId, parse_id, uuid7
from darkroom.images.model import MOST_STREAMED_BYTES, PART_BYTES, Status
from tests.bridges import PASSWORD, SERVICE_TOKEN, Caller, announcing, bridge_in_a_thread, chunk, variables, whole
from tests.conftest import Load
from tests.deployed import Deployed
from tests.pictures import a_picture, encoded

PHOTO = encoded(a_picture(800, 600), "JPEG")
CODES = grpc.StatusCode


@pytest.fixture(scope="module")
def address(deployed: Deployed) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "test")
        with bridge_in_a_thread(variables(deployed)) as address:
            yield address


@pytest.fixture(scope="module")
def channel(address: str) -> Iterator[grpc.Channel]:
    with grpc.insecure_channel(address) as channel:
        yield channel


@pytest.fixture
def ada(channel: grpc.Channel, database: PostgresUnitOfWork) -> Caller:
    del database  # emptied
    return Caller(channel)


@pytest.fixture
def bob(ada: Caller, channel: grpc.Channel) -> Caller:
    del ada
    return Caller(channel)


class Refused:
    """What a refused call was told."""

    def __init__(self, call: Callable[[], Any]) -> None:
        with pytest.raises(grpc.RpcError) as refusal:
            call()
        error: Any = refusal.value
        self.code: grpc.StatusCode = error.code()
        self.detail: str = error.details()
        self.metadata: dict[str, Any] = dict(error.trailing_metadata() or ())

    @property
    def fields(self) -> list[str]:
        return list(json.loads(self.metadata["errors-bin"]))


def test_a_photo_goes_in_by_a_stream_and_is_developed(ada: Caller, deployed: Deployed, load: Load) -> None:
    image = ada.upload(whole(PHOTO, 1000, visibility=image_pb2.VISIBILITY_PUBLIC))
    stored = _stored(deployed, image.id)
    _develop(deployed, load)
    ready = ada.get(image.id)

    assert stored == PHOTO
    assert (image.status, image.size_bytes, image.file_name) == (image_pb2.STATUS_AWAITING, len(PHOTO), "harbour.jpg")
    assert ready.status == image_pb2.STATUS_READY
    assert (ready.width, ready.height, ready.visibility) == (800, 600, image_pb2.VISIBILITY_PUBLIC)
    assert [variant.width for variant in ready.variants] == [800, 640, 320]
    assert ready.variants[0].url.startswith(f"http://media.test/{image.id}/")
    assert ready.thumbhash
    assert ready.developed_at.ToDatetime() >= ready.uploaded_at.ToDatetime()


def test_a_large_stream_is_stored_in_parts(ada: Caller, deployed: Deployed, database: PostgresUnitOfWork) -> None:
    data = hashlib.shake_128(b"a photo").digest(2 * PART_BYTES + 12_345)

    image = ada.upload(whole(data, checksum_sha256=hashlib.sha256(data).hexdigest()))

    assert _stored(deployed, image.id) == data
    with database() as store:
        row = store.images.get(_id(image))
    assert row
    assert (row.bytes, row.checksum_sha256) == (len(data), hashlib.sha256(data).hexdigest())
    assert row.visibility == "private"


@pytest.mark.parametrize(
    ("messages", "words"),
    [
        ([], "metadata"),
        ([chunk(b"a photo")], "metadata"),
        ([announcing(7), announcing(7)], "once"),
        ([announcing(7), chunk(b"a pho"), announcing(7)], "once"),
        ([announcing(7), chunk(b"")], "1 to 65,536"),
        ([announcing(65_537), chunk(bytes(65_537))], "1 to 65,536"),
        ([announcing(7), chunk(b"a photo"), chunk(b"!")], "More bytes"),
        ([announcing(7), chunk(b"a pho")], "Only 5 bytes"),
        ([announcing(7)], "Only 0 bytes"),
        ([announcing(0), chunk(b"a photo")], "how many bytes"),
        ([announcing(-1), chunk(b"a photo")], "how many bytes"),
        ([announcing(MOST_STREAMED_BYTES + 1)], "64,000,000"),
        ([announcing(7, content_type="image/tiff")], "JPEG, PNG"),
        ([announcing(7, file_name="")], "file name"),
        ([announcing(7, checksum_sha256="abc")], "SHA-256"),
        ([image_pb2.UploadImageRequest()], "metadata"),
    ],
)
def test_a_stream_against_the_rules_is_refused_and_leaves_nothing(
    ada: Caller, deployed: Deployed, messages: list[image_pb2.UploadImageRequest], words: str
) -> None:
    refused = Refused(lambda: ada.upload(iter(messages)))

    assert refused.code is CODES.INVALID_ARGUMENT
    assert words in refused.detail
    assert {image.status for image in _all(ada)} <= {image_pb2.STATUS_REFUSED}
    assert not _everything_stored(deployed)


def test_what_is_wrong_with_a_field_is_told_beside_it(ada: Caller) -> None:
    assert Refused(lambda: ada.upload(whole(b"x", file_name=""))).fields == ["file_name"]
    assert Refused(lambda: ada.upload(iter([announcing(0)]))).fields == ["size_bytes"]


def test_a_message_too_large_to_be_read_is_refused(ada: Caller) -> None:
    refused = Refused(lambda: ada.upload(iter([announcing(200_000), chunk(bytes(200_000))])))

    assert refused.code is CODES.RESOURCE_EXHAUSTED


def test_a_message_that_cannot_be_read_is_refused(ada: Caller, channel: grpc.Channel) -> None:
    get: Any = channel.unary_unary("/bridge.v1.ImageService/GetImage")
    upload: Any = channel.stream_unary("/bridge.v1.ImageService/UploadImage")

    for call in (
        lambda: get(b"\xff\xff\xff", metadata=ada.metadata),
        lambda: upload(iter([b"\xff\xff\xff"]), metadata=ada.metadata),
    ):
        assert Refused(call).code is CODES.INVALID_ARGUMENT


def test_an_expired_deadline_ends_the_upload(ada: Caller, deployed: Deployed) -> None:
    def stalling() -> Iterator[image_pb2.UploadImageRequest]:
        yield announcing(3 * PART_BYTES)
        for _ in range(200):
            yield chunk(bytes(65_536))
        released.wait(10)

    released = threading.Event()
    refused = Refused(lambda: ada.upload(stalling(), timeout=1.5))
    released.set()

    assert refused.code is CODES.DEADLINE_EXCEEDED
    image = _eventually(lambda: next((one for one in _all(ada) if one.status == image_pb2.STATUS_REFUSED), None))
    assert image.reason.endswith("upload the photo again.")
    assert not _everything_stored(deployed)
    assert not _open_uploads(deployed)


def test_a_caller_who_goes_away_ends_the_upload(ada: Caller, deployed: Deployed) -> None:
    def stalling() -> Iterator[image_pb2.UploadImageRequest]:
        yield from list(whole(bytes(PART_BYTES + 65_536)))[:-1]
        released.wait(10)

    released = threading.Event()
    call = ada.images.UploadImage.future(stalling(), metadata=ada.metadata, timeout=30)
    _eventually(lambda: _all(ada))
    call.cancel()
    released.set()

    _eventually(lambda: _all(ada)[0].status == image_pb2.STATUS_REFUSED)
    assert not _everything_stored(deployed)
    assert not _open_uploads(deployed)


RPCS: list[tuple[str, Callable[[Caller], Any]]] = [
    ("UploadImage", lambda who: who.upload(whole(PHOTO))),
    ("GetLastImage", lambda who: who.images.GetLastImage(image_pb2.GetLastImageRequest(), metadata=who.metadata)),
    ("GetImage", lambda who: who.get(str(uuid7()))),
    ("ListImages", lambda who: who.images.ListImages(image_pb2.ListImagesRequest(), metadata=who.metadata)),
    ("WatchImage", lambda who: list(_watch(who, str(uuid7())))),
]


@pytest.mark.parametrize("call", [call for _, call in RPCS], ids=[name for name, _ in RPCS])
@pytest.mark.parametrize(
    "metadata",
    [
        (),
        (("authorization", "Bearer nonsense"),),
        (("authorization", "Bearer "),),
        (("authorization", "Basic YWRhOmFkYQ=="),),
        (("authorization", f"Service {SERVICE_TOKEN}"),),
    ],
)
def test_nobody_gets_anywhere_without_a_good_token(
    channel: grpc.Channel, call: Callable[[Caller], Any], metadata: tuple[tuple[str, str], ...]
) -> None:
    nobody = Caller(channel, signed_in=False)
    nobody.metadata = metadata

    assert Refused(lambda: call(nobody)).code is CODES.UNAUTHENTICATED


def test_every_rpc_of_images_is_tried_without_a_token() -> None:
    service = image_pb2.DESCRIPTOR.services_by_name["ImageService"]

    assert {method.name for method in service.methods} == {name for name, _ in RPCS}


@pytest.mark.parametrize("image_id", ["", "nonsense", "a\x00b", str(uuid7())])
def test_another_persons_image_is_as_absent_as_none(ada: Caller, bob: Caller, image_id: str) -> None:
    image = ada.upload(whole(PHOTO, visibility=image_pb2.VISIBILITY_PUBLIC))

    absent = [Refused(lambda: bob.get(image_id)), Refused(lambda: list(_watch(bob, image_id)))]
    others = [Refused(lambda: bob.get(image.id)), Refused(lambda: list(_watch(bob, image.id)))]

    assert {refused.code for refused in absent + others} == {CODES.NOT_FOUND}
    assert {refused.detail for refused in others} == {f"No image {image.id}."}


def test_the_last_image_is_the_newest(ada: Caller, bob: Caller) -> None:
    ada.upload(whole(PHOTO))
    newest = ada.upload(whole(PHOTO))

    last = ada.images.GetLastImage(image_pb2.GetLastImageRequest(), metadata=ada.metadata).image
    nothing = Refused(lambda: bob.images.GetLastImage(image_pb2.GetLastImageRequest(), metadata=bob.metadata))

    assert last.id == newest.id
    assert nothing.code is CODES.NOT_FOUND


def test_images_come_in_pages_newest_first(ada: Caller) -> None:
    sent = [ada.upload(whole(b"a photo")).id for _ in range(5)]

    first = _page(ada, limit=2)
    second = _page(ada, limit=2, cursor=first.next_cursor)
    third = _page(ada, limit=2, cursor=second.next_cursor)

    assert [image.id for page in (first, second, third) for image in page.images] == sent[::-1]
    assert not third.HasField("next_cursor")
    assert len(_page(ada).images) == 5


@pytest.mark.parametrize(
    ("facts", "field"), [({"limit": 0}, "limit"), ({"limit": 101}, "limit"), ({"cursor": "?"}, "cursor")]
)
def test_a_page_that_cannot_be_is_refused(ada: Caller, facts: dict[str, Any], field: str) -> None:
    refused = Refused(lambda: _page(ada, **facts))

    assert (refused.code, refused.fields) == (CODES.INVALID_ARGUMENT, [field])


def test_a_watch_tells_each_change_until_the_image_is_ready(ada: Caller, database: PostgresUnitOfWork) -> None:
    image = ada.upload(whole(PHOTO))
    told = _watch(ada, image.id)

    statuses = [next(told).status]
    _move(database, image, Status.PROCESSING)
    statuses.append(next(told).status)
    _move(database, image, Status.REFUSED)
    last = next(told)

    assert statuses == [image_pb2.STATUS_AWAITING, image_pb2.STATUS_PROCESSING]
    assert (last.status, last.image.status) == (image_pb2.STATUS_REFUSED, image_pb2.STATUS_REFUSED)
    assert (last.image.reason, last.image.id) == ("No good.", image.id)
    assert list(told) == []
    assert last.event_id


def test_a_watch_of_what_is_done_tells_so_and_ends(ada: Caller, database: PostgresUnitOfWork) -> None:
    image = ada.upload(whole(PHOTO))
    _move(database, image, Status.REFUSED)

    assert [change.status for change in _watch(ada, image.id)] == [image_pb2.STATUS_REFUSED]


def test_a_watch_of_what_was_done_long_ago_tells_how_it_stands(
    ada: Caller, database: PostgresUnitOfWork, database_url: str
) -> None:
    image = ada.upload(whole(PHOTO))
    _move(database, image, Status.REFUSED)
    with psycopg.connect(database_url) as connection:
        connection.execute("DELETE FROM outbox")

    (change,) = _watch(ada, image.id)

    assert (change.status, change.event_id) == (image_pb2.STATUS_REFUSED, image.id)


def test_many_watches_are_woken_by_one_change(ada: Caller, database: PostgresUnitOfWork) -> None:
    image = ada.upload(whole(PHOTO))
    watches = [_watch(ada, image.id) for _ in range(50)]
    for told in watches:
        assert next(told).status == image_pb2.STATUS_AWAITING

    _move(database, image, Status.REFUSED)

    assert [[change.status for change in told] for told in watches] == [[image_pb2.STATUS_REFUSED]] * 50


def test_a_watch_ends_at_its_deadline(ada: Caller) -> None:
    image = ada.upload(whole(PHOTO))

    refused = Refused(lambda: list(_watch(ada, image.id, timeout=0.5)))

    assert refused.code is CODES.DEADLINE_EXCEEDED


def test_signing_in_and_staying_signed_in(ada: Caller) -> None:
    session = ada.auth.Login(auth_pb2.LoginRequest(email=ada.email, password=PASSWORD)).session
    fresh = ada.auth.Refresh(auth_pb2.RefreshRequest(refresh_token=session.refresh_token)).session
    again = Refused(lambda: ada.auth.Refresh(auth_pb2.RefreshRequest(refresh_token=session.refresh_token)))
    ended = Refused(lambda: ada.auth.Refresh(auth_pb2.RefreshRequest(refresh_token=fresh.refresh_token)))

    assert session.account.id == fresh.account.id == ada.account_id
    assert session.account.email == ada.email
    assert session.expires_in_seconds == 900
    assert again.code is ended.code is CODES.UNAUTHENTICATED


@pytest.mark.parametrize(
    ("email", "password", "code"),
    [
        ("nobody", PASSWORD, CODES.INVALID_ARGUMENT),
        ("a\x00b@example.com", PASSWORD, CODES.INVALID_ARGUMENT),
        ("new@example.com", "short", CODES.INVALID_ARGUMENT),
        (None, PASSWORD, CODES.FAILED_PRECONDITION),
    ],
)
def test_an_account_that_cannot_be_is_refused(
    ada: Caller, email: str | None, password: str, code: grpc.StatusCode
) -> None:
    request = auth_pb2.RegisterRequest(email=ada.email if email is None else email, password=password)

    assert Refused(lambda: ada.auth.Register(request)).code is code


def test_guessing_a_password_is_slowed_down(ada: Caller) -> None:
    """REQUIREMENTS 18."""
    wrong = auth_pb2.LoginRequest(email=ada.email, password="not the password")

    codes = [Refused(lambda: ada.auth.Login(wrong)).code for _ in range(TRIES_PER_ACCOUNT)]
    slowed = Refused(lambda: ada.auth.Login(wrong))

    assert set(codes) == {CODES.UNAUTHENTICATED}
    assert slowed.code is CODES.RESOURCE_EXHAUSTED
    assert 0 < int(slowed.metadata["retry-after"]) <= 900


def test_a_service_learns_whose_a_token_is(ada: Caller) -> None:
    service = (("authorization", f"Service {SERVICE_TOKEN}"),)

    told = ada.auth.Verify(auth_pb2.VerifyRequest(access_token=ada.access_token), metadata=service)
    bad = Refused(lambda: ada.auth.Verify(auth_pb2.VerifyRequest(access_token="nonsense"), metadata=service))

    assert told.account_id == ada.account_id
    assert told.session_id
    assert (bad.code, bad.fields) == (CODES.INVALID_ARGUMENT, ["access_token"])


@pytest.mark.parametrize("authorization", [None, "Service", "Service ", "Service wrong", f"Bearer {SERVICE_TOKEN}"])
def test_only_services_may_ask_whose_a_token_is(ada: Caller, authorization: str | None) -> None:
    metadata = (("authorization", authorization),) if authorization else ()

    refused = Refused(lambda: ada.auth.Verify(auth_pb2.VerifyRequest(access_token=ada.access_token), metadata=metadata))

    assert refused.code is CODES.UNAUTHENTICATED


def test_health_is_told_to_anybody(channel: grpc.Channel) -> None:
    health: Any = health_pb2_grpc.HealthStub(channel)

    for service in ("", "bridge.v1.AuthService", "bridge.v1.ImageService"):
        answer = health.Check(health_pb2.HealthCheckRequest(service=service), timeout=5)
        assert answer.status == health_pb2.HealthCheckResponse.SERVING


def test_reflection_tells_the_services_and_their_messages(channel: grpc.Channel) -> None:
    stub: Any = reflection_pb2_grpc.ServerReflectionStub(channel)
    asked = [
        reflection_pb2.ServerReflectionRequest(list_services=""),
        reflection_pb2.ServerReflectionRequest(file_containing_symbol="bridge.v1.ImageService"),
    ]

    listed, found = stub.ServerReflectionInfo(iter(asked), timeout=5)

    names = {service.name for service in listed.list_services_response.service}
    file = descriptor_pb2.FileDescriptorProto.FromString(found.file_descriptor_response.file_descriptor_proto[0])
    assert {"bridge.v1.AuthService", "bridge.v1.ImageService", "grpc.health.v1.Health"} <= names
    assert file.name == "bridge/v1/image.proto"


def test_what_is_not_there_is_unimplemented(channel: grpc.Channel) -> None:
    nothing: Any = channel.unary_unary("/bridge.v1.ImageService/Nothing")

    assert Refused(lambda: nothing(b"")).code is CODES.UNIMPLEMENTED


def _stored(deployed: Deployed, image_id: str) -> bytes:
    stored = boto3.client("s3").get_object(Bucket=deployed.names["OriginalsBucket"], Key=f"uploads/{image_id}")
    data: bytes = BytesIO(stored["Body"].read()).getvalue()
    return data


def _everything_stored(deployed: Deployed) -> list[Any]:
    answer = boto3.client("s3").list_objects_v2(Bucket=deployed.names["OriginalsBucket"], Prefix="uploads/")
    return list(answer.get("Contents", []))


def _open_uploads(deployed: Deployed) -> list[Any]:
    answer = boto3.client("s3").list_multipart_uploads(Bucket=deployed.names["OriginalsBucket"])
    return list(answer.get("Uploads", []))


@pytest.fixture(autouse=True)
def _an_empty_bucket(deployed: Deployed) -> None:
    objects = boto3.client("s3")
    for stored in _everything_stored(deployed):
        objects.delete_object(Bucket=deployed.names["OriginalsBucket"], Key=stored["Key"])


def _develop(deployed: Deployed, load: Load) -> None:
    """Hand the queue's messages to the function, as the event source would."""
    sqs, url = boto3.client("sqs"), deployed.names["UploadsQueue"]
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            record = {"messageId": message["MessageId"], "body": message["Body"], "eventSource": "aws:sqs"}
            assert load("convert").handler({"Records": [record]}, None) == {"batchItemFailures": []}
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])


def _watch(who: Caller, image_id: str, timeout: float = 20) -> Iterator[image_pb2.ImageChange]:
    request = image_pb2.WatchImageRequest(image_id=image_id)
    for response in who.images.WatchImage(request, metadata=who.metadata, timeout=timeout):
        yield response.change


def _page(who: Caller, **facts: Any) -> image_pb2.ListImagesResponse:
    return who.images.ListImages(image_pb2.ListImagesRequest(**facts), metadata=who.metadata, timeout=10)


def _all(who: Caller) -> list[image_pb2.Image]:
    return list(_page(who).images)


def _move(database: PostgresUnitOfWork, image: image_pb2.Image, status: Status) -> None:
    with database() as store:
        row = store.images.lock(_id(image))
        assert row
        store.images.save(replace(row, status=status, reason="No good." if status is Status.REFUSED else None))
        store.events.append(ImageChanged(image_id=row.id, owner_id=row.owner_id, status=status))


def _id(image: image_pb2.Image) -> ImageId:
    return parse_id(ImageId, image.id)


def _eventually(look: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + 10
    while not (seen := look()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return seen
