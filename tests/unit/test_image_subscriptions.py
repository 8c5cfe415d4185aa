"""Subscriptions to images as the sockets ask for them, with fakes."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from darkroom.edge.graphql.context import World
from darkroom.edge.graphql.limits import Limits
from darkroom.edge.graphql.subscribing import ImageSubscriptions, topics_of
from darkroom.edge.sockets.application import Caller, Operation, Rejected
from darkroom.ids import AccountId, EventId, uuid7
from darkroom.images.following import Happening
from darkroom.images.model import Image, ImageChange, Status, Variant, Visibility
from darkroom.paging import Cursor
from tests.builders import NOON, a_ready_image, an_image, an_image_changed
from tests.fakes import FakeUnitOfWork

ADA = AccountId(uuid7())
BOB = AccountId(uuid7())
CHANGE = "{ eventId cursor status happenedAt image { id status fileName variants { url } } }"
ONE = f"subscription ($id: ID!) {{ imageChanged(id: $id) {CHANGE} }}"
MINE = f"subscription ($after: String) {{ myImagesChanged(after: $after) {CHANGE} }}"


class _Addresses:
    def of_variant(self, image: Image, variant: Variant) -> str:
        del image
        return f"http://media.test/{variant.key}"

    def of_original(self, image: Image) -> str:
        raise NotImplementedError(image)


class _Stage:
    """Images, and the application that tells of them."""

    def __init__(self) -> None:
        self.unit_of_work = FakeUnitOfWork()
        self.faults: list[BaseException] = []
        world = World(unit_of_work=self.unit_of_work, addresses=_Addresses())
        self.application = ImageSubscriptions(world, Limits(), self.faults.append)

    def add(self, image: Image, *statuses: str) -> Image:
        with self.unit_of_work() as store:
            store.images.add(image)
            for status in statuses:
                store.events.append(an_image_changed(image, status))
        return image

    def topic(self, operation: Operation, who: AccountId = ADA) -> str:
        return self.application.topic(operation, _caller(who))

    def first(self, operation: Operation, who: AccountId = ADA) -> list[Mapping[str, Any]]:
        return list(self.application.first(operation, _caller(who)))


@pytest.fixture
def stage() -> _Stage:
    return _Stage()


def test_one_image_is_listened_to_under_its_own_topic(stage: _Stage) -> None:
    image = stage.add(an_image(owner_id=ADA), "awaiting")

    assert stage.topic(_one(image)) == f"image/{image.id}"


def test_my_images_are_listened_to_under_mine(stage: _Stage) -> None:
    assert stage.topic(_mine()) == f"images-of/{ADA}"
    assert stage.topic(_mine(), BOB) == f"images-of/{BOB}"


def test_a_change_is_told_under_both_topics(stage: _Stage) -> None:
    image = stage.add(an_image(owner_id=ADA), "awaiting")

    assert set(topics_of(_change(image))) == {stage.topic(_one(image)), stage.topic(_mine())}


@pytest.mark.parametrize(
    ("query", "variables", "code", "words"),
    [
        ("{ me { id } }", {}, "BAD_REQUEST", "POST"),
        ("subscription { nothing }", {}, "BAD_REQUEST", "Cannot query field 'nothing'"),
        ("subscription {", {}, "BAD_REQUEST", "Syntax Error"),
        (ONE, {}, "BAD_REQUEST", "$id"),
        (ONE, {"id": "no-id"}, "NOT_FOUND", "no-id"),
        (ONE, {"id": str(uuid7())}, "NOT_FOUND", "No image"),
        (MINE, {"after": "made-up"}, "INVALID", "cursor"),
        (ONE.replace("{ url }", "{ url " * 9 + "}" * 9), {"id": str(uuid7())}, "BAD_REQUEST", "the most is 8"),
        (
            "subscription { a: imageChanged(id: 1) { cursor } b: imageChanged(id: 2) { cursor } }",
            {},
            "BAD_REQUEST",
            "one",
        ),
    ],
)
def test_what_cannot_be_listened_to_is_rejected(
    stage: _Stage, query: str, variables: dict[str, Any], code: str, words: str
) -> None:
    with pytest.raises(Rejected) as rejected:
        stage.topic(Operation(query=query, variables=variables))

    assert {error["extensions"]["code"] for error in rejected.value.errors} == {code}
    assert words in str(rejected.value.errors)
    assert stage.faults == []


def test_a_strangers_image_cannot_be_listened_to(stage: _Stage) -> None:
    """REQUIREMENTS 14 and 22."""
    image = stage.add(an_image(owner_id=ADA), "awaiting")

    with pytest.raises(Rejected) as rejected:
        stage.topic(_one(image), BOB)

    assert rejected.value.errors == [{"message": f"No image {image.id}.", "extensions": {"code": "NOT_FOUND"}}]


def test_the_latest_change_of_an_image_comes_first(stage: _Stage) -> None:
    image = stage.add(a_ready_image(owner_id=ADA), "awaiting", "processing", "ready")

    (result,) = stage.first(_one(image))

    told = result["data"]["imageChanged"]
    assert (told["status"], told["image"]["status"], told["image"]["fileName"]) == ("READY", "READY", "harbour.jpg")
    assert told["happenedAt"] == NOON.isoformat()
    assert told["image"]["variants"][0]["url"].startswith("http://media.test/")
    assert "errors" not in result


def test_my_images_begin_in_silence_without_a_cursor(stage: _Stage) -> None:
    stage.add(an_image(owner_id=ADA), "awaiting")

    assert stage.first(_mine()) == []


def test_what_was_missed_after_a_cursor_is_told_in_order(stage: _Stage) -> None:
    """REQUIREMENTS 22: a client that reconnects misses nothing."""
    first = stage.add(an_image(owner_id=ADA), "awaiting", "processing")
    second = stage.add(an_image(owner_id=ADA), "awaiting")
    stage.add(an_image(owner_id=BOB), "awaiting")
    seen = Cursor(at=NOON, id=uuid7())

    results = stage.first(_mine(after=str(seen)))

    told = [result["data"]["myImagesChanged"] for result in results]
    assert [(change["image"]["id"], change["status"]) for change in told] == [
        (str(first.id), "AWAITING"),
        (str(first.id), "PROCESSING"),
        (str(second.id), "AWAITING"),
    ]
    again = stage.first(_mine(after=told[1]["cursor"]))
    assert told[1]["eventId"] not in {result["data"]["myImagesChanged"]["eventId"] for result in again}


def test_too_much_to_replay_is_rejected_with_what_to_do(stage: _Stage) -> None:
    long_ago = Cursor(at=NOON - timedelta(days=30), id=uuid7())

    with pytest.raises(Rejected) as rejected:
        stage.first(_mine(after=str(long_ago)))

    (error,) = rejected.value.errors
    assert error["extensions"] == {"code": "CONFLICT"}
    assert "read your images anew" in error["message"]
    assert stage.faults == []


def test_an_event_tells_what_happened_and_how_the_image_stands_now(stage: _Stage) -> None:
    image = a_ready_image(owner_id=ADA)
    change = _change(image, Status.PROCESSING)

    result = stage.application.resolve(Happening(change=change, image=image), _one(image), _caller(ADA))

    told = result["data"]["imageChanged"]
    assert (told["status"], told["image"]["status"]) == ("PROCESSING", "READY")
    assert (told["eventId"], told["cursor"]) == (str(change.id), str(change.cursor))


def test_owners_and_others_are_two_audiences_and_others_see_no_file_name(stage: _Stage) -> None:
    """REQUIREMENTS 15."""
    image = a_ready_image(owner_id=ADA, visibility=Visibility.PUBLIC)
    event, application = Happening(change=_change(image), image=image), stage.application
    someone = AccountId(uuid7())

    audiences = {who: application.audience(event, _one(image), _caller(who)) for who in (ADA, BOB, someone)}

    assert audiences[BOB] == audiences[someone] != audiences[ADA]
    assert _file_name(application.resolve(event, _one(image), _caller(ADA))) == "harbour.jpg"
    assert _file_name(application.resolve(event, _one(image), _caller(BOB))) is None


@pytest.mark.parametrize(
    "facts",
    [
        {"visibility": Visibility.PRIVATE},
        {"visibility": Visibility.PUBLIC, "status": Status.PROCESSING},
        {"visibility": Visibility.UNLISTED, "status": Status.REFUSED},
    ],
)
def test_who_may_not_see_an_image_any_more_is_no_audience(stage: _Stage, facts: dict[str, Any]) -> None:
    image = replace(a_ready_image(owner_id=ADA), **facts)
    event = Happening(change=_change(image), image=image)

    assert stage.application.audience(event, _one(image), _caller(BOB)) is None
    assert stage.application.audience(event, _one(image), _caller(ADA)) is not None


def test_an_image_that_is_gone_is_told_to_its_owner_alone(stage: _Stage) -> None:
    image = a_ready_image(owner_id=ADA, visibility=Visibility.PUBLIC)
    event = Happening(change=_change(image), image=None)

    told = stage.application.resolve(event, _mine(), _caller(ADA))

    assert told["data"]["myImagesChanged"]["image"] is None
    assert stage.application.audience(event, _one(image), _caller(ADA)) is not None
    assert stage.application.audience(event, _one(image), _caller(BOB)) is None


def _one(image: Image) -> Operation:
    return Operation(query=ONE, variables={"id": str(image.id)})


def _mine(after: str | None = None) -> Operation:
    return Operation(query=MINE, variables={"after": after})


def _caller(who: AccountId) -> Caller:
    return Caller(str(who), "a-session")


def _change(image: Image, status: Status = Status.READY) -> ImageChange:
    return ImageChange(id=EventId(uuid7()), image_id=image.id, owner_id=image.owner_id, status=status, happened_at=NOON)


def _file_name(result: Mapping[str, Any]) -> Any:
    return result["data"]["imageChanged"]["image"]["fileName"]
