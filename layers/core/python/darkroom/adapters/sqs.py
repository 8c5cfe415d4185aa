"""The uploads queue in SQS."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

from darkroom.ids import ImageId
from darkroom.images.object_keys import upload_key

if TYPE_CHECKING:
    from mypy_boto3_sqs.client import SQSClient

_MOST_IN_A_BATCH = 10


def sqs_client() -> "SQSClient":
    """Return a client that gives up soon enough for a scheduled function."""
    return boto3.client("sqs", config=Config(connect_timeout=2, read_timeout=5))


class SqsUploadsQueue:
    """The queue that development reads, spoken to as S3 speaks to it."""

    def __init__(self, client: "SQSClient", queue_url: str, bucket: str) -> None:
        self._client = client
        self._queue_url = queue_url
        self._bucket = bucket

    def requeue(self, image_ids: Sequence[ImageId]) -> None:
        """Ask for development once more, with the message that S3 would send."""
        for start in range(0, len(image_ids), _MOST_IN_A_BATCH):
            answer = self._client.send_message_batch(
                QueueUrl=self._queue_url,
                Entries=[
                    {"Id": str(image_id), "MessageBody": self._object_created(image_id)}
                    for image_id in image_ids[start : start + _MOST_IN_A_BATCH]
                ],
            )
            if answer.get("Failed"):
                raise ConnectionError(f"{len(answer['Failed'])} messages were not taken by the queue.")

    def _object_created(self, image_id: ImageId) -> str:
        record = {
            "eventName": "ObjectCreated:Requeued",
            "s3": {"bucket": {"name": self._bucket}, "object": {"key": upload_key(image_id)}},
        }
        return json.dumps({"Records": [record]})
