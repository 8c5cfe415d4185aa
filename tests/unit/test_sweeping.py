"""The sweep, with fakes: nothing stays stuck."""

from datetime import timedelta
from typing import Any

import pytest

from darkroom.images.model import Image, Status
from darkroom.images.sweeping import GAVE_UP, MOST_ATTEMPTS, NEVER_ARRIVED, Swept, sweep_uploads
from tests.builders import NOON, an_image
from tests.fakes import FakeQueue, FakeStorage, FakeStore

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


class Floor:
    """A store to sweep."""

    def __init__(self) -> None:
        self.store = FakeStore()
        self.storage = FakeStorage()
        self.queue = FakeQueue()

    def lay(self, *, arrived: bool = True, **facts: Any) -> Image:
        image = an_image(**facts)
        self.store.images.add(image)
        if arrived:
            self.storage.put(image, b"a photo")
        return image

    def sweep(self, *, recovering: bool = False) -> Swept:
        return sweep_uploads(self.store, self.storage, self.queue, recovering=recovering)

    def row(self, image: Image) -> Image:
        row = self.store.images.get(image.id)
        assert row
        return row


@pytest.fixture
def floor() -> Floor:
    return Floor()


def test_what_never_arrived_is_refused_once_its_time_is_over(floor: Floor) -> None:
    late = floor.lay(arrived=False, expires_at=NOON - SECOND)
    early = floor.lay(arrived=False, expires_at=NOON + SECOND)

    assert floor.sweep() == Swept(refused=1, requeued=0)
    assert (floor.row(late).status, floor.row(late).reason) == (Status.REFUSED, NEVER_ARRIVED)
    assert floor.row(early) == early
    assert [change.status for change in floor.store.changes.all()] == ["refused"]


def test_what_arrived_though_nobody_was_told_is_requeued(floor: Floor) -> None:
    image = floor.lay(expires_at=NOON - SECOND)

    assert floor.sweep() == Swept(refused=0, requeued=1)
    assert floor.queue.asked == [image.id]
    assert floor.row(image).status is Status.PROCESSING
    assert floor.sweep() == Swept(refused=0, requeued=0)


def test_a_development_past_ten_minutes_is_requeued(floor: Floor) -> None:
    stuck = floor.lay(status=Status.PROCESSING, processing_since=NOON - 11 * MINUTE, attempts=1)
    floor.lay(status=Status.PROCESSING, processing_since=NOON - 9 * MINUTE, attempts=1)

    assert floor.sweep() == Swept(refused=0, requeued=1)
    assert floor.queue.asked == [stuck.id]
    assert floor.row(stuck).requeued_at == NOON


def test_what_fails_every_time_is_given_up_within_fifteen_minutes(floor: Floor) -> None:
    """REQUIREMENTS 11: none stuck."""
    image = floor.lay(
        status=Status.PROCESSING,
        processing_since=NOON - 14 * MINUTE - SECOND,
        requeued_at=NOON - 4 * MINUTE - SECOND,
        attempts=MOST_ATTEMPTS,
    )

    assert floor.sweep() == Swept(refused=1, requeued=0)
    assert (floor.row(image).status, floor.row(image).reason) == (Status.REFUSED, GAVE_UP)


def test_what_only_waits_its_turn_is_never_given_up(floor: Floor) -> None:
    image = floor.lay(
        status=Status.PROCESSING, processing_since=NOON - 60 * MINUTE, requeued_at=NOON - 5 * MINUTE, attempts=0
    )

    assert floor.sweep() == Swept(refused=0, requeued=1)
    assert floor.row(image).status is Status.PROCESSING


def test_after_the_queue_was_lost_whatever_has_arrived_is_requeued_at_once(floor: Floor) -> None:
    """REQUIREMENTS 11."""
    arrived = floor.lay()
    begun = floor.lay(status=Status.PROCESSING, processing_since=NOON - SECOND, attempts=MOST_ATTEMPTS)
    underway = floor.lay(arrived=False)

    assert floor.sweep(recovering=True) == Swept(refused=0, requeued=2)
    assert set(floor.queue.asked) == {arrived.id, begun.id}
    assert floor.row(underway) == underway
