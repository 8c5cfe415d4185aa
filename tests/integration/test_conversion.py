"""Conversion as AWS triggers it, with moto: an object is put, the queue's message is handed to the function."""

import json
import threading
from collections.abc import Sequence
from io import BytesIO
from typing import Any

import boto3
import psycopg
import pytest
from PIL import Image as Picture

from darkroom.adapters.postgres.unit_of_work import PostgresUnitOfWork
from darkroom.images.model import Image, Status
from tests.builders import an_account, an_image
from tests.conftest import Load
from tests.deployed import Deployed
from tests.pictures import a_picture, encoded

PHOTO = encoded(a_picture(400, 300), "JPEG")


class Pipeline:
    """Buckets, queue and function, and accounts whose photos go through them."""

    def __init__(self, deployed: Deployed, database: PostgresUnitOfWork, load: Load) -> None:
        self.deployed = deployed
        self.database = database
        self.convert = load("convert")
        self.s3 = boto3.client("s3")
        self.sqs = boto3.client("sqs")
        self.messages()

    def announce(self, data: bytes = PHOTO, **facts: Any) -> Image:
        account = an_account()
        image = an_image(**{"owner_id": account.id, "bytes": len(data)} | facts)
        with self.database() as store:
            store.accounts.add(account)
            store.images.add(image)
        return image

    def put(self, data: bytes = PHOTO, **facts: Any) -> Image:
        image = self.announce(data, **facts)
        self.s3.put_object(Bucket=self.deployed.names["OriginalsBucket"], Key=f"uploads/{image.id}", Body=data)
        return image

    def messages(self) -> list[str]:
        url = self.deployed.names["UploadsQueue"]
        bodies = []
        while taken := self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
            for message in taken:
                self.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                bodies.append(message["Body"])
        return bodies

    def hand_over(self, bodies: Sequence[str]) -> list[str]:
        """Deliver one batch; return the ids (b0, b1, ...) of the messages that failed."""
        records = [
            {"messageId": f"b{number}", "body": body, "eventSource": "aws:sqs"} for number, body in enumerate(bodies)
        ]
        answer = self.convert.handler({"Records": records}, None)
        return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]

    def row(self, image: Image) -> Image:
        with self.database() as store:
            row = store.images.get(image.id)
        assert row
        return row

    def media(self) -> dict[str, bytes]:
        bucket = self.deployed.names["MediaBucket"]
        listed = self.s3.list_objects_v2(Bucket=bucket).get("Contents", [])
        return {entry["Key"]: self.s3.get_object(Bucket=bucket, Key=entry["Key"])["Body"].read() for entry in listed}

    def told(self, image: Image) -> list[str]:
        with psycopg.connect(self.deployed.database_url) as connection:
            rows = connection.execute(
                "SELECT payload ->> 'status' FROM outbox WHERE payload ->> 'image_id' = %s ORDER BY position",
                [str(image.id)],
            )
            return [status for (status,) in rows.fetchall()]


@pytest.fixture
def pipeline(deployed: Deployed, database: PostgresUnitOfWork, load: Load) -> Pipeline:
    return Pipeline(deployed, database, load)


def test_an_object_in_the_bucket_becomes_webps_in_the_other(pipeline: Pipeline) -> None:
    image = pipeline.put()

    failed = pipeline.hand_over(pipeline.messages())

    row = pipeline.row(image)
    assert failed == []
    assert (row.status, row.width, row.height) == (Status.READY, 400, 300)
    assert row.thumbhash
    assert row.developed_at
    for variant in row.variants:
        webp = Picture.open(BytesIO(pipeline.media()[variant.key]))
        assert (webp.format, webp.width, webp.height) == ("WEBP", variant.width, variant.height)
    assert pipeline.told(image) == ["processing", "ready"]


