"""What people send who want to know what happens."""

import boto3
import pytest

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


def test_a_good_token_of_an_account_that_is_gone_uploads_nothing(load: Load) -> None:
    keys = SigningKeys(boto3.client("secretsmanager"), "darkroom/signing-keys", publish=lambda _: None)
    token = JwtAccessTokens(keys, issuer=API_URL, audience="darkroom").sign(AccountId(uuid7()))
    nobody = Gateway(load("upload").app, token=token)

    assert is_problem(nobody.post("/v1/uploads", NEW), 401)
    assert is_problem(nobody.post("/v1/images", PHOTO, headers={"Content-Type": "image/jpeg"}), 401)
    assert is_problem(Gateway(load("auth").app, token=token).get("/v1/auth/me"), 401)


def test_an_email_address_that_nobody_can_have_is_a_wrong_one(load: Load) -> None:
    answer = Gateway(load("auth").app).post("/v1/auth/login", credentials("ada@example.com\x00"))

    assert is_problem(answer, 401)


def test_a_refusal_is_short_whatever_it_is_about(ada: Person) -> None:
    for facts in ({"content_type": "x" * 100_000}, {"y" * 100_000: 1}, {"visibility": "z" * 100_000}):
        assert len(ada.ask(**facts).text) < 1_000
