"""What every store promises, the one in memory and the one in Postgres alike."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from darkroom.access.model import Account
from darkroom.errors import Conflict
from darkroom.events import SessionEnded
from darkroom.ids import AccountId, ImageId, uuid7
from darkroom.images.model import Image, Status, Visibility
from darkroom.paging import Cursor
from tests.builders import NOON, a_ready_image, an_account, an_image, an_image_changed
from tests.fakes import FakeUnitOfWork

UnitOfWork = Callable[[], AbstractContextManager[Any]]


@pytest.fixture(params=["fake", "postgres"])
def unit_of_work(request: pytest.FixtureRequest) -> UnitOfWork:
    real: UnitOfWork = FakeUnitOfWork() if request.param == "fake" else request.getfixturevalue("database")
    return real


@pytest.fixture
def store(unit_of_work: UnitOfWork) -> Iterator[Any]:
    with unit_of_work() as store:
        yield store


def test_an_account_is_found_by_its_id_and_its_email(store: Any) -> None:
    account = an_account(email="ada@example.com")

    store.accounts.add(account)

    assert store.accounts.get(account.id) == account
    assert store.accounts.with_email("ada@example.com") == account
    assert store.accounts.get(AccountId(uuid7())) is None
    assert store.accounts.with_email("bob@example.com") is None
    assert store.accounts.with_email("ada@example.com\x00") is None


def test_an_email_address_has_one_account(store: Any) -> None:
    store.accounts.add(an_account(email="ada@example.com"))

    with pytest.raises(Conflict):
        store.accounts.add(an_account(email="ada@example.com"))


def test_a_password_can_be_kept_under_a_new_hash(store: Any) -> None:
    account = an_account(password_hash="old")
    store.accounts.add(account)

    store.accounts.set_password_hash(account.id, "new")

    assert store.accounts.get(account.id).password_hash == "new"


def test_an_image_comes_back_as_it_was_added(store: Any) -> None:
    image = _add(
        store, a_ready_image(reason="Kept the first frame.", visibility=Visibility.PUBLIC, checksum_sha256="ab")
    )

    assert store.images.get(image.id) == image
    assert store.images.lock(image.id) == image
    assert store.images.get(ImageId(uuid7())) is None


def test_many_images_come_at_once_and_absent_ones_are_left_out(store: Any) -> None:
    owner = _owner(store)
    images = [_add(store, an_image(), owner) for _ in range(3)]

    found = store.images.get_many([images[2].id, ImageId(uuid7()), images[0].id, images[0].id])

    assert len(found) == 2
    assert {image.id for image in found} == {images[0].id, images[2].id}
    assert store.images.get_many([]) == []


def test_what_changes_about_an_image_is_saved(store: Any) -> None:
    image = _add(store, an_image())
    changed = replace(
        a_ready_image(), id=image.id, owner_id=image.owner_id, attempts=2, processing_since=NOON, requeued_at=NOON
    )

    store.images.save(changed)

    assert store.images.get(image.id) == changed


def test_images_come_newest_first_and_pages_follow_each_other(store: Any) -> None:
    owner = _owner(store)
    images = [_add(store, an_image(uploaded_at=NOON + timedelta(minutes=minute)), owner) for minute in range(5)]
    newest_first = images[::-1]

    first = store.images.of_owner(owner, after=None, limit=2)
    second = store.images.of_owner(owner, after=Cursor(at=first[-1].uploaded_at, id=first[-1].id), limit=10)

    assert [*first, *second] == newest_first
    assert store.images.newest_of(owner) == newest_first[0]


def test_a_page_stays_whole_while_images_are_added_at_the_same_moment(store: Any) -> None:
    """REQUIREMENTS 19: keyset pages are stable while rows are inserted."""
    owner = _owner(store)
    for _ in range(3):
        _add(store, an_image(uploaded_at=NOON), owner)
    first = store.images.of_owner(owner, after=None, limit=2)
    _add(store, an_image(uploaded_at=NOON + timedelta(seconds=1)), owner)

    second = store.images.of_owner(owner, after=Cursor(at=first[-1].uploaded_at, id=first[-1].id), limit=2)

    assert len(second) == 1
    assert second[0].id not in {image.id for image in first}


def test_nobody_elses_images_are_mine(store: Any) -> None:
    _add(store, an_image())

    assert store.images.of_owner(_owner(store), after=None, limit=10) == []
    assert store.images.newest_of(AccountId(uuid7())) is None


def test_overdue_uploads_come_oldest_first(store: Any) -> None:
    late = _add(store, an_image(expires_at=NOON - timedelta(minutes=1)))
    later = _add(store, an_image(expires_at=NOON - timedelta(minutes=2)))
    _add(store, an_image(expires_at=NOON + timedelta(minutes=1)))
    _add(store, an_image(expires_at=NOON - timedelta(minutes=3), status=Status.PROCESSING))

    assert store.images.lock_overdue(expired_before=NOON, limit=10) == [later, late]
    assert store.images.lock_overdue(expired_before=NOON, limit=1) == [later]


def test_stalled_developments_come_oldest_first_unless_lately_requeued(store: Any) -> None:
    def stalled(minutes: int, requeued: int | None = None) -> Image:
        requeued_at = None if requeued is None else NOON - timedelta(minutes=requeued)
        since = NOON - timedelta(minutes=minutes)
        return _add(store, an_image(status=Status.PROCESSING, processing_since=since, requeued_at=requeued_at))

    young, old, older, again = stalled(1), stalled(11), stalled(20), stalled(30, requeued=5)
    lately = stalled(40, requeued=1)

    found = store.images.lock_stalled(
        since_before=NOON - timedelta(minutes=10), requeued_before=NOON - timedelta(minutes=4), limit=10
    )

    assert found == [again, older, old]
    assert young not in found
    assert lately not in found


def test_a_deleted_image_is_found_only_where_it_is_asked_for(store: Any) -> None:
    owner = _owner(store)
    image = _add(store, an_image(deleted_at=NOON), owner)

    assert store.images.get(image.id) is None
    assert store.images.get_many([image.id]) == []
    assert store.images.lock(image.id) is None
    assert store.images.newest_of(owner) is None
    assert store.images.of_owner(owner, after=None, limit=10) == []
    assert store.images.lock_even_deleted(image.id) == image
    assert store.images.lock_even_deleted(ImageId(uuid7())) is None


def test_a_deleted_image_goes_on_in_the_pipeline(store: Any) -> None:
    overdue = _add(store, an_image(deleted_at=NOON, expires_at=NOON - timedelta(minutes=1)))
    since = NOON - timedelta(minutes=11)
    stalled = _add(store, an_image(deleted_at=NOON, status=Status.PROCESSING, processing_since=since))

    assert store.images.lock_overdue(expired_before=NOON, limit=10) == [overdue]
    assert store.images.lock_stalled(since_before=NOON, requeued_before=NOON, limit=10) == [stalled]


def test_what_was_deleted_is_named_oldest_first_and_removed(store: Any) -> None:
    late = _add(store, an_image(deleted_at=NOON - timedelta(minutes=1)))
    later = _add(store, an_image(deleted_at=NOON - timedelta(minutes=2)))
    _add(store, an_image(deleted_at=NOON))
    _add(store, an_image())

    assert store.images.deleted(before=NOON, limit=10) == [later.id, late.id]
    assert store.images.deleted(before=NOON, limit=1) == [later.id]
    store.images.remove(later.id)
    assert store.images.deleted(before=NOON, limit=10) == [late.id]
    assert store.images.lock_even_deleted(later.id) is None


def test_what_is_to_be_tidied_is_named_once_it_is_developed_or_refused(store: Any) -> None:
    def untidy(minutes: int, image: Image) -> Image:
        return _add(store, replace(image, tidy_after=NOON - timedelta(minutes=minutes)))

    ready, deleted = untidy(1, a_ready_image()), untidy(2, a_ready_image(deleted_at=NOON))
    refused = untidy(3, an_image(status=Status.REFUSED, reason="No photo."))
    untidy(0, a_ready_image())
    untidy(1, an_image())
    untidy(1, an_image(status=Status.PROCESSING))
    _add(store, a_ready_image())

    assert store.images.untidy(before=NOON, limit=10) == [refused.id, deleted.id, ready.id]
    assert store.images.untidy(before=NOON, limit=1) == [refused.id]


def test_what_raises_leaves_no_trace(unit_of_work: UnitOfWork) -> None:
    account = an_account()

    with pytest.raises(Conflict), unit_of_work() as store:
        _add_twice(store, account)

    with unit_of_work() as store:
        assert store.accounts.get(account.id) is None


def test_the_time_of_a_unit_of_work_is_aware(store: Any) -> None:
    assert store.now.utcoffset() == timedelta()


def _add_twice(store: Any, account: Account) -> None:
    store.accounts.add(account)
    store.accounts.add(account)


def _owner(store: Any) -> AccountId:
    account = an_account()
    store.accounts.add(account)
    return account.id


def _add(store: Any, image: Image, owner: AccountId | None = None) -> Image:
    owned = replace(image, owner_id=owner or _owner(store))
    store.images.add(owned)
    return owned


def test_what_became_of_an_image_is_told_in_order(unit_of_work: UnitOfWork) -> None:
    image, other = an_image(), an_image()
    happened = [an_image_changed(image, status) for status in ("awaiting", "processing", "ready")]
    with unit_of_work() as store:
        for event in (happened[0], an_image_changed(other, "awaiting"), *happened[1:]):
            store.events.append(event)
        store.events.append(SessionEnded(account_id=image.owner_id, session_id="a-session"))
        began = store.now

    with unit_of_work() as store:
        changes = store.changes.of_image(image.id, since=began, limit=10)
        first_two = store.changes.of_image(image.id, since=began, limit=2)
        latest = store.changes.latest_of(image.id)
        none = store.changes.latest_of(ImageId(uuid7()))

    assert [(change.id, change.status) for change in changes] == [(event.id, event.status) for event in happened]
    assert changes[0].image_id == image.id
    assert changes[0].owner_id == image.owner_id
    assert changes[0].happened_at == began
    assert first_two == changes[:2]
    assert latest == changes[-1]
    assert none is None


def test_what_became_of_somebodys_images_begins_at_a_time(unit_of_work: UnitOfWork) -> None:
    mine, also_mine, another = an_image(), an_image(), an_image()
    also_mine = replace(also_mine, owner_id=mine.owner_id)
    with unit_of_work() as store:
        for image in (mine, another, also_mine):
            store.events.append(an_image_changed(image, "awaiting"))
        began = store.now

    with unit_of_work() as store:
        found = store.changes.of_owner(mine.owner_id, since=began, limit=10)
        later = store.changes.of_owner(mine.owner_id, since=began + timedelta(microseconds=1), limit=10)

    assert [change.image_id for change in found] == [mine.id, also_mine.id]
    assert later == []
