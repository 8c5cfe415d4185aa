"""An image in its owner's hands over HTTP: through the gateway, with real Postgres, and S3 and CloudFront by moto."""

from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import psycopg
import pytest
import requests

from darkroom.adapters.postgres.unit_of_work import PostgresUnitOfWork
from darkroom.ids import uuid7
from darkroom.images.model import RESTORABLE_FOR
from tests.api.test_auth import is_problem
from tests.api.test_images import PHOTO, Person
from tests.conftest import Load
from tests.deployed import Deployed
from tests.gateway import Answer


@pytest.fixture
def ada(load: Load) -> Person:
    return Person(load)


def developed(person: Person, **facts: Any) -> Any:
    """A ready image, as its owner sees it."""
    asked = person.ask(**facts).json
    requests.post(asked["upload"]["url"], data=asked["upload"]["fields"], files={"file": PHOTO}, timeout=5)
    person.develop()
    return person.info.get(f"/v1/images/{asked['image']['id']}").json


def edit(person: Person, image: Any, **facts: Any) -> Answer:
    return person.images.patch(f"/v1/images/{image['id']}", facts)


def stored_keys(deployed: Deployed, image_id: str) -> set[str]:
    """Every object there is of an image, by bucket and key."""
    return {
        f"{bucket}/{stored['Key']}"
        for bucket in (deployed.names["OriginalsBucket"], deployed.names["MediaBucket"])
        for stored in boto3.client("s3").list_objects_v2(Bucket=bucket).get("Contents", [])
        if image_id in stored["Key"]
    }


def sweep(load: Load) -> dict[str, int]:
    done: dict[str, int] = load("sweep").handler({}, None)
    return done


