"""Changing an image, with fakes: its words, and who may see it, wherever that dies."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from darkroom.errors import Conflict, Invalid, NotFound, Unavailable
from darkroom.ids import AccountId, ImageId, uuid7
from darkroom.images.editing import SETTLES_WITHIN, edit_image, tidy_images
from darkroom.images.model import Image, Status, Variant, Visibility
from darkroom.principal import Principal
from tests.builders import NOON, a_ready_image, an_image
from tests.fakes import FakeCdn, FakeMedia, FakeStore, FakeUnitOfWork

PRIVATE, UNLISTED, PUBLIC = Visibility.PRIVATE, Visibility.UNLISTED, Visibility.PUBLIC


class Killed(BaseException):
    """A process that ends in the middle."""


class DyingMedia(FakeMedia):
    """A storage that its user does not outlive: it is killed before, or right after, so many steps."""

    def __init__(self, files: dict[str, bytes], *, steps: int) -> None:
        super().__init__()
        self.files = files
        self._steps = steps

    def copy(self, source: str, target: str) -> None:
        self._step()
        super().copy(source, target)

    def keep_only(self, image_id: ImageId, keys: Collection[str]) -> None:
        self._step()
        super().keep_only(image_id, keys)

    def _step(self) -> None:
        if self._steps == 0:
            raise Killed
        self._steps -= 1


class Wall:
    """The use cases with everything they need."""

    def __init__(self) -> None:
        self.unit_of_work = FakeUnitOfWork()
        self.media = FakeMedia()
        self.cdn = FakeCdn()

    def hang(self, visibility: Visibility = PRIVATE, **facts: Any) -> Image:
        image = a_ready_image(visibility=visibility, **facts)
        folder = f"private/{image.id}" if visibility is PRIVATE else str(image.id)
        variants = tuple(Variant(width=w, height=w, bytes=w, key=f"{folder}/hash-{w}.webp") for w in (640, 320))
        image = replace(image, variants=variants)
        self.unit_of_work.store.images.add(image)
        self.media.files |= {variant.key: f"{variant.width}".encode() for variant in variants}
        return image

    def edit(self, image: Image, by: AccountId | None = None, /, **facts: Any) -> Image:
        owner = Principal(by or image.owner_id)
        return edit_image(self.unit_of_work, self.media, self.cdn, owner=owner, image_id=image.id, **facts)

    def tidy(self, *, after: timedelta = SETTLES_WITHIN + timedelta(seconds=1)) -> int:
        self.unit_of_work.store.now = self.unit_of_work.store.now + after
        return tidy_images(self.unit_of_work, self.media, self.cdn)

    def row(self, image: Image) -> Image:
        row = self.unit_of_work.store.images.get(image.id)
        assert row
        return row

    def shows(self, image: Image) -> list[bytes]:
        """What the addresses that the row names lead to."""
        return [self.media.files[variant.key] for variant in self.row(image).variants]


@pytest.fixture
def wall() -> Wall:
    return Wall()


def test_what_is_named_changes_and_the_rest_stays(wall: Wall) -> None:
    image = wall.hang(title="Harbour", alt_text="Boats at dawn")

    edited = wall.edit(image, title="  The\n old   harbour ")

    assert edited == wall.row(image) == replace(image, title="The old harbour")


@pytest.mark.parametrize("nothing", [None, "", " \n\t", "\x00", "\u202e"])
def test_an_empty_text_is_none(wall: Wall, nothing: str | None) -> None:
    image = wall.hang(title="Harbour", alt_text="Boats at dawn")

    edited = wall.edit(image, title=nothing, alt_text=nothing)

    assert (edited.title, edited.alt_text) == (None, None)


@pytest.mark.parametrize(("field", "longest"), [("title", 200), ("alt_text", 1000)])
def test_a_text_that_is_too_long_is_told_beside_its_field(wall: Wall, field: str, longest: int) -> None:
    image = wall.hang()
    wall.edit(image, **{field: "ö" * longest + " "})

    with pytest.raises(Invalid, match=f"{longest}") as refusal:
        wall.edit(image, **{field: "ö" * (longest + 1)})

    assert list(refusal.value.fields) == [field]


def test_a_strangers_image_cannot_be_changed_and_looks_absent(wall: Wall) -> None:
    image = wall.hang(PUBLIC)

    with pytest.raises(NotFound):
        wall.edit(image, AccountId(uuid7()), title="Mine")
    with pytest.raises(NotFound):
        wall.edit(an_image(), title="Nobody's")

    assert wall.row(image) == image


@pytest.mark.parametrize(("before", "after"), [(PRIVATE, PUBLIC), (PRIVATE, UNLISTED), (PUBLIC, PRIVATE)])
def test_webps_move_with_who_may_see_them(wall: Wall, before: Visibility, after: Visibility) -> None:
    image = wall.hang(before)
    old = set(wall.media.files)

    edited = wall.edit(image, visibility=after, title="Harbour")

    assert (edited.visibility, edited.title) == (after, "Harbour")
    assert {variant.key.startswith("private/") for variant in edited.variants} == {after is PRIVATE}
    assert wall.shows(image) == [b"640", b"320"]
    assert not old & set(wall.media.files)
    assert wall.cdn.forgotten == ([image.id] if after is PRIVATE else [])


def test_between_unlisted_and_public_nothing_moves(wall: Wall) -> None:
    image = wall.hang(UNLISTED)

    edited = wall.edit(image, visibility=PUBLIC)

    assert edited.variants == image.variants
    assert edited.tidy_after is None


def test_an_image_that_is_not_developed_only_changes_its_row(wall: Wall) -> None:
    image = an_image(status=Status.PROCESSING)
    wall.unit_of_work.store.images.add(image)

    edited = wall.edit(image, visibility=PUBLIC)

    assert edited == replace(image, visibility=PUBLIC, tidy_after=NOON + SETTLES_WITHIN)
    assert wall.tidy() == 0


@pytest.mark.parametrize(("before", "after"), [(PRIVATE, PUBLIC), (PUBLIC, PRIVATE)])
@pytest.mark.parametrize("steps", range(4))
def test_wherever_it_dies_the_webps_can_be_fetched_and_the_rest_goes(
    wall: Wall, before: Visibility, after: Visibility, steps: int
) -> None:
    image = wall.hang(before)
    wall.media = DyingMedia(wall.media.files, steps=steps)

    with pytest.raises(Killed) if steps < 3 else pytest.raises(StopIteration):
        wall.edit(image, visibility=after)
        raise StopIteration
    shown = wall.shows(image)
    wall.media = DyingMedia(wall.media.files, steps=99)
    tidied = wall.tidy()

    assert shown == wall.shows(image) == [b"640", b"320"]
    assert wall.row(image).visibility is (before if steps < 2 else after)
    assert set(wall.media.files) == {variant.key for variant in wall.row(image).variants}
    assert tidied == 1
    assert wall.row(image).tidy_after is None
    assert (image.id in wall.cdn.forgotten) is wall.row(image).is_private


def test_a_storage_that_is_away_leaves_everything_as_it_was(wall: Wall) -> None:
    class Away(FakeMedia):
        def copy(self, source: str, target: str) -> None:
            raise Unavailable(f"{source} {target}")

    image = wall.hang()
    files, wall.media = wall.media.files, Away()

    with pytest.raises(Unavailable):
        wall.edit(image, visibility=PUBLIC, title="Harbour")

    wall.media.files = files
    assert replace(wall.row(image), tidy_after=None) == image
    assert wall.shows(image) == [b"640", b"320"]


def test_a_cdn_that_is_away_is_told_again_later(wall: Wall) -> None:
    image = wall.hang(PUBLIC)
    wall.cdn.is_away = True

    edited = wall.edit(image, visibility=PRIVATE)
    assert wall.tidy() == 0
    wall.cdn.is_away = False

    assert edited.visibility is PRIVATE
    assert (wall.tidy(), wall.tidy()) == (1, 0)
    assert wall.cdn.forgotten == [image.id]


def test_of_two_who_move_an_image_none_removes_what_the_other_has_copied(wall: Wall) -> None:
    """Just before the first, which has made it private, removes what was public, the second makes it public again."""
    image = wall.hang(PUBLIC)

    class Interrupted(FakeUnitOfWork):
        opened = 0

        @contextmanager
        def __call__(self) -> Iterator[FakeStore]:
            self.opened += 1
            if self.opened == 3:  # the first one is about to remove
                self.opened = 99
                self.store.now += timedelta(seconds=1)
                wall.edit(image, visibility=PUBLIC)
            with super().__call__() as store:
                yield store

    store, wall.unit_of_work = wall.unit_of_work.store, Interrupted()
    wall.unit_of_work.store = store

    wall.edit(image, visibility=PRIVATE)

    assert wall.row(image).visibility is PUBLIC
    assert wall.shows(image) == [b"640", b"320"]
    assert wall.tidy() == 1
    assert wall.shows(image) == [b"640", b"320"]
    assert len(wall.media.files) == 2


def test_a_move_that_was_overtaken_is_a_conflict(wall: Wall) -> None:
    image = wall.hang(PUBLIC)

    class Overtaken(FakeMedia):
        def copy(self, source: str, target: str) -> None:
            self.files[target] = self.files[source]
            row = wall.row(image)
            variants = tuple(replace(variant, key=f"{image.id}/other-{variant.width}.webp") for variant in row.variants)
            wall.unit_of_work.store.images.save(replace(row, variants=variants))

    files, wall.media = wall.media.files, Overtaken()
    wall.media.files = files

    with pytest.raises(Conflict, match="try again"):
        wall.edit(image, visibility=PRIVATE)

    assert wall.row(image).visibility is PUBLIC


def test_webps_that_are_gone_already_are_a_conflict(wall: Wall) -> None:
    image = wall.hang(PUBLIC)
    wall.media.files.clear()

    with pytest.raises(Conflict):
        wall.edit(image, visibility=PRIVATE)
