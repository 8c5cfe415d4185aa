"""Looking at images, with fakes."""

from datetime import timedelta

import pytest

from darkroom.errors import Conflict, Invalid, NotFound
from darkroom.ids import AccountId, ImageId, uuid7
from darkroom.images import viewing
from darkroom.images.model import Status, Visibility
from darkroom.paging import Cursor, parse_cursor, parse_limit
from darkroom.principal import Principal
from tests.builders import NOON, a_ready_image, an_image
from tests.fakes import FakeStore

ADA = Principal(AccountId(uuid7()))
BOB = Principal(AccountId(uuid7()))


@pytest.fixture
def store() -> FakeStore:
    return FakeStore()


def test_the_last_image_is_the_newest_of_mine(store: FakeStore) -> None:
    for minute in range(3):
        store.images.add(an_image(owner_id=ADA.account_id, uploaded_at=NOON + timedelta(minutes=minute)))
    store.images.add(an_image(owner_id=BOB.account_id, uploaded_at=NOON + timedelta(minutes=9)))

    assert viewing.last_image(store, owner=ADA).uploaded_at == NOON + timedelta(minutes=2)


def test_without_images_there_is_no_last_one(store: FakeStore) -> None:
    with pytest.raises(NotFound, match="upload one first"):
        viewing.last_image(store, owner=ADA)


def test_pages_lead_through_all_my_images_and_end(store: FakeStore) -> None:
    for minute in range(5):
        store.images.add(an_image(owner_id=ADA.account_id, uploaded_at=NOON + timedelta(minutes=minute)))
    sizes, after = [], None

    while True:
        page = viewing.my_images(store, owner=ADA, after=after, limit=2)
        sizes.append(len(page.items))
        if page.next is None:
            break
        after = parse_cursor(str(page.next))

    assert sizes == [2, 2, 1]


def test_images_seen_together_are_each_shown_or_absent_in_their_place(store: FakeStore) -> None:
    mine = an_image(owner_id=ADA.account_id)
    public = a_ready_image(owner_id=BOB.account_id, visibility=Visibility.PUBLIC)
    private, absent = a_ready_image(owner_id=BOB.account_id), ImageId(uuid7())
    for image in (mine, public, private):
        store.images.add(image)

    seen = viewing.view_images(store, viewer=ADA, image_ids=[private.id, mine.id, absent, public.id, mine.id])

    assert [seen[1], seen[3], seen[4]] == [mine, public, mine]
    assert [str(seen[0]), str(seen[2])] == [f"No image {private.id}.", f"No image {absent}."]


def test_an_empty_page_has_no_next(store: FakeStore) -> None:
    page = viewing.my_images(store, owner=ADA, after=None, limit=2)

    assert (page.items, page.next) == ([], None)


def test_a_cursor_comes_back_from_its_text_whole() -> None:
    cursor = Cursor(at=NOON + timedelta(microseconds=123_457), id=uuid7())

    assert parse_cursor(str(cursor)) == cursor
    assert parse_cursor(None) is None


@pytest.mark.parametrize("text", ["x", "AAAA", "!!!!", "A" * 32 + "A" * 8, "_" * 32])
def test_a_made_up_cursor_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        parse_cursor(text)


@pytest.mark.parametrize("text", ["0", "101", "-1", "x", "", "1e2", "²"])
def test_a_page_holds_one_to_a_hundred(text: str) -> None:
    """REQUIREMENTS 19: limit <= 100."""
    with pytest.raises(Invalid):
        parse_limit(text)


def test_a_usual_page_holds_twenty() -> None:
    assert (parse_limit(None), parse_limit("100")) == (20, 100)


def test_a_private_image_looks_absent_to_strangers(store: FakeStore) -> None:
    image = a_ready_image(owner_id=ADA.account_id)
    store.images.add(image)

    with pytest.raises(NotFound) as private:
        viewing.view_image(store, viewer=BOB, image_id=image.id)
    with pytest.raises(NotFound):
        viewing.view_image(store, viewer=None, image_id=image.id)
    with pytest.raises(NotFound) as absent:
        viewing.view_image(store, viewer=BOB, image_id=(nobodys := ImageId(uuid7())))

    assert private.value.detail.replace(str(image.id), "") == absent.value.detail.replace(str(nobodys), "")
    assert viewing.view_image(store, viewer=ADA, image_id=image.id) == image


@pytest.mark.parametrize("visibility", [Visibility.PUBLIC, Visibility.UNLISTED])
def test_a_shown_image_is_seen_by_anybody_once_it_is_ready(store: FakeStore, visibility: Visibility) -> None:
    ready = a_ready_image(visibility=visibility)
    awaiting = an_image(visibility=visibility)
    store.images.add(ready)
    store.images.add(awaiting)

    assert viewing.view_image(store, viewer=None, image_id=ready.id) == ready
    with pytest.raises(NotFound):
        viewing.view_image(store, viewer=BOB, image_id=awaiting.id)


@pytest.mark.parametrize(("wanted", "given"), [(None, 640), (1, 320), (320, 320), (321, 640), (9999, 640)])
def test_the_variant_that_fits_is_the_smallest_wide_enough(wanted: int | None, given: int) -> None:
    assert viewing.fitting_variant(a_ready_image(), width=wanted).width == given


def test_an_unfinished_image_has_no_variant_and_a_refused_one_says_why() -> None:
    with pytest.raises(Conflict, match="in a moment"):
        viewing.fitting_variant(an_image(), width=None)
    with pytest.raises(Conflict, match="cut short"):
        viewing.fitting_variant(an_image(status=Status.REFUSED, reason="It is cut short."), width=None)


def test_the_original_is_its_owners_alone(store: FakeStore) -> None:
    image = a_ready_image(owner_id=ADA.account_id, visibility=Visibility.PUBLIC)
    store.images.add(image)

    assert viewing.original_of(store, owner=ADA, image_id=image.id) == image
    with pytest.raises(NotFound):
        viewing.original_of(store, owner=BOB, image_id=image.id)
