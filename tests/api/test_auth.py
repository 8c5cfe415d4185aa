"""The door over HTTP: each request through the gateway, with real Postgres, DynamoDB and Secrets Manager by moto."""

import logging
from collections.abc import Iterator
from io import StringIO

import pytest

from darkroom.access.usecases import TRIES_PER_ACCOUNT
from darkroom.ids import uuid7
from tests.conftest import Load
from tests.gateway import Answer, Gateway

PASSWORD = "correct horse battery"


@pytest.fixture
def gateway(load: Load) -> Gateway:
    return Gateway(load("auth").app)


@pytest.fixture
def log(gateway: Gateway) -> Iterator[StringIO]:
    """What the function writes to its log."""
    del gateway  # it has to be there before its log is
    (handler,) = logging.getLogger("auth").handlers
    assert isinstance(handler, logging.StreamHandler)
    written = StringIO()
    usual = handler.setStream(written)
    yield written
    handler.setStream(usual)


def credentials(email: str | None = None) -> dict[str, str]:
    return {"email": email or f"{uuid7()}@example.com", "password": PASSWORD}


def is_problem(answer: Answer, status: int) -> bool:
    return (
        answer.status == status
        and answer.headers["content-type"] == "application/problem+json"
        and answer.headers["cache-control"] == "no-store"
        and set(answer.json) - {"errors"} == {"type", "title", "status", "detail"}
        and answer.json["status"] == status
        and "Traceback" not in answer.text
    )


def test_registering_answers_a_session(gateway: Gateway) -> None:
    new = credentials()

    answer = gateway.post("/v1/auth/register", new)

    assert answer.status == 201
    assert answer.headers["cache-control"] == "no-store"
    assert set(answer.json) == {"account", "access_token", "token_type", "expires_in", "refresh_token"}
    assert set(answer.json["account"]) == {"id", "email", "created_at"}
    assert (answer.json["account"]["email"], answer.json["token_type"]) == (new["email"], "Bearer")
    assert answer.json["expires_in"] == 900


def test_the_access_token_opens_me(gateway: Gateway, load: Load) -> None:
    session = gateway.post("/v1/auth/register", credentials()).json

    me = Gateway(load("auth").app, token=session["access_token"]).get("/v1/auth/me")

    assert (me.status, me.json) == (200, {"account": session["account"]})


def test_signing_in_refreshing_and_signing_out(gateway: Gateway) -> None:
    known = credentials()
    gateway.post("/v1/auth/register", known)
    first = gateway.post("/v1/auth/login", known)
    second = gateway.post("/v1/auth/refresh", {"refresh_token": first.json["refresh_token"]})

    out = gateway.post("/v1/auth/logout", {"refresh_token": second.json["refresh_token"]})
    again = gateway.post("/v1/auth/refresh", {"refresh_token": second.json["refresh_token"]})

    assert (first.status, second.status, out.status, out.text) == (200, 200, 204, "")
    assert is_problem(again, 401)


def test_a_refresh_token_used_twice_over_http_ends_the_session(gateway: Gateway) -> None:
    """REQUIREMENTS 25."""
    first = gateway.post("/v1/auth/register", credentials()).json
    second = gateway.post("/v1/auth/refresh", {"refresh_token": first["refresh_token"]}).json

    assert is_problem(gateway.post("/v1/auth/refresh", {"refresh_token": first["refresh_token"]}), 401)
    assert is_problem(gateway.post("/v1/auth/refresh", {"refresh_token": second["refresh_token"]}), 401)


def test_signing_out_everywhere_ends_every_session(gateway: Gateway, load: Load) -> None:
    known = credentials()
    phone = gateway.post("/v1/auth/register", known).json
    laptop = gateway.post("/v1/auth/login", known).json

    out = Gateway(load("auth").app, token=phone["access_token"]).post("/v1/auth/logout-everywhere")

    assert (out.status, out.text) == (204, "")
    for session in (phone, laptop):
        assert is_problem(gateway.post("/v1/auth/refresh", {"refresh_token": session["refresh_token"]}), 401)
    assert gateway.post("/v1/auth/login", known).status == 200
    assert is_problem(gateway.post("/v1/auth/logout-everywhere"), 401)


