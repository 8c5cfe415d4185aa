"""The use case of development, with fakes: delivered once, twice, in any order, and killed in the middle."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from darkroom.ids import ImageId, uuid7
from darkroom.images.deleting import delete_image, purge_images, restore_image
from darkroom.images.developing import Outcome, develop_image
from darkroom.images.editing import SETTLES_WITHIN, edit_image, tidy_images
from darkroom.images.model import MOST_BYTES, RESTORABLE_FOR, Development, Image, Status, Visibility
from darkroom.principal import Principal
from tests.builders import an_image
from tests.fakes import FakeCdn, FakeDeveloper, FakeMedia, FakeStorage, FakeUnitOfWork

PHOTO = b"a photo"


class Room:
    """The use case with everything it needs, and one photo that has arrived."""

    def __init__(self) -> None:
        self.unit_of_work = FakeUnitOfWork()
        self.storage = FakeStorage()
        self.media = FakeMedia()
        self.developer = FakeDeveloper()
        self.image = an_image(bytes=len(PHOTO), checksum_sha256=hashlib.sha256(PHOTO).hexdigest())
        self.unit_of_work.store.images.add(self.image)
        self.arrive(PHOTO)

    def arrive(self, data: bytes) -> None:
        self.storage.put(self.image, data)

    def deliver(self) -> Outcome:
        return develop_image(self.unit_of_work, self.storage, self.media, self.developer, image_id=self.image.id)

    @property
    def row(self) -> Image:
        row = self.unit_of_work.store.images.get(self.image.id)
        assert row
        return row

    @property
    def told(self) -> list[str]:
        return [change.status for change in self.unit_of_work.store.changes.all()]

    def meanwhile(self, happen: Callable[[], object]) -> None:
        """Let something happen while the photo is developed."""

        class Interrupted(FakeDeveloper):
            def develop(self, original: bytes) -> Development:
                happen()
                return super().develop(original)

        self.developer = Interrupted()

    def edit(self, **facts: Any) -> Image:
        owner = Principal(self.image.owner_id)
        return edit_image(self.unit_of_work, self.media, FakeCdn(), owner=owner, image_id=self.image.id, **facts)

    def delete(self) -> None:
        delete_image(self.unit_of_work.store, owner=Principal(self.image.owner_id), image_id=self.image.id)

    def purge(self) -> int:
        self.unit_of_work.store.now += RESTORABLE_FOR + timedelta(seconds=1)
        return purge_images(self.unit_of_work, self.storage, self.storage, self.media, FakeCdn())


@pytest.fixture
def room() -> Room:
    return Room()


def test_a_photo_becomes_ready_and_this_is_told(room: Room) -> None:
    outcome = room.deliver()

    assert outcome is Outcome.READY
    assert (room.row.status, room.row.width, room.row.height) == (Status.READY, 4, 3)
    assert room.row.content_type == "image/png"
    assert [variant.key for variant in room.row.variants] == list(room.media.files)
    assert room.told == ["processing", "ready"]


def test_the_original_is_kept_where_its_uploader_cannot_change_it(room: Room) -> None:
    room.deliver()

    assert room.storage.originals[room.image.id] == (PHOTO, "image/png")
    assert not room.storage.has_arrived(room.image.id)


def test_a_note_of_the_developer_is_shown_as_the_reason(room: Room) -> None:
    room.developer = FakeDeveloper(note="Only the first frame was kept.")

    room.deliver()

    assert (room.row.status, room.row.reason) == (Status.READY, "Only the first frame was kept.")


def test_the_same_event_three_times_is_one_state_and_one_notification(room: Room) -> None:
    """REQUIREMENTS 9."""
    room.deliver()
    once, files = room.row, dict(room.media.files)

    outcomes = [room.deliver(), room.deliver()]

    assert outcomes == [Outcome.ALREADY_DONE, Outcome.ALREADY_DONE]
    assert (room.row, room.media.files) == (once, files)
    assert room.told == ["processing", "ready"]


def test_of_two_deliveries_at_once_one_finishes_and_both_write_the_same(room: Room) -> None:
    """REQUIREMENTS 9: at once; the second delivery runs whole while the first one develops."""

    class Interrupted(FakeDeveloper):
        def develop(self, original: bytes):  # type: ignore[no-untyped-def]  # noqa: ANN202
            room.developer = FakeDeveloper()
            assert room.deliver() is Outcome.READY
            return FakeDeveloper().develop(original)

    room.developer = Interrupted()

    outcome = room.deliver()

    assert outcome is Outcome.ALREADY_DONE
    assert len(room.media.files) == 1
    assert room.told == ["processing", "ready"]


def test_a_delivery_after_a_crash_takes_up_where_the_first_one_died(room: Room) -> None:
    class Dies(FakeDeveloper):
        def develop(self, original: bytes):  # type: ignore[no-untyped-def]  # noqa: ANN202
            raise MemoryError(len(original))

    room.developer = Dies()
    with pytest.raises(MemoryError):
        room.deliver()
    assert (room.row.status, room.row.attempts) == (Status.PROCESSING, 1)
    room.developer = FakeDeveloper()

    assert room.deliver() is Outcome.READY
    assert room.row.attempts == 2
    assert room.told == ["processing", "ready"]


def test_an_undevelopable_photo_is_refused_with_its_reason(room: Room) -> None:
    """REQUIREMENTS 7: refused with a reason."""
    room.developer = FakeDeveloper(refuses_with="This file is cut short: upload it again.")

    assert room.deliver() is Outcome.REFUSED
    assert (room.row.status, room.row.reason) == (Status.REFUSED, "This file is cut short: upload it again.")
    assert room.told == ["processing", "refused"]
    assert room.media.files == {}
    assert not room.storage.has_arrived(room.image.id)


@pytest.mark.parametrize("arrived", [b"a phot", b"a photo!", b"x" * (MOST_BYTES + 1)])
def test_another_size_than_announced_is_refused(room: Room, arrived: bytes) -> None:
    """REQUIREMENTS 3: the worker checks all of it again."""
    room.arrive(arrived)

    assert room.deliver() is Outcome.REFUSED
    assert room.row.reason
    assert "announced" in room.row.reason


def test_another_checksum_than_announced_is_refused(room: Room) -> None:
    """REQUIREMENTS 3: the worker checks all of it again."""
    room.arrive(b"A PHOTO")

    assert room.deliver() is Outcome.REFUSED
    assert room.row.reason
    assert "checksum" in room.row.reason


def test_a_message_without_an_upload_ends_as_refused(room: Room) -> None:
    room.storage.clear(room.image.id)

    assert room.deliver() is Outcome.REFUSED


def test_an_object_that_nobody_announced_is_left_alone(room: Room) -> None:
    outcome = develop_image(room.unit_of_work, room.storage, room.media, room.developer, image_id=ImageId(uuid7()))

    assert outcome is Outcome.UNKNOWN
    assert room.told == []


def test_a_late_delivery_does_not_revive_what_was_given_up(room: Room) -> None:
    room.unit_of_work.store.images.save(replace(room.image, status=Status.REFUSED, reason="Given up."))

    assert room.deliver() is Outcome.ALREADY_DONE
    assert room.row.reason == "Given up."


def test_what_its_owner_writes_meanwhile_is_kept(room: Room) -> None:
    room.meanwhile(lambda: room.edit(title="Harbour", alt_text="Boats at dawn"))

    assert room.deliver() is Outcome.READY
    assert (room.row.title, room.row.alt_text, room.row.width) == ("Harbour", "Boats at dawn", 4)


@pytest.mark.parametrize(("before", "after"), [("private", "public"), ("public", "private"), ("unlisted", "public")])
def test_who_may_see_it_can_change_while_it_is_developed(room: Room, before: str, after: str) -> None:
    room.edit(visibility=Visibility(before))
    room.meanwhile(lambda: room.edit(visibility=Visibility(after)))

    outcome = room.deliver()
    (shown,) = room.row.variants
    room.unit_of_work.store.now += SETTLES_WITHIN + timedelta(seconds=1)
    tidy_images(room.unit_of_work, room.media, FakeCdn())

    assert outcome is Outcome.READY
    assert room.row.visibility == after
    assert shown.key.startswith("private/") is (after == "private")
    assert list(room.media.files) == [shown.key]


def test_an_image_deleted_while_it_is_developed_comes_back_developed(room: Room) -> None:
    room.meanwhile(room.delete)

    outcome = room.deliver()
    restored = restore_image(room.unit_of_work.store, owner=Principal(room.image.owner_id), image_id=room.image.id)

    assert (outcome, restored.status) == (Outcome.READY, Status.READY)


def test_an_image_deleted_before_it_is_developed_is_developed_all_the_same(room: Room) -> None:
    room.delete()

    assert room.deliver() is Outcome.READY


@pytest.mark.parametrize("refuses_with", [None, "No photo."])
def test_of_an_image_purged_while_it_is_developed_nothing_stays_stored(room: Room, refuses_with: str | None) -> None:
    """REQUIREMENTS 29."""

    class Interrupted(FakeDeveloper):
        def develop(self, original: bytes) -> Development:
            room.delete()
            assert room.purge() == 1
            return super().develop(original)

    room.developer = Interrupted(refuses_with=refuses_with)

    assert room.deliver() is Outcome.UNKNOWN
    assert (room.media.files, room.storage.originals, room.storage.uploads) == ({}, {}, {})


def test_what_a_killed_worker_stored_of_an_image_that_went_is_removed_by_the_next_delivery(room: Room) -> None:
    """REQUIREMENTS 29."""
    room.deliver()
    files, originals = dict(room.media.files), dict(room.storage.originals)
    room.delete()
    room.purge()
    room.media.files, room.storage.originals = files, originals
    room.arrive(PHOTO)

    assert room.deliver() is Outcome.UNKNOWN
    assert (room.media.files, room.storage.originals, room.storage.uploads) == ({}, {}, {})
