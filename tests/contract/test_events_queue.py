"""What the events queue promises, the one in memory and the one in SQS (moto) alike."""

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest

from darkroom.adapters.sqs import SqsEventsQueue, sqs_client
from darkroom.edge.wire.events import read_event
from darkroom.errors import Unavailable
from darkroom.events import ImageChanged
from darkroom.ids import EventId
from tests.builders import NOON, a_message
from tests.deployed import Deployed
from tests.fakes import FakeEventsQueue


class Queue:
    """An events queue and a way to look into it."""

    def __init__(self, queue: Any, arrived: Callable[[], list[EventId]]) -> None:
        self.send = queue.send
        self.arrived = arrived


@pytest.fixture(params=["fake", "sqs"])
def queue(request: pytest.FixtureRequest) -> Queue:
    if request.param == "fake":
        fake = FakeEventsQueue()
        return Queue(fake, lambda: [message.id for message in fake.taken])
    address = request.getfixturevalue("deployed").names["EventsQueue"]
    _bodies(address)
    return Queue(SqsEventsQueue(sqs_client(), address), lambda: [read_event(body).id for body in _bodies(address)])


@pytest.fixture(params=["fake", "sqs"])
def lost_queue(request: pytest.FixtureRequest) -> Any:
    if request.param == "fake":
        fake = FakeEventsQueue()
        fake.is_away = True
        return fake
    address = request.getfixturevalue("deployed").names["EventsQueue"]
    return SqsEventsQueue(sqs_client(), f"{address}-which-is-gone")


def test_every_message_arrives_and_is_told_as_taken(queue: Queue) -> None:
    messages = [a_message() for _ in range(23)]

    taken = queue.send(messages)

    assert sorted(taken) == sorted(message.id for message in messages)
    assert sorted(queue.arrived()) == sorted(taken)


def test_nothing_to_send_is_fine(queue: Queue) -> None:
    assert queue.send([]) == []
    assert queue.arrived() == []


def test_a_queue_that_is_away_says_so(lost_queue: Any) -> None:
    with pytest.raises(Unavailable):
        lost_queue.send([a_message()])


def test_a_message_says_what_happened_and_when(deployed: Deployed) -> None:
    address = deployed.names["EventsQueue"]
    _bodies(address)
    message = a_message()

    SqsEventsQueue(sqs_client(), address).send([message])

    (body,) = _bodies(address)
    told = read_event(body)
    assert isinstance(told.event, ImageChanged)
    assert (told.id, told.event.id, told.happened_at) == (message.id, message.id, NOON)
    assert json.loads(body)["payload"] == message.payload


def test_a_message_can_be_held_back(deployed: Deployed) -> None:
    address = deployed.names["EventsQueue"]
    _bodies(address)

    SqsEventsQueue(sqs_client(), address).send([a_message()], delay_seconds=10)

    assert _bodies(address) == []
    found = boto3.client("sqs").get_queue_attributes(
        QueueUrl=address, AttributeNames=["ApproximateNumberOfMessagesDelayed"]
    )
    assert found["Attributes"]["ApproximateNumberOfMessagesDelayed"] == "1"


def test_what_the_queue_does_not_take_is_not_told_as_taken(deployed: Deployed) -> None:
    good, bad = a_message(), a_message(payload={"too": "long" * 300_000})

    class Refusing:
        """SQS as it answers when one entry of a batch cannot be taken."""

        def send_message_batch(self, **request: Any) -> Any:
            ids = [entry["Id"] for entry in request["Entries"]]
            return {
                "Successful": [{"Id": name} for name in ids if name == str(good.id)],
                "Failed": [{"Id": name, "Code": "InternalError"} for name in ids if name == str(bad.id)],
            }

    taken = SqsEventsQueue(Refusing(), deployed.names["EventsQueue"]).send([bad, good])  # type: ignore[arg-type]

    assert taken == [good.id]


def _bodies(address: str) -> list[str]:
    bodies: list[str] = []
    while letters := boto3.client("sqs").receive_message(QueueUrl=address, MaxNumberOfMessages=10).get("Messages"):
        bodies += [letter["Body"] for letter in letters]
    return bodies
