"""What an outbox promises about what was handed on, the one in memory and the one in Postgres alike."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest

from darkroom.ids import EventId, ImageId
from darkroom.images.following import KEPT_FOR
from darkroom.images.sweeping import forget_old_events
from tests.builders import an_image, an_image_changed
from tests.fakes import FakeUnitOfWork


@dataclass
class Outbox:
    """An outbox, and the relay's part of it."""

    unit_of_work: Callable[[], AbstractContextManager[Any]]
    mark: Callable[[EventId, datetime], None]
    _images: dict[EventId, ImageId] = field(default_factory=dict)

    def hold(self, *, handed_on: timedelta | None) -> EventId:
        """Put an event in that was handed on so long ago, or not yet."""
        event = an_image_changed(image := an_image(), "ready")
        with self.unit_of_work() as store:
            store.events.append(event)
            now = store.now
        if handed_on is not None:
            self.mark(event.id, now - handed_on)
        self._images[event.id] = image.id
        return event.id

    def holds(self, event_id: EventId) -> bool:
        with self.unit_of_work() as store:
            return store.changes.latest_of(self._images[event_id]) is not None


@pytest.fixture(params=["fake", "postgres"])
def outbox(request: pytest.FixtureRequest) -> Outbox:
    if request.param == "fake":
        fake = FakeUnitOfWork()
        return Outbox(fake, lambda event_id, at: fake.store.events.handed_on.update({event_id: at}))
    real, url = request.getfixturevalue("database"), request.getfixturevalue("database_url")

    def mark(event_id: EventId, at: datetime) -> None:
        with psycopg.connect(url) as connection:
            connection.execute("UPDATE outbox SET published_at = %s WHERE id = %s", (at, event_id))

    return Outbox(real, mark)


def test_what_was_handed_on_more_than_a_week_ago_is_forgotten(outbox: Outbox) -> None:
    old = outbox.hold(handed_on=KEPT_FOR + timedelta(minutes=1))
    young = outbox.hold(handed_on=KEPT_FOR - timedelta(minutes=1))
    waiting = outbox.hold(handed_on=None)

    with outbox.unit_of_work() as store:
        forgotten = forget_old_events(store)

    assert forgotten == 1
    assert [outbox.holds(event) for event in (old, young, waiting)] == [False, True, True]


def test_not_more_is_forgotten_at_once_than_asked_for_and_the_oldest_goes_first(outbox: Outbox) -> None:
    younger = outbox.hold(handed_on=timedelta(days=8))
    older = outbox.hold(handed_on=timedelta(days=9))

    with outbox.unit_of_work() as store:
        forgotten = store.events.forget(handed_on_before=store.now - KEPT_FOR, limit=1)

    assert forgotten == 1
    assert [outbox.holds(event) for event in (older, younger)] == [False, True]
