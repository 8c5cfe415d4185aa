"""Following images: nothing is missed, and nobody follows what they may not see."""

from datetime import timedelta

import pytest

from darkroom.errors import Conflict, NotFound
from darkroom.ids import AccountId, EventId, uuid7
from darkroom.images.following import KEPT_FOR, MOST_REPLAYED, OVERLAP, changes_of, latest_change, my_changes
from darkroom.images.model import Visibility
from darkroom.paging import Cursor
from darkroom.principal import Principal
from tests.builders import NOON, a_ready_image, an_image, an_image_changed
from tests.fakes import FakeStore

STRANGER = Principal(AccountId(uuid7()))


def test_the_latest_change_comes_with_the_image() -> None:
    store, image = FakeStore(), an_image()
    store.images.add(image)
    store.events.append(an_image_changed(image, "awaiting"))
    store.events.append(an_image_changed(image, "processing"))

    change, seen = latest_change(store, viewer=Principal(image.owner_id), image_id=image.id)

    assert change.status == "processing"
    assert seen == image


def test_an_image_whose_changes_are_forgotten_is_told_as_it_stands() -> None:
    store, image = FakeStore(), a_ready_image()
    store.images.add(image)

    change, _ = latest_change(store, viewer=Principal(image.owner_id), image_id=image.id)

    assert (change.status, change.happened_at, change.image_id) == ("ready", image.developed_at, image.id)


def test_a_private_image_cannot_be_followed_by_strangers() -> None:
    """REQUIREMENTS 14."""
    store, image = FakeStore(), a_ready_image()
    store.images.add(image)
    store.events.append(an_image_changed(image, "ready"))

    for viewer in (STRANGER, None):
        with pytest.raises(NotFound):
            latest_change(store, viewer=viewer, image_id=image.id)
        with pytest.raises(NotFound):
            changes_of(store, viewer=viewer, image_id=image.id, after=Cursor(at=NOON, id=uuid7()))


def test_a_public_image_can_be_followed_by_anybody() -> None:
    store, image = FakeStore(), a_ready_image(visibility=Visibility.PUBLIC)
    store.images.add(image)
    store.events.append(an_image_changed(image, "ready"))

    change, _ = latest_change(store, viewer=STRANGER, image_id=image.id)

    assert change.status == "ready"


def test_a_replay_reaches_back_beyond_its_cursor_and_leaves_out_what_was_seen() -> None:
    store, image = FakeStore(), an_image()
    store.images.add(image)
    for minutes, status in ((-6, "awaiting"), (-4, "processing"), (0, "ready")):
        store.now = NOON + timedelta(minutes=minutes)
        store.events.append(an_image_changed(image, status))
    seen = store.changes.all()[-1]

    told = my_changes(store, owner=Principal(image.owner_id), after=seen.cursor)
    of_image = changes_of(store, viewer=Principal(image.owner_id), image_id=image.id, after=seen.cursor)

    assert [change.status for change in told] == [change.status for change in of_image] == ["processing"]


def test_a_replay_tells_nothing_of_other_peoples_images() -> None:
    store, mine, other = FakeStore(), an_image(), an_image()
    for image in (mine, other):
        store.images.add(image)
        store.events.append(an_image_changed(image, "awaiting"))

    told = my_changes(store, owner=Principal(mine.owner_id), after=Cursor(at=NOON, id=uuid7()))

    assert [change.image_id for change in told] == [mine.id]


def test_a_cursor_from_before_what_is_kept_says_to_read_anew() -> None:
    store = FakeStore()
    too_old = Cursor(at=NOON - KEPT_FOR + OVERLAP - timedelta(seconds=1), id=EventId(uuid7()))

    with pytest.raises(Conflict, match="read your images anew"):
        my_changes(store, owner=STRANGER, after=too_old)


def test_too_much_to_replay_says_to_read_anew() -> None:
    store, image = FakeStore(), an_image()
    for _ in range(MOST_REPLAYED + 1):
        store.events.append(an_image_changed(image, "processing"))

    with pytest.raises(Conflict, match="read your images anew"):
        my_changes(store, owner=Principal(image.owner_id), after=Cursor(at=NOON, id=uuid7()))
