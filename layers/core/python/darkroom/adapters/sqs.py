"""The uploads queue and the events queue in SQS."""

import json
import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from darkroom.errors import Unavailable
from darkroom.events import Message
from darkroom.ids import EventId, ImageId, uuid7
from darkroom.images.object_keys import upload_key

if TYPE_CHECKING:
    from mypy_boto3_sqs.client import SQSClient

_MOST_IN_A_BATCH = 10
_ALARM_SECONDS = 10

_log = logging.getLogger(__name__)


def sqs_client() -> "SQSClient":
    """Return a client that gives up soon enough for a scheduled function."""
    return boto3.client("sqs", config=Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 3}))


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


class SqsEventsQueue:
    """The queue of what happened, read by whoever tells it on."""

    def __init__(self, client: "SQSClient", queue_url: str) -> None:
        self._client = client
        self._queue_url = queue_url

    def send(self, messages: Sequence[Message], *, delay_seconds: int = 0) -> list[EventId]:
        """Send messages and return the ids of those the queue took; a queue that is away raises `Unavailable`."""
        taken: list[EventId] = []
        for start in range(0, len(messages), _MOST_IN_A_BATCH):
            batch = {str(message.id): message for message in messages[start : start + _MOST_IN_A_BATCH]}
            try:
                answer = self._client.send_message_batch(
                    QueueUrl=self._queue_url,
                    Entries=[
                        {"Id": key, "MessageBody": _body(message), "DelaySeconds": delay_seconds}
                        for key, message in batch.items()
                    ],
                )
            except (BotoCoreError, ClientError) as error:
                if taken:
                    break
                raise Unavailable(f"The events queue cannot be reached ({error}).") from error
            taken += [batch[entry["Id"]].id for entry in answer.get("Successful", [])]
            for entry in answer.get("Failed", []):
                _log.warning("The events queue refused %s: %s.", entry["Id"], entry["Code"])
        return taken


class SqsInitAlarm:
    """Has the reader of the events queue look, a while after a connection was opened, whether it has said anything."""

    def __init__(self, queue: SqsEventsQueue) -> None:
        self._queue = queue

    def set(self, connection_id: str) -> None:
        """Send the message that rings in ten seconds; a queue that does not take it raises `Unavailable`."""
        message = Message(
            id=EventId(uuid7()),
            name="socket.opened",
            payload={"connection_id": connection_id},
            happened_at=datetime.now(UTC),
        )
        if not self._queue.send([message], delay_seconds=_ALARM_SECONDS):
            raise Unavailable("The events queue did not take a message: try again in a moment.")


def _body(message: Message) -> str:
    return json.dumps(
        {
            "id": str(message.id),
            "name": message.name,
            "happened_at": message.happened_at.isoformat(),
            "payload": dict(message.payload),
        }
    )
