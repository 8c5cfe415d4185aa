"""The address in front of the emulator's gateway says what the real one would."""

import asyncio
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from localstack.front import CONNECT_ANSWER, SOCKETS_PATH, Front, Message, Receive, Routes, Scope, Send
from localstack.home import Ports

PORTS = Ports(aws=1, api=2, media=3, postgres=4, grpc=5, web=6, dev=7)


class Emulator:
    """Answers everything in the same way, and remembers what it was asked."""

    def __init__(self, status: int, kind: bytes, body: bytes) -> None:
        self._answer = (status, kind, body)
        self.asked: list[str] = []
        self.hosts: list[bytes | None] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del receive
        self.asked.append(scope["path"])
        self.hosts.append(dict(scope["headers"]).get(b"host"))
        status, kind, body = self._answer
        await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", kind)]})
        await send({"type": "http.response.body", "body": body})


@pytest.fixture
def routes(tmp_path: Path) -> Path:
    file = tmp_path / "routes.json"
    file.write_text(
        json.dumps(
            asdict(Routes(api_prefix="/stage", media_host="media", web_host="web", sockets_prefix="/sockets/live"))
        )
    )
    return file


def test_a_worker_that_died_is_told_as_a_problem(routes: Path) -> None:
    emulator = Emulator(502, b"application/json", b'{"message": "Worker process died"}')

    status, headers, body = _ask(emulator, routes, PORTS.api, "/v1/images")

    assert (status, headers[b"content-type"], headers[b"cache-control"]) == (
        500,
        b"application/problem+json",
        b"no-store",
    )
    assert json.loads(body)["detail"] == "Something went wrong on our side; try again."


def test_what_a_function_says_of_its_own_fault_goes_through(routes: Path) -> None:
    emulator = Emulator(503, b"application/problem+json", b'{"detail": "Try again."}')

    assert _ask(emulator, routes, PORTS.api, "/v1/images")[::2] == (503, b'{"detail": "Try again."}')


def test_a_body_that_lambda_would_not_take_is_too_large_here_too(routes: Path) -> None:
    emulator = Emulator(202, b"application/json", b"{}")

    assert _ask(emulator, routes, PORTS.api, "/v1/images", length=4_800_000)[0] == 413
    assert _ask(emulator, routes, PORTS.api, "/v1/images", length=4_500_000)[0] == 202
    assert emulator.asked == ["/stage/v1/images"]


@pytest.mark.parametrize("path", ["/private/a.webp", "//private/a.webp", "/x/../private/a.webp", "/./private/a.webp"])
def test_the_media_address_does_not_lead_to_what_is_private(routes: Path, path: str) -> None:
    emulator = Emulator(200, b"image/webp", b"RIFF")

    assert _ask(emulator, routes, PORTS.media, path)[0] == 403
    assert _ask(emulator, routes, PORTS.media, "/a/b.webp")[0] == 200


def test_the_web_address_leads_to_the_app_and_what_is_the_apis_to_the_api(routes: Path) -> None:
    emulator = Emulator(200, b"text/html", b"<!doctype html>")

    for path in ("/", "/sign-in", "/v1/images", "/.well-known/jwks.json", "/v1.html"):
        assert _ask(emulator, routes, PORTS.web, path)[0] == 200

    assert emulator.asked == ["/", "/sign-in", "/stage/v1/images", "/stage/.well-known/jwks.json", "/v1.html"]
    assert emulator.hosts == [b"web", b"web", None, None, b"web"]


@pytest.mark.parametrize("path", ["/health", "/_ministack/health", "/logout", "//_ministack/health", "/x/../health"])
def test_the_emulators_own_doors_are_pages_of_the_app_at_the_web_address(routes: Path, path: str) -> None:
    emulator = Emulator(200, b"text/html", b"<!doctype html>")

    _ask(emulator, routes, PORTS.web, path)

    assert emulator.asked == ["/index.html"]


def test_what_is_absent_from_the_web_bucket_is_not_found(routes: Path) -> None:
    emulator = Emulator(403, b"application/xml", b"<Error>AccessDenied</Error>")

    status, headers, body = _ask(emulator, routes, PORTS.web, "/assets/old.js")

    assert (status, headers[b"content-type"]) == (404, b"text/plain; charset=utf-8")
    assert body == b"There is nothing at this address.\n"
    assert b"make up" in _ask(emulator, routes, PORTS.web, "/sign-in")[2]  # an app that was not built


