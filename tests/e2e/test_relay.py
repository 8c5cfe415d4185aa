"""The relay of a local cloud that is killed: every event arrives, and a repeat is known by its id."""

import contextlib
import threading
import time
from collections.abc import Iterator, Sized
from functools import partial
from typing import TYPE_CHECKING

import boto3
import psutil
import psycopg
import pytest

from darkroom.adapters.postgres.unit_of_work import PostgresUnitOfWork
from darkroom.edge.wire.events import read_event
from darkroom.ids import EventId
from tests.builders import an_image, an_image_changed
from tests.e2e.handles import LocalCloud, eventually

if TYPE_CHECKING:
    from mypy_boto3_sqs.client import SQSClient


class Queue:
    """The events queue of a cloud, read by the test alone."""

    def __init__(self, client: "SQSClient", url: str) -> None:
        self._client = client
        self._url = url

    def take(self) -> list[EventId]:
        """Take whatever lies there."""
        taken: list[EventId] = []
        while letters := self._client.receive_message(QueueUrl=self._url, MaxNumberOfMessages=10).get("Messages"):
            for letter in letters:
                taken.append(read_event(letter["Body"]).id)
                self._client.delete_message(QueueUrl=self._url, ReceiptHandle=letter["ReceiptHandle"])
        return taken


@pytest.fixture
def queue(cloud: LocalCloud) -> Iterator[Queue]:
    """The queue while `notify` does not read it."""
    functions, queues = boto3.client("lambda", **cloud.aws()), boto3.client("sqs", **cloud.aws())
    (mapping,) = functions.list_event_source_mappings(FunctionName="darkroom-notify")["EventSourceMappings"]
    functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
    url = queues.get_queue_url(QueueName="darkroom-events")["QueueUrl"]
    time.sleep(0.5)  # a batch that was taken just before
    alone = Queue(queues, url)
    alone.take()
    yield alone
    functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)
    functions.close()
    queues.close()


def test_a_relay_that_is_killed_in_the_middle_of_a_burst_loses_no_event(cloud: LocalCloud, queue: Queue) -> None:
    """REQUIREMENTS 12."""
    happened: list[EventId] = []
    burst = threading.Thread(target=_happen, args=(cloud, 600, happened))
    burst.start()
    for count in (100, 250, 400):
        eventually(partial(_have, happened, count))
        _kill_the_bridge(cloud)
    burst.join()

    eventually(lambda: _waiting(cloud) == 0)
    taken = queue.take()

    assert len(happened) == 600
    assert set(taken) == set(happened)
    assert len(taken) <= 600 + 3 * 100  # at most the batch at hand, for each kill


def test_a_relay_that_starts_again_catches_up(cloud: LocalCloud, queue: Queue) -> None:
    bridge = cloud.part("functions/bridge/app.py")
    bridge.suspend()
    happened: list[EventId] = []
    _happen(cloud, 150, happened)
    assert _waiting(cloud) == 150

    bridge.kill()

    eventually(lambda: _waiting(cloud) == 0)
    assert set(queue.take()) == set(happened)


def _happen(cloud: LocalCloud, times: int, happened: list[EventId]) -> None:
    unit_of_work = PostgresUnitOfWork(cloud.database_url)
    for _ in range(times):
        with unit_of_work() as store:
            event = an_image_changed(an_image(), "awaiting")
            store.events.append(event)
        happened.append(event.id)
        time.sleep(0.005)
    unit_of_work.close()


def _have(happened: Sized, count: int) -> bool:
    return len(happened) >= count


def _kill_the_bridge(cloud: LocalCloud) -> None:
    def killed() -> bool:
        with contextlib.suppress(LookupError, psutil.Error):
            cloud.part("functions/bridge/app.py").kill()
            return True
        return False

    eventually(killed)


def _waiting(cloud: LocalCloud) -> int:
    with psycopg.connect(cloud.database_url) as connection:
        row = connection.execute("SELECT count(*) FROM outbox WHERE published_at IS NULL").fetchone()
    assert row
    return int(row[0])
