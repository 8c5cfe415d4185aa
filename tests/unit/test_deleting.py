"""Deleting an image, with fakes: gone at once, restorable for ten minutes, then nothing is left."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from darkroom.errors import NotFound, Unavailable
from darkroom.ids import AccountId, ImageId, uuid7
from darkroom.images import deleting, viewing
from darkroom.images.model import RESTORABLE_FOR, Image, Visibility
from darkroom.images.uploading import abort_upload, own_image
from darkroom.principal import Principal
from tests.builders import NOON, a_ready_image, an_image
from tests.fakes import FakeCdn, FakeMedia, FakeStorage, FakeUnitOfWork

SECOND = timedelta(seconds=1)


class Drawer:
    """The use cases with everything they need."""

    def __init__(self) -> None:
        self.unit_of_work = FakeUnitOfWork()
        self.storage = FakeStorage()
        self.media = FakeMedia()
        self.cdn = FakeCdn()

    @property
    def store(self) -> Any:
        return self.unit_of_work.store

    def lay(self, image: Image) -> Image:
        self.store.images.add(image)
        self.storage.put(image, b"a photo")
        self.storage.keep(image.id, b"a photo", "image/jpeg")
        for key in (f"{image.id}/a-320.webp", f"private/{image.id}/a-320.webp"):
            self.media.put(key, b"a webp")
        return image

    def delete(self, image: Image, *, by: AccountId | None = None) -> None:
        deleting.delete_image(self.store, owner=Principal(by or image.owner_id), image_id=image.id)

    def restore(self, image: Image, *, by: AccountId | None = None) -> Image:
        return deleting.restore_image(self.store, owner=Principal(by or image.owner_id), image_id=image.id)

    def purge(self) -> int:
        return deleting.purge_images(self.unit_of_work, self.storage, self.storage, self.media, self.cdn)

    def wait(self, time: timedelta) -> None:
        self.store.now += time


@pytest.fixture
def drawer() -> Drawer:
    return Drawer()


def test_a_deleted_image_is_gone_for_everybody_at_once(drawer: Drawer) -> None:
    image = drawer.lay(a_ready_image(visibility=Visibility.PUBLIC))
    owner = Principal(image.owner_id)

    drawer.delete(image)

    for viewer in (owner, None):
        with pytest.raises(NotFound):
            viewing.view_image(drawer.store, viewer=viewer, image_id=image.id)
    for look in (viewing.original_of, own_image):
        with pytest.raises(NotFound):
            look(drawer.store, owner=owner, image_id=image.id)
    with pytest.raises(NotFound):
        viewing.last_image(drawer.store, owner=owner)
    with pytest.raises(NotFound):
        abort_upload(drawer.store, drawer.storage, owner=owner, image_id=image.id)
    assert viewing.my_images(drawer.store, owner=owner, after=None, limit=10).items == []


def test_a_deletion_can_be_taken_back_for_ten_minutes(drawer: Drawer) -> None:
    image = drawer.lay(a_ready_image())
    drawer.delete(image)
    drawer.wait(RESTORABLE_FOR - SECOND)
    drawer.delete(image)

    assert drawer.purge() == 0
    assert drawer.restore(image) == drawer.restore(image) == image
    assert own_image(drawer.store, owner=Principal(image.owner_id), image_id=image.id) == image


def test_after_ten_minutes_it_is_absent_even_before_it_is_purged(drawer: Drawer) -> None:
    image = drawer.lay(a_ready_image())
    drawer.delete(image)
    drawer.wait(RESTORABLE_FOR)

    with pytest.raises(NotFound):
        drawer.restore(image)
    with pytest.raises(NotFound):
        drawer.delete(image)


def test_a_strangers_image_can_be_neither_deleted_nor_restored(drawer: Drawer) -> None:
    image, stranger = drawer.lay(a_ready_image(visibility=Visibility.PUBLIC)), AccountId(uuid7())

    for refused in (drawer.delete, drawer.restore):
        with pytest.raises(NotFound):
            refused(image, by=stranger)
        with pytest.raises(NotFound):
            refused(an_image())


@pytest.mark.parametrize("visibility", Visibility)
def test_of_a_purged_image_nothing_is_left(drawer: Drawer, visibility: Visibility) -> None:
    """REQUIREMENTS 29."""
    image, other = drawer.lay(a_ready_image(visibility=visibility)), drawer.lay(a_ready_image())
    drawer.delete(image)
    drawer.wait(RESTORABLE_FOR + SECOND)

    assert (drawer.purge(), drawer.purge()) == (1, 0)
    assert drawer.store.images.lock_even_deleted(image.id) is None
    assert set(drawer.storage.originals) == set(drawer.storage.uploads) == {other.id}
    assert all(str(other.id) in key for key in drawer.media.files)
    assert drawer.cdn.forgotten == ([] if visibility is Visibility.PRIVATE else [image.id])


def test_parts_that_were_sent_go_with_their_image(drawer: Drawer) -> None:
    image = an_image()
    image = drawer.lay(replace(image, multipart_id=drawer.storage.start_multipart(image.id, image.content_type)))
    drawer.delete(image)
    drawer.wait(RESTORABLE_FOR + SECOND)

    drawer.purge()

    assert drawer.storage.parts_of == {}


def test_a_purge_that_dies_begins_again(drawer: Drawer) -> None:
    class Dies(FakeMedia):
        def keep_only(self, image_id: ImageId, keys: object) -> None:
            raise KeyboardInterrupt(image_id, keys)

    image = drawer.lay(a_ready_image())
    drawer.delete(image)
    drawer.wait(RESTORABLE_FOR + SECOND)
    media, drawer.media = drawer.media, Dies()

    with pytest.raises(KeyboardInterrupt):
        drawer.purge()
    drawer.media = media

    assert drawer.purge() == 1
    assert drawer.media.files == {}


def test_a_storage_that_is_away_for_one_image_does_not_keep_the_others(drawer: Drawer) -> None:
    first, second = drawer.lay(a_ready_image()), drawer.lay(a_ready_image())
    drawer.delete(first)
    drawer.delete(second)
    drawer.wait(RESTORABLE_FOR + SECOND)

    class Away(FakeMedia):
        def keep_only(self, image_id: ImageId, keys: object) -> None:
            if image_id == first.id:
                raise Unavailable(f"{keys}")

    drawer.media = Away()

    assert drawer.purge() == 1
    assert drawer.store.images.lock_even_deleted(first.id) is not None
    assert drawer.store.now > NOON