def test_the_app_is_read_and_never_written_at_the_web_address(routes: Path) -> None:
    emulator = Emulator(200, b"text/html", b"")

    assert _ask(emulator, routes, PORTS.web, "/index.html", method="PUT")[0] == 403
    assert emulator.asked == []


def _ask(  # noqa: PLR0913 - what a request has
    emulator: Emulator, routes: Path, port: int, path: str, *, length: int = 0, method: str = "GET"
) -> tuple[int, dict[bytes, bytes], bytes]:
    sent: list[Message] = []

    async def receive() -> Message:
        raise AssertionError

    async def send(message: Message) -> None:
        sent.append(message)

    scope: dict[str, Any] = {
        "type": "http",
        "method": method,
        "path": path,
        "server": ("127.0.0.1", port),
        "headers": [(b"content-length", str(length).encode())],
    }
    asyncio.run(Front(emulator, routes, PORTS, save=lambda: None)(scope, receive, send))
    start, *bodies = sent
    return start["status"], dict(start["headers"]), b"".join(body["body"] for body in bodies)


class Gateway:
    """Answers a socket as the emulator does: in full where `$connect` agrees, and with no reason where it does not."""

    def __init__(self, answer: dict[str, Any]) -> None:
        self._answer = answer
        self.asked: list[Scope] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del receive
        self.asked.append(scope)
        CONNECT_ANSWER.set(self._answer)
        if self._answer["statusCode"] == 200:
            await send({"type": "websocket.accept"})
            await send({"type": "websocket.close", "code": 1000})
        else:
            await send({"type": "websocket.close", "code": 1008})


def test_a_refused_socket_is_told_the_status_that_the_function_chose(routes: Path) -> None:
    for status in (401, 403, 429, 500):
        sent = _open_a_socket(Gateway({"statusCode": status}), routes, PORTS.api, SOCKETS_PATH)

        assert [message["type"] for message in sent] == [
            "websocket.http.response.start",
            "websocket.http.response.body",
        ]
        assert sent[0]["status"] == status


def test_the_subprotocol_is_the_one_that_the_function_agreed_to(routes: Path) -> None:
    agreed = Gateway({"statusCode": 200, "headers": {"Sec-WebSocket-Protocol": "graphql-transport-ws"}})
    silent = Gateway({"statusCode": 200})

    assert _open_a_socket(agreed, routes, PORTS.api, SOCKETS_PATH) == [
        {"type": "websocket.accept", "subprotocol": "graphql-transport-ws"},
        {"type": "websocket.close", "code": 1000},
    ]
    assert "subprotocol" not in _open_a_socket(silent, routes, PORTS.api, SOCKETS_PATH)[0]


def test_one_path_of_the_api_address_leads_to_the_socket_api_with_its_query(routes: Path) -> None:
    gateway = Gateway({"statusCode": 200})

    _open_a_socket(gateway, routes, PORTS.api, SOCKETS_PATH)

    (scope,) = gateway.asked
    assert (scope["path"], scope["raw_path"]) == ("/sockets/live", b"/sockets/live")
    assert scope["query_string"] == b"ticket=abc"
    assert (b"x-forwarded-for", b"10.0.0.7") in scope["headers"]


@pytest.mark.parametrize(
    ("port", "path"),
    [(PORTS.api, "/v1/elsewhere"), (PORTS.api, "/_aws/execute-api/x/live"), (PORTS.media, "/v1/sockets")],
)
def test_no_other_address_opens_a_socket(routes: Path, port: int, path: str) -> None:
    gateway = Gateway({"statusCode": 200})

    assert _open_a_socket(gateway, routes, port, path)[0]["status"] == 404
    assert gateway.asked == []


def _open_a_socket(gateway: Gateway, routes: Path, port: int, path: str) -> list[Message]:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "websocket",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"ticket=abc",
        "headers": [(b"x-forwarded-for", b"a lie")],
        "client": ("10.0.0.7", 1),
        "server": ("127.0.0.1", port),
    }
    asyncio.run(Front(gateway, routes, PORTS, save=lambda: None)(scope, receive, send))
    return sent
