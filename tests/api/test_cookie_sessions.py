"""Sessions of the web app over HTTP: the refresh token travels in a cookie, asked for by a header."""

from http.cookies import Morsel, SimpleCookie
from io import StringIO

import pytest

from darkroom.adapters.dynamo.refresh_tokens import LIFETIME
from darkroom.ids import uuid7
from tests.api.test_auth import PASSWORD, credentials, gateway, is_problem, log
from tests.conftest import Load, load_function
from tests.deployed import Deployed
from tests.gateway import Answer, Gateway

__all__ = ["gateway", "log"]  # fixtures

WEB = {"Session-Transport": "cookie"}


def cookie_of(answer: Answer) -> "Morsel[str]":
    return SimpleCookie(answer.headers["set-cookie"])["darkroom_refresh"]


def holding(answer: Answer) -> dict[str, str]:
    """The headers of a browser that was given this answer's cookie."""
    return WEB | {"Cookie": f"theme=dark; darkroom_refresh={cookie_of(answer).value}; other=1"}


def register(gateway: Gateway) -> Answer:
    return gateway.post("/v1/auth/register", credentials(), headers=WEB)


def refresh(gateway: Gateway, headers: dict[str, str]) -> Answer:
    return gateway.post("/v1/auth/refresh", {}, headers=headers)


def test_with_the_header_the_refresh_token_is_in_a_cookie_and_not_in_the_body(gateway: Gateway) -> None:
    known = credentials()

    for path, status in (("register", 201), ("login", 200)):
        answer = gateway.post(f"/v1/auth/{path}", known, headers=WEB)

        assert answer.status == status
        assert set(answer.json) == {"account", "access_token", "token_type", "expires_in"}
        assert cookie_of(answer).value
        assert cookie_of(answer).value not in answer.text


def test_without_the_header_there_is_no_cookie(gateway: Gateway) -> None:
    answer = gateway.post("/v1/auth/register", credentials())

    assert "refresh_token" in answer.json
    assert "set-cookie" not in answer.headers


def test_no_script_no_other_site_and_no_other_path_sees_the_cookie(gateway: Gateway) -> None:
    cookie = cookie_of(register(gateway))

    assert cookie["httponly"]
    assert (cookie["samesite"], cookie["path"], cookie["domain"]) == ("Strict", "/v1/auth", "")
    assert int(cookie["max-age"]) == LIFETIME.total_seconds()


@pytest.mark.parametrize(
    ("web_url", "secure"),
    [("", True), ("https://darkroom.example", True), ("http://localhost:4584", False)],
)
def test_the_cookie_is_secure_unless_the_web_app_is_plain_http(
    deployed: Deployed, web_url: str, *, secure: bool
) -> None:
    function = load_function("auth", deployed.variables("auth") | {"PUBLIC_WEB_URL": web_url})

    cookie = cookie_of(register(Gateway(function.app)))

    assert bool(cookie["secure"]) is secure
    function.unit_of_work.close()


def test_the_cookie_alone_is_not_looked_at(gateway: Gateway) -> None:
    """A page of another site can make a browser send the cookie, and never the header."""
    first = register(gateway)
    cookie = {"Cookie": holding(first)["Cookie"]}

    forged = [gateway.post(f"/v1/auth/{path}", {}, headers=cookie) for path in ("refresh", "logout")]

    assert all(is_problem(answer, 422) for answer in forged)
    assert refresh(gateway, holding(first)).status == 200


def test_a_preflight_never_allows_the_header(load: Load) -> None:
    allowed = Gateway(load("info").app).send("OPTIONS", "/v1/auth/refresh").headers["access-control-allow-headers"]

    assert "session-transport" not in allowed.lower()
    assert "*" not in allowed


