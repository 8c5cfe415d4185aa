"""What people send who want to know what happens."""

from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import boto3
import pytest
import requests

from darkroom.adapters.signing_keys import SigningKeys
from darkroom.adapters.tokens import JwtAccessTokens
from darkroom.ids import AccountId, uuid7
from tests.api.test_auth import credentials, is_problem
from tests.api.test_images import NEW, PHOTO, Person
from tests.conftest import Load
from tests.deployed import API_URL
from tests.gateway import Gateway


@pytest.fixture
def ada(load: Load) -> Person:
    return Person(load)


def test_a_good_token_of_an_account_that_is_gone_uploads_nothing(ada: Person, load: Load) -> None:
    assert ada.ask().status == 201  # so the keys are published
    keys = SigningKeys(boto3.client("secretsmanager"), "darkroom/signing-keys", publish=lambda _: None)
    token = JwtAccessTokens(keys, issuer=API_URL, audience="darkroom").sign(AccountId(uuid7()), session_id="a-session")
    nobody = Gateway(load("upload").app, token=token)

    answers = [
        nobody.post("/v1/uploads", NEW),
        nobody.post("/v1/images", PHOTO, headers={"Content-Type": "image/jpeg"}),
        Gateway(load("auth").app, token=token).get("/v1/auth/me"),
    ]

    for answer in answers:
        assert is_problem(answer, 401)
        assert "This account no longer exists" in answer.json["detail"]


def test_an_email_address_that_nobody_can_have_is_a_wrong_one(load: Load) -> None:
    answer = Gateway(load("auth").app).post("/v1/auth/login", credentials("ada@example.com\x00"))

    assert is_problem(answer, 401)


def test_a_refusal_is_short_whatever_it_is_about(ada: Person) -> None:
    for facts in ({"content_type": "x" * 100_000}, {"y" * 100_000: 1}, {"visibility": "z" * 100_000}):
        answer = ada.ask(**facts)

        assert answer.status in {415, 422}
        assert len(answer.text) < 1_000


def test_a_second_file_through_the_same_form_changes_nothing(ada: Person) -> None:
    asked = ada.ask().json
    place, image_id = asked["upload"], asked["image"]["id"]
    requests.post(place["url"], data=place["fields"], files={"file": PHOTO}, timeout=5)
    ada.develop()
    first = ada.info.get(f"/v1/images/{image_id}").json

    requests.post(place["url"], data=place["fields"], files={"file": PHOTO[:-100] + bytes(100)}, timeout=5)
    ada.develop()

    second = ada.info.get(f"/v1/images/{image_id}").json
    original = ada.info.get(f"/v1/images/{image_id}/original").headers["location"]
    assert _without_signatures(second) == _without_signatures(first)
    assert requests.get(original, timeout=5).content == PHOTO


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("quo\"te's; x=y.jpg", "quo\"te's; x=y.jpg"),
        ("new\r\nX-Evil: line.jpg", "newX-Evil: line.jpg"),
        ("../../etc/passwd", "passwd"),
        ("\N{GRINNING FACE} 100% +.jpg", "\N{GRINNING FACE} 100% +.jpg"),
        ("%41%00.jpg", "%41%00.jpg"),
        ("x" * 255, "x" * 255),
    ],
)
def test_an_odd_name_comes_back_as_it_is_shown_and_as_nothing_else(ada: Person, sent: str, kept: str) -> None:
    image = ada.send(name=sent).json["image"]
    ada.develop()

    original = ada.info.get(f"/v1/images/{image['id']}/original").headers["location"]

    (disposition,) = parse_qs(urlsplit(original).query)["response-content-disposition"]
    assert image["file_name"] == kept
    assert disposition == f"attachment; filename*=UTF-8''{quote(kept, safe='')}"


def _without_signatures(image: dict[str, Any]) -> dict[str, Any]:
    return {**image, "variants": [{**variant, "url": urlsplit(variant["url"]).path} for variant in image["variants"]]}