def test_the_same_s3_event_three_times_shuffled_and_at_once_is_one_notification(pipeline: Pipeline) -> None:
    """REQUIREMENTS 9: one state, the same keys, one notification."""
    images = [pipeline.put(encoded(a_picture(100 + number, 80), "PNG")) for number in range(3)]
    bodies = pipeline.messages()
    deliveries = [bodies, bodies[::-1], bodies[1:] + bodies[:1]]

    threads = [threading.Thread(target=pipeline.hand_over, args=[delivery]) for delivery in deliveries]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    once, media = [pipeline.row(image) for image in images], pipeline.media()
    pipeline.hand_over(bodies)

    assert [pipeline.row(image) for image in images] == once
    assert pipeline.media() == media
    for image in images:
        assert pipeline.told(image) == ["processing", "ready"]
        assert {key for key in media if f"{image.id}/" in key} == {
            variant.key for row in once if row.id == image.id for variant in row.variants
        }


def test_a_batch_of_ten_with_one_poison_message_fails_that_one(pipeline: Pipeline) -> None:
    """REQUIREMENTS 10: nine done, one comes again (and after five times lies in the DLQ: tests/e2e)."""
    images = [pipeline.put() for _ in range(9)]
    bodies = pipeline.messages()
    bodies.insert(4, "poison")

    failed = pipeline.hand_over(bodies)

    assert failed == ["b4"]
    assert {pipeline.row(image).status for image in images} == {Status.READY}


def test_a_batch_of_nothing_but_poison_does_not_kill_the_worker(pipeline: Pipeline) -> None:
    assert pipeline.hand_over(["", "{}", '{"Records": [{}]}', "[]"]) == ["b0", "b1", "b2", "b3"]
    image = pipeline.put()
    assert pipeline.hand_over(pipeline.messages()) == []
    assert pipeline.row(image).status is Status.READY


def test_s3s_own_test_message_and_foreign_objects_are_passed_over(pipeline: Pipeline) -> None:
    foreign = [
        {"Records": [{"s3": {"bucket": {"name": "b"}, "object": {"key": key}}}]}
        for key in ("uploads/not-an-id", "originals/x", "uploads/", "uploads/01a1fc7a-e88d-7ae0-8abf-6688bcdcc7f9")
    ]
    bodies = [json.dumps(body) for body in [{"Service": "Amazon S3", "Event": "s3:TestEvent"}, *foreign]]

    assert pipeline.hand_over(bodies) == []


def test_storage_that_cannot_be_reached_brings_the_message_again(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = pipeline.put()
    bodies = pipeline.messages()

    def unreachable(_key: str, _data: bytes) -> None:
        raise ConnectionError

    with monkeypatch.context() as patch:
        patch.setattr(pipeline.convert.media, "put", unreachable)
        assert pipeline.hand_over(bodies) == ["b0"]

    assert pipeline.row(image).status is Status.PROCESSING
    assert pipeline.hand_over(bodies) == []
    assert pipeline.row(image).status is Status.READY


def test_a_lie_about_an_upload_is_found_out_by_the_worker(pipeline: Pipeline) -> None:
    """REQUIREMENTS 3: size and checksum are checked again."""
    too_long = pipeline.put(bytes=len(PHOTO) - 1)
    changed = pipeline.put(checksum_sha256="0" * 64)

    pipeline.hand_over(pipeline.messages())

    assert [pipeline.row(image).status for image in (too_long, changed)] == [Status.REFUSED, Status.REFUSED]


def test_a_burst_of_deliveries_keeps_to_one_connection(pipeline: Pipeline) -> None:
    """REQUIREMENTS 13: an execution environment holds one connection, however many photos it develops at once."""
    for _ in range(10):
        pipeline.put()
    pipeline.hand_over(pipeline.messages())

    with psycopg.connect(pipeline.deployed.database_url) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        ).fetchone()

    assert row
    assert row[0] <= 2  # the function's, and this test's own unit of work


def test_the_event_commits_with_the_row_or_not_at_all(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    """REQUIREMENTS 12: a failure between row and event leaves neither; the next delivery writes both."""
    image = pipeline.put()
    bodies = pipeline.messages()

    def dies(_self: object, _event: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("darkroom.adapters.postgres.outbox.Outbox.append", dies)
        with pytest.raises(KeyboardInterrupt):
            pipeline.hand_over(bodies)
    assert (pipeline.row(image).status, pipeline.told(image)) == (Status.AWAITING, [])

    pipeline.hand_over(bodies)

    assert (pipeline.row(image).status, pipeline.told(image)) == (Status.READY, ["processing", "ready"])