def test_a_taken_email_is_a_conflict(gateway: Gateway) -> None:
    known = credentials()
    gateway.post("/v1/auth/register", known)

    answer = gateway.post("/v1/auth/register", known | {"email": known["email"].upper()})

    assert is_problem(answer, 409)
    assert "sign in instead" in answer.json["detail"]


def test_field_errors_stand_beside_their_fields(gateway: Gateway) -> None:
    answer = gateway.post("/v1/auth/register", {"email": "no address", "password": PASSWORD})

    assert is_problem(answer, 422)
    assert list(answer.json["errors"]) == ["email"]


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        (b"{", 400, None),
        (b"\xff", 400, None),
        (b"", 400, None),
        (b"[]", 422, None),
        (b"{}", 422, "email"),
        (b'{"email": 7, "password": "x"}', 422, "email"),
        (b'{"email": "a@b.cd", "password": "long enough", "admin": true}', 422, "admin"),
    ],
)
def test_what_cannot_be_read_or_is_unknown_is_refused(
    gateway: Gateway, body: bytes, status: int, field: str | None
) -> None:
    """REQUIREMENTS 16: errors are problem+json; unknown input fields are refused."""
    answer = gateway.post("/v1/auth/register", body)

    assert is_problem(answer, status)
    assert list(answer.json.get("errors", {})) == ([field] if field else [])


def test_a_wrong_password_and_an_unknown_email_read_the_same(gateway: Gateway) -> None:
    """REQUIREMENTS 23."""
    known = credentials()
    gateway.post("/v1/auth/register", known)

    wrong = gateway.post("/v1/auth/login", known | {"password": "wrong password"})
    unknown = gateway.post("/v1/auth/login", credentials())

    assert is_problem(wrong, 401)
    assert wrong.text == unknown.text


def test_too_many_guesses_are_told_when_to_come_back(gateway: Gateway) -> None:
    """REQUIREMENTS 18."""
    guess = credentials()
    for _ in range(TRIES_PER_ACCOUNT):
        assert is_problem(gateway.post("/v1/auth/login", guess), 401)

    answer = gateway.post("/v1/auth/login", guess)

    assert is_problem(answer, 429)
    assert 0 < int(answer.headers["retry-after"]) <= 900


def test_nobody_is_asked_to_sign_in(gateway: Gateway) -> None:
    answer = gateway.get("/v1/auth/me")

    assert is_problem(answer, 401)
    assert answer.headers["www-authenticate"] == "Bearer"


def test_keys_are_published_for_anybody_to_keep_a_while(gateway: Gateway) -> None:
    answer = gateway.get("/.well-known/jwks.json")

    assert answer.status == 200
    assert answer.headers["cache-control"] == "public, max-age=300"
    assert answer.json["keys"][0]["alg"] == "ES256"


def test_an_unexpected_fault_says_nothing_of_its_cause(
    gateway: Gateway, load: Load, monkeypatch: pytest.MonkeyPatch, log: StringIO
) -> None:
    """REQUIREMENTS 16: never a stack trace; it stands in the log instead."""

    def break_down(_key: str, **_limits: object) -> None:
        raise ZeroDivisionError("the secret cause")

    monkeypatch.setattr(load("auth").door.throttle, "count", break_down)

    answer = gateway.post("/v1/auth/login", credentials())

    assert is_problem(answer, 500)
    assert "secret cause" not in answer.text
    assert "secret cause" in log.getvalue()


def test_no_password_token_or_email_is_logged(gateway: Gateway, log: StringIO) -> None:
    known = credentials()

    session = gateway.post("/v1/auth/register", known).json
    gateway.post("/v1/auth/login", known)

    logged = log.getvalue()
    assert '"route":"/v1/auth/login"' in logged
    for secret in (known["email"], PASSWORD, session["access_token"], session["refresh_token"]):
        assert secret not in logged
