"""Nonsense at every route: whatever is sent, no fault of ours comes of it, and no secret comes back."""

import json
import string
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from darkroom.ids import uuid7
from tests.api.test_auth import credentials
from tests.conftest import Load
from tests.gateway import Answer, Gateway

SECRETS = ("a-password-nobody-may-see", "a-token-nobody-may-see")

FIELDS = st.sampled_from(
    [
        *("email", "password", "refresh_token", "file_name", "content_type", "bytes", "checksum_sha256", "visibility"),
        *("parts", "number", "etag", "title", "alt_text", "admin", "", "\x00"),
    ]
)
TEXTS = st.one_of(
    st.text(max_size=40),
    st.sampled_from(["image/png", "a@example.com", "private", "x" * 3_000, "\x00", "\ud800", "\u0663", "-0"]),
)
NUMBERS = st.one_of(
    st.integers(), st.floats(), st.sampled_from([0, -1, 1, 16_000_001, 25_000_000, 2**31, 2**63, 2**64, 10**400])
)
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(FIELDS, inner, max_size=4)),
    max_leaves=6,
)
DOCUMENTS = st.builds(
    lambda facts, secrets: json.dumps(facts | secrets).encode(),
    st.dictionaries(FIELDS, VALUES, max_size=6),
    st.sampled_from([{}, {"password": SECRETS[0]}, {"refresh_token": SECRETS[1]}]),
)
BODIES = st.one_of(DOCUMENTS, VALUES.map(lambda value: json.dumps(value).encode()), st.binary(max_size=60), st.none())

HEADERS = st.dictionaries(
    st.sampled_from(
        [
            "content-type",
            "authorization",
            "file-name",
            "accept",
            "content-encoding",
            "host",
            "cookie",
            "session-transport",
            "x-anything",
        ]
    ),
    st.one_of(
        st.text(st.characters(max_codepoint=255), max_size=40),
        st.sampled_from(
            [
                *("application/json", "image/png", "image/", "multipart/form-data", "multipart/form-data; boundary=x"),
                *("multipart/form-data; boundary=" + "x" * 300, "multipart/form-data; boundary=é", "gzip", "Bearer "),
                *(
                    f"Bearer {SECRETS[1]}",
                    "Bearer a.b.c",
                    "Basic YTpi",
                    "cookie",
                    f"darkroom_refresh={SECRETS[1]}",
                    ";=;",
                    "%ff",
                    "%",
                    "%00",
                    "é",
                    "x" * 5_000,
                ),
            ]
        ),
    ),
    max_size=4,
)
QUERIES = st.dictionaries(
    st.sampled_from(["limit", "cursor", "width", "", "x"]),
    st.one_of(
        st.text(max_size=30),
        st.sampled_from(["1", "0", "-1", "\u0661", "1e3", "9" * 5_000, "A" * 32, "_" * 32, "//////////8=", SECRETS[1]]),
    ),
    max_size=3,
).map(lambda query: "&".join(f"{quote(name)}={value.replace('&', '')}" for name, value in query.items()))
PATH_PARTS = st.one_of(
    st.text(string.printable + "é😀\x00", min_size=1, max_size=40).filter(lambda text: not set("/?#") & set(text)),
    st.builds(lambda: str(uuid7())),
    st.sampled_from(["%00", "..", "last", "0" * 32, "{" + str(uuid7()) + "}", "urn:uuid:" + str(uuid7()), "x" * 500]),
)