def long_ago(database_url: str, image_id: str) -> None:
    """Move an image's deletion and its tidying out of the time they wait."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            """
            UPDATE images
            SET deleted_at = deleted_at - %(time)s, tidy_after = tidy_after - %(time)s
            WHERE id = %(id)s
            """,
            {"time": RESTORABLE_FOR + timedelta(seconds=1), "id": image_id},
        )


def test_words_are_changed_and_shown(ada: Person) -> None:
    image = ada.ask().json["image"]

    edited = edit(ada, image, title=" Harbour ", alt_text="Boats at dawn")
    cleared = edit(ada, image, title="")
    nothing = edit(ada, image)

    assert edited.status == 200
    assert edited.json == image | {"title": "Harbour", "alt_text": "Boats at dawn"}
    assert cleared.json == nothing.json == edited.json | {"title": None}
    assert ada.info.get(f"/v1/images/{image['id']}").json == nothing.json


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"title": "x" * 201}, "title"),
        ({"alt_text": "x" * 1001}, "alt_text"),
        ({"title": 7}, "title"),
        ({"visibility": "secret"}, "visibility"),
        ({"visibility": None}, "visibility"),
        ({"file_name": "other.jpg"}, "file_name"),
    ],
)
def test_what_cannot_be_changed_so_is_told_beside_its_field(ada: Person, facts: dict[str, Any], field: str) -> None:
    answer = edit(ada, ada.ask().json["image"], **facts)

    assert is_problem(answer, 422)
    assert list(answer.json["errors"]) == [field]


def test_who_may_see_an_image_can_be_changed_there_and_back(ada: Person, load: Load, deployed: Deployed) -> None:
    """docs/decisions/0001: what is private lies where the CDN does not reach."""
    image = developed(ada)
    anonymous = Person(load, signed_in=False)

    public = edit(ada, image, visibility="public").json
    keys_while_public = stored_keys(deployed, image["id"])
    led = anonymous.info.get(f"/v1/images/{image['id']}/optimized").headers["location"]
    private = edit(ada, image, visibility="private").json
    keys_after = stored_keys(deployed, image["id"])

    assert all(variant["url"].startswith(f"http://media.test/{image['id']}/") for variant in public["variants"])
    assert led in {variant["url"] for variant in public["variants"]}
    assert not [key for key in keys_while_public if "/private/" in key]
    assert [
        key for key in keys_after if not key.startswith(("mediabucket/private/", "originalsbucket/originals/"))
    ] == []
    assert is_problem(anonymous.info.get(f"/v1/images/{image['id']}/optimized"), 404)
    for variant in private["variants"]:
        assert requests.get(variant["url"], timeout=5).content[8:12] == b"WEBP"
    assert len(keys_after) == len(image["variants"]) + 1


def test_the_cdn_drops_what_became_private(ada: Person, deployed: Deployed) -> None:
    image = developed(ada, visibility="public")

    edit(ada, image, visibility="unlisted")
    before = _invalidated(deployed)
    edit(ada, image, visibility="private")

    assert _invalidated(deployed) - before == {f"/{image['id']}/*"}


def test_what_a_move_left_lying_is_swept_and_only_that(
    ada: Person, load: Load, deployed: Deployed, database_url: str
) -> None:
    image = developed(ada, visibility="public")
    edit(ada, image, visibility="private")
    left = f"{image['id']}/left-behind-320.webp"
    boto3.client("s3").put_object(Bucket=deployed.names["MediaBucket"], Key=left, Body=b"RIFF")
    long_ago(database_url, image["id"])

    assert sweep(load)["tidied"] == 1
    assert sweep(load)["tidied"] == 0
    assert len(stored_keys(deployed, image["id"])) == len(image["variants"]) + 1
    assert not [key for key in stored_keys(deployed, image["id"]) if key.endswith(left)]


def test_a_deleted_image_is_absent_everywhere_and_comes_back(ada: Person) -> None:
    other, image = ada.ask().json["image"], developed(ada, visibility="public")
    address = f"/v1/images/{image['id']}"

    deleted = [ada.images.delete(address), ada.images.delete(address)]

    assert [(answer.status, answer.text) for answer in deleted] == [(204, ""), (204, "")]
    for path in ("", "/optimized", "/original"):
        assert is_problem(ada.info.get(f"{address}{path}"), 404)
    assert is_problem(edit(ada, image, title="Harbour"), 404)
    assert is_problem(ada.upload.get(f"/v1/uploads/{image['id']}"), 404)
    assert is_problem(ada.upload.delete(f"/v1/uploads/{image['id']}"), 404)
    assert is_problem(ada.upload.post(f"/v1/uploads/{image['id']}/complete", {"parts": []}), 404)
    assert [shown["id"] for shown in ada.info.get("/v1/images").json["images"]] == [other["id"]]
    assert ada.info.get("/v1/images/last").json["id"] == other["id"]

    restored = ada.images.post(f"{address}/restore")

    assert (restored.status, restored.json) == (200, image)
    assert ada.images.post(f"{address}/restore").json == ada.info.get(address).json == image


def test_of_a_deleted_image_nothing_is_left_after_ten_minutes(
    ada: Person, load: Load, deployed: Deployed, database: PostgresUnitOfWork, database_url: str
) -> None:
    """REQUIREMENTS 29."""
    del database
    ada = Person(load)
    image, other = developed(ada, visibility="public"), developed(ada)
    address = f"/v1/images/{image['id']}"
    ada.images.delete(address)

    assert sweep(load)["purged"] == 0
    long_ago(database_url, image["id"])
    assert is_problem(ada.images.post(f"{address}/restore"), 404)
    assert is_problem(ada.images.delete(address), 404)
    assert sweep(load)["purged"] == 1

    assert stored_keys(deployed, image["id"]) == set()
    assert stored_keys(deployed, other["id"])
    assert f"/{image['id']}/*" in _invalidated(deployed)
    with psycopg.connect(database_url) as connection:
        assert connection.execute("SELECT id::text FROM images ORDER BY id").fetchall() == [(other["id"],)]


def test_what_arrives_after_its_image_is_gone_is_removed(
    ada: Person, load: Load, deployed: Deployed, database_url: str
) -> None:
    """REQUIREMENTS 29."""
    image = ada.send().json["image"]
    ada.images.delete(f"/v1/images/{image['id']}")
    long_ago(database_url, image["id"])
    sweep(load)
    key = f"uploads/{image['id']}"
    boto3.client("s3").put_object(Bucket=deployed.names["OriginalsBucket"], Key=key, Body=PHOTO)

    ada.develop()

    assert stored_keys(deployed, image["id"]) == set()


def test_a_strangers_image_can_be_neither_changed_nor_deleted_nor_restored(ada: Person, load: Load) -> None:
    image, bob, anonymous = developed(ada, visibility="public"), Person(load), Person(load, signed_in=False)
    address = f"/v1/images/{image['id']}"

    for person, status in ((bob, 404), (anonymous, 401)):
        assert is_problem(edit(person, image, title="Mine"), status)
        assert is_problem(person.images.delete(address), status)
        assert is_problem(person.images.post(f"{address}/restore"), status)
    assert is_problem(ada.images.delete(f"/v1/images/{uuid7()}"), 404)
    assert ada.info.get(address).json == image
    assert datetime.fromisoformat(image["developed_at"]) < datetime.now(UTC)


def _invalidated(deployed: Deployed) -> set[str]:
    client, distribution = boto3.client("cloudfront"), deployed.names["MediaDistribution"]
    listed = client.list_invalidations(DistributionId=distribution)["InvalidationList"].get("Items", [])
    return {
        path
        for told in listed
        for path in client.get_invalidation(DistributionId=distribution, Id=told["Id"])["Invalidation"][
            "InvalidationBatch"
        ]["Paths"]["Items"]
    }
