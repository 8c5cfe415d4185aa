"""Use cases around an upload, with fakes."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from darkroom.errors import Conflict, Invalid, NotFound, TooLarge, UnsupportedType
from darkroom.ids import AccountId, ImageId, uuid7
from darkroom.images import uploading
from darkroom.images.model import MOST_BYTES, MULTIPART_ABOVE_BYTES, PART_BYTES, Image, Multipart, PostForm, Status
from darkroom.principal import Principal
from tests.fakes import FakeStorage, FakeUnitOfWork

ADA = Principal(AccountId(uuid7()))
BOB = Principal(AccountId(uuid7()))


@pytest.fixture
def unit_of_work() -> FakeUnitOfWork:
    return FakeUnitOfWork()


@pytest.fixture
def storage() -> FakeStorage:
    return FakeStorage()


def ask(unit_of_work: FakeUnitOfWork, storage: FakeStorage, **facts: Any) -> tuple[Image, PostForm | Multipart]:
    usual: dict[str, Any] = {"owner": ADA, "file_name": "harbour.jpg", "content_type": "image/jpeg", "size": 1000}
    with unit_of_work() as store:
        return uploading.request_upload(store, storage, **(usual | facts))


def test_asking_writes_an_awaiting_row_and_tells_of_it(unit_of_work: FakeUnitOfWork, storage: FakeStorage) -> None:
    image, place = ask(unit_of_work, storage)

    assert isinstance(place, PostForm)
    assert unit_of_work.store.images.get(image.id) == image
    assert image.status is Status.AWAITING
    assert image.expires_at - image.uploaded_at == timedelta(minutes=5)
    assert [(change.image_id, change.status) for change in unit_of_work.store.changes.all()] == [(image.id, "awaiting")]


def test_above_sixteen_megabytes_the_place_has_parts(unit_of_work: FakeUnitOfWork, storage: FakeStorage) -> None:
    image, place = ask(unit_of_work, storage, size=MULTIPART_ABOVE_BYTES + 1)

    assert isinstance(place, Multipart)
    assert sum(part.bytes for part in place.parts) == image.bytes
    assert isinstance(ask(unit_of_work, storage, size=MULTIPART_ABOVE_BYTES)[1], PostForm)


def test_more_than_25_megabytes_is_refused_before_anything_is_sent(
    unit_of_work: FakeUnitOfWork, storage: FakeStorage
) -> None:
    """REQUIREMENTS 2: more than 25 MB is refused at presign."""
    ask(unit_of_work, storage, size=MOST_BYTES)

    with pytest.raises(TooLarge):
        ask(unit_of_work, storage, size=MOST_BYTES + 1)


def test_a_studio_may_take_more_or_less(unit_of_work: FakeUnitOfWork, storage: FakeStorage) -> None:
    ask(unit_of_work, storage, size=40_000_000, most=40_000_000)

    with pytest.raises(TooLarge, match="40,000,000"):
        ask(unit_of_work, storage, size=40_000_001, most=40_000_000)


@pytest.mark.parametrize("content_type", ["image/tiff", "image/svg+xml", "application/pdf", "", "IMAGE/JPEG;x"])
def test_kinds_we_do_not_develop_are_refused(
    unit_of_work: FakeUnitOfWork, storage: FakeStorage, content_type: str
) -> None:
    with pytest.raises(UnsupportedType, match="JPEG, PNG, WebP"):
        ask(unit_of_work, storage, content_type=content_type)


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"size": 0}, "bytes"),
        ({"size": -1}, "bytes"),
        ({"file_name": ""}, "file_name"),
        ({"file_name": "folder/"}, "file_name"),
        ({"file_name": "\u200d"}, "file_name"),
        ({"file_name": "x" * 256}, "file_name"),
        ({"checksum_sha256": "abc"}, "checksum_sha256"),
        ({"checksum_sha256": "g" * 64}, "checksum_sha256"),
    ],
)
def test_what_is_wrong_is_told_beside_its_field(
    unit_of_work: FakeUnitOfWork, storage: FakeStorage, facts: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        ask(unit_of_work, storage, **facts)

    assert list(refusal.value.fields) == [field]


def test_only_the_last_part_of_a_path_is_kept_of_a_name(unit_of_work: FakeUnitOfWork, storage: FakeStorage) -> None:
    image, _ = ask(unit_of_work, storage, file_name="C:\\Users\\ada\\../har\x00bour\u202e.jpg")

    assert image.file_name == "harbour.jpg"


def test_a_name_keeps_what_joins_its_letters(unit_of_work: FakeUnitOfWork, storage: FakeStorage) -> None:
    name = "\N{MAN}\u200d\N{GIRL} \u0645\u06cc\u200c\u0631\u0648\u0645.jpg"

    image, _ = ask(unit_of_work, storage, file_name=name)

    assert image.file_name == name


def test_a_large_upload_is_resumed_and_completed(unit_of_work: FakeUnitOfWork, storage: FakeStorage) -> None:
    image, _ = ask(unit_of_work, storage, size=2 * PART_BYTES + 1)
    first = storage.send_part(image, 1, b"a" * PART_BYTES)
    with unit_of_work() as store:
        _, place = uploading.resume_upload(store, storage, owner=ADA, image_id=image.id)
    assert isinstance(place, Multipart)
    missing = [part.number for part in place.parts if part.etag is None]
    etags = [(1, first), (2, storage.send_part(image, 2, b"b" * PART_BYTES)), (3, storage.send_part(image, 3, b"c"))]

    with unit_of_work() as store:
        uploading.complete_upload(store, storage, owner=ADA, image_id=image.id, etags=etags)
        again = uploading.complete_upload(store, storage, owner=ADA, image_id=image.id, etags=etags)

    assert missing == [2, 3]
    assert storage.has_arrived(image.id)
    assert again == image


def test_completing_without_all_parts_is_a_conflict(unit_of_work: FakeUnitOfWork, storage: FakeStorage) -> None:
    image, _ = ask(unit_of_work, storage, size=2 * PART_BYTES + 1)
    etag = storage.send_part(image, 1, b"a" * PART_BYTES)

    with unit_of_work() as store, pytest.raises(Conflict, match="3 parts"):
        uploading.complete_upload(store, storage, owner=ADA, image_id=image.id, etags=[(1, etag)])


def test_an_upload_in_one_form_has_nothing_to_complete(unit_of_work: FakeUnitOfWork, storage: FakeStorage) -> None:
    image, _ = ask(unit_of_work, storage)

    with unit_of_work() as store, pytest.raises(Conflict):
        uploading.complete_upload(store, storage, owner=ADA, image_id=image.id, etags=[])


def test_giving_up_refuses_the_image_and_frees_the_place(unit_of_work: FakeUnitOfWork, storage: FakeStorage) -> None:
    image, _ = ask(unit_of_work, storage)
    storage.put(image, b"half")

    for _ in range(2):
        with unit_of_work() as store:
            uploading.abort_upload(store, storage, owner=ADA, image_id=image.id)

    given_up = unit_of_work.store.images.get(image.id)
    assert given_up
    assert given_up.status is Status.REFUSED
    assert not storage.has_arrived(image.id)
    assert [change.status for change in unit_of_work.store.changes.all()] == ["awaiting", "refused"]


def test_what_is_being_developed_cannot_be_given_up(unit_of_work: FakeUnitOfWork, storage: FakeStorage) -> None:
    image, _ = ask(unit_of_work, storage)
    unit_of_work.store.images.save(replace(image, status=Status.PROCESSING))

    with unit_of_work() as store, pytest.raises(Conflict):
        uploading.abort_upload(store, storage, owner=ADA, image_id=image.id)


def test_an_expired_place_is_not_renewed(unit_of_work: FakeUnitOfWork, storage: FakeStorage) -> None:
    image, _ = ask(unit_of_work, storage)
    unit_of_work.store.now = image.expires_at

    with unit_of_work() as store, pytest.raises(Conflict, match="ask for a new one"):
        uploading.resume_upload(store, storage, owner=ADA, image_id=image.id)


def test_nobody_elses_upload_exists(unit_of_work: FakeUnitOfWork, storage: FakeStorage) -> None:
    image, _ = ask(unit_of_work, storage)
    nobodys = ImageId(uuid7())

    for image_id in (image.id, nobodys):
        with unit_of_work() as store:
            with pytest.raises(NotFound):
                uploading.resume_upload(store, storage, owner=BOB, image_id=image_id)
            with pytest.raises(NotFound):
                uploading.complete_upload(store, storage, owner=BOB, image_id=image_id, etags=[])
            with pytest.raises(NotFound):
                uploading.abort_upload(store, storage, owner=BOB, image_id=image_id)


def test_bytes_taken_directly_have_a_row_before_they_arrive(unit_of_work: FakeUnitOfWork) -> None:
    class Broken(FakeStorage):
        def put(self, image: Image, data: bytes) -> None:
            raise ConnectionError(f"{len(data)} bytes of {image.id} did not arrive.")

    with pytest.raises(ConnectionError):
        uploading.accept_image(
            unit_of_work, Broken(), owner=ADA, file_name="harbour.jpg", content_type="image/jpeg", data=b"a photo"
        )

    kept = unit_of_work.store.images.newest_of(ADA.account_id)
    assert kept
    assert kept.status is Status.AWAITING
    assert kept.bytes == 7