bounded = settings(
    max_examples=60,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture(scope="module")
def token(load: Load) -> str:
    answer = Gateway(load("auth").app).post("/v1/auth/register", credentials())
    return str(answer.json["access_token"])


@pytest.mark.parametrize("function", ["auth", "upload", "info", "images"])
@given(data=st.data())
@bounded
def test_nonsense_is_never_our_fault(load: Load, token: str, function: str, data: st.DataObject) -> None:
    """REQUIREMENTS 16 and 20."""
    app = load(function).app
    route = data.draw(st.sampled_from(sorted(app.routes)), "route")
    method = data.draw(st.sampled_from(sorted(app.routes[route])), "method")
    path = data.draw(_paths(route), "path")
    address = f"192.0.2.{data.draw(st.integers(0, 255), 'address')}"
    gateway = Gateway(app, token=data.draw(st.sampled_from([token, token, None]), "token"), address=address)

    answer = gateway.send(
        method, f"{path}?{data.draw(QUERIES, 'query')}", data.draw(BODIES, "body"), data.draw(HEADERS, "headers")
    )

    assert _is_sound(answer, token)


@given(body=BODIES)
@example(body=b'{"email": "a@b.cd", "password": "' + b"x" * 1_000_000 + b'"}')
@example(body=b"[" * 100_000)
@example(body=b'{"email": "a@b.cd\\u0000", "password": "long enough"}')
@example(body=b'{"email": "\\ud800@b.cd", "password": "long enough"}')
@bounded
def test_nonsense_at_the_door_is_never_our_fault(load: Load, token: str, body: bytes | None) -> None:
    gateway = Gateway(load("auth").app)

    for route in ("register", "login", "refresh", "logout"):
        assert _is_sound(gateway.post(f"/v1/auth/{route}", body), token)


@given(
    facts=st.fixed_dictionaries(
        {"file_name": TEXTS, "content_type": TEXTS | st.just("image/png"), "bytes": NUMBERS | st.just(1_000)},
        optional={"checksum_sha256": TEXTS, "visibility": TEXTS | st.sampled_from(["private", "public", "unlisted"])},
    )
)
@example(facts={"file_name": "\x00", "content_type": "image/png", "bytes": 1})
@example(facts={"file_name": "x.png", "content_type": "image/png", "bytes": 2**64})
@example(facts={"file_name": "x.png", "content_type": "image/png\r\nx: y", "bytes": 10})
@example(facts={"file_name": "x.png", "content_type": "x" * 100_000, "bytes": 10})
@example(facts={"file_name": "x.png", "content_type": "image/png", "bytes": 10, "y" * 100_000: 1})
@bounded
def test_nearly_right_announcements_are_never_our_fault(load: Load, token: str, facts: dict[str, Any]) -> None:
    gateway = Gateway(load("upload").app, token=token)

    assert _is_sound(gateway.post("/v1/uploads", facts), token)


@given(name=st.text(max_size=60), content=st.binary(max_size=40), other=st.text(max_size=10))
@example(name='x"; filename="y', content=b"\r\n--x--\r\n", other="\r\n\r\n")
@bounded
def test_nearly_right_forms_are_never_our_fault(load: Load, token: str, name: str, content: bytes, other: str) -> None:
    head = (
        f'--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: image/png{other}\r\n'
    )
    body = head.encode(errors="replace") + b"\r\n" + content + b"\r\n--x--\r\n"
    gateway = Gateway(load("upload").app, token=token)

    assert _is_sound(
        gateway.post("/v1/images", body, headers={"Content-Type": "multipart/form-data; boundary=x"}), token
    )


@pytest.mark.parametrize("function", ["auth", "upload", "info", "images"])
def test_a_method_that_a_route_does_not_take_is_a_problem(load: Load, token: str, function: str) -> None:
    app = load(function).app

    for route, methods in app.routes.items():
        for method in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "NONSENSE"} - set(methods):
            answer = Gateway(app, token=token).send(method, route.replace("{image_id}", str(uuid7())))
            assert answer.status in {404, 405}
            assert _is_sound(answer, token)


def _paths(route: str) -> st.SearchStrategy[str]:
    return PATH_PARTS.map(lambda part: route.replace("{image_id}", part).replace("{proxy+}", part))


def _is_sound(answer: Answer, token: str) -> bool:
    """Tell whether an answer is ours, and if it is a refusal, whether it is told as one."""
    assert answer.status < 500
    assert len(answer.text) < 10_000
    assert not any(secret in answer.text for secret in (*SECRETS, token))
    assert not any(secret in value for value in answer.headers.values() for secret in (*SECRETS, token))
    assert not set("\r\n") & set("".join(answer.headers.values()))
    if answer.status >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["cache-control"] == "no-store"
        assert set(answer.json) - {"errors"} == {"type", "title", "status", "detail"}
        assert answer.json["status"] == answer.status
        assert "Traceback" not in answer.text
    return True