def test_each_refresh_brings_a_new_cookie(gateway: Gateway) -> None:
    first = register(gateway)

    second = refresh(gateway, holding(first))
    third = refresh(gateway, holding(second))

    assert (second.status, third.status) == (200, 200)
    assert len({cookie_of(answer).value for answer in (first, second, third)}) == 3
    assert "refresh_token" not in third.json
    assert third.json["account"] == first.json["account"]


def test_a_spent_cookie_ends_the_session_and_is_cleared(gateway: Gateway) -> None:
    """REQUIREMENTS 25."""
    first = register(gateway)
    second = refresh(gateway, holding(first))

    stolen = refresh(gateway, holding(first))
    after = refresh(gateway, holding(second))

    for answer in (stolen, after):
        assert is_problem(answer, 401)
        assert (cookie_of(answer).value, cookie_of(answer)["max-age"]) == ("", "0")
        assert cookie_of(answer)["path"] == "/v1/auth"


def test_without_a_cookie_nobody_is_signed_in(gateway: Gateway) -> None:
    answer = refresh(gateway, WEB)

    assert is_problem(answer, 401)
    assert "sign in" in answer.json["detail"]


def test_signing_out_ends_the_session_and_clears_the_cookie(gateway: Gateway) -> None:
    session = register(gateway)

    out = gateway.post("/v1/auth/logout", {}, headers=holding(session))
    again = gateway.post("/v1/auth/logout", {}, headers=WEB)

    assert (out.status, again.status, out.text) == (204, 204, "")
    assert (cookie_of(out).value, cookie_of(out)["max-age"]) == ("", "0")
    assert is_problem(refresh(gateway, holding(session)), 401)


def test_signing_out_everywhere_clears_this_browsers_cookie_too(gateway: Gateway, load: Load) -> None:
    session = register(gateway)
    member = Gateway(load("auth").app, token=session.json["access_token"])

    out = member.post("/v1/auth/logout-everywhere", headers=holding(session))

    assert (out.status, cookie_of(out).value) == (204, "")
    assert is_problem(refresh(gateway, holding(session)), 401)


def test_a_cookie_outlives_an_outage(gateway: Gateway, load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    session = register(gateway)

    def break_down(_token: str) -> None:
        raise ConnectionError

    with monkeypatch.context() as patch:
        patch.setattr(load("auth").door.refresh_tokens, "rotate", break_down)
        failed = refresh(gateway, holding(session))

    assert is_problem(failed, 500)
    assert "set-cookie" not in failed.headers
    assert refresh(gateway, holding(session)).status == 200


def test_one_answers_cookie_is_not_sent_with_the_next(gateway: Gateway) -> None:
    register(gateway)

    assert "set-cookie" not in gateway.get("/.well-known/jwks.json").headers


@pytest.mark.parametrize(
    ("header", "body", "status"), [("cookie", {"refresh_token": "x"}, 422), ("Cookie", {}, 400), ("json", {}, 400)]
)
def test_a_session_travels_one_way_or_the_other(
    gateway: Gateway, header: str, body: dict[str, str], status: int
) -> None:
    answer = gateway.post("/v1/auth/refresh", body, headers={"Session-Transport": header})

    assert is_problem(answer, status)


@pytest.mark.parametrize(
    "cookies", ["", ";", "=", "darkroom_refresh", "darkroom_refresh=", f"x={uuid7()}; \xff=\x7f;;="]
)
def test_cookies_that_make_no_sense_are_nobodys(gateway: Gateway, cookies: str) -> None:
    assert is_problem(refresh(gateway, WEB | {"Cookie": cookies}), 401)


def test_no_cookie_is_logged(gateway: Gateway, log: StringIO) -> None:
    first = register(gateway)
    second = refresh(gateway, holding(first))
    refresh(gateway, holding(first))
    gateway.post("/v1/auth/logout", {}, headers=holding(second))

    logged = log.getvalue()
    assert '"route":"/v1/auth/logout"' in logged
    for secret in (PASSWORD, cookie_of(first).value, cookie_of(second).value, second.json["access_token"]):
        assert secret not in logged
