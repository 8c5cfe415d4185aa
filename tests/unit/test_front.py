"""The address in front of the emulator's gateway says what the real one would."""

import asyncio
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from localstack.front import Front, Message, Receive, Routes, Scope, Send
from localstack.home import Ports

PORTS = Ports(aws=1, api=2, media=3, postgres=4)


class Emulator:
    """Answers everything in the same way, and remembers what it was asked."""

    def __init__(self, status: int, kind: bytes, body: bytes) -> None:
        self._answer = (status, kind, body)
        self.asked: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del receive
        self.asked.append(scope["path"])
        status, kind, body = self._answer
        await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", kind)]})
        await send({"type": "http.response.body", "body": body})


@pytest.fixture
def routes(tmp_path: Path) -> Path:
    file = tmp_path / "routes.json"
    file.write_text(json.dumps(asdict(Routes(api_prefix="/stage", media_host="media"))))
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


def _ask(
    emulator: Emulator, routes: Path, port: int, path: str, *, length: int = 0
) -> tuple[int, dict[bytes, bytes], bytes]:
    sent: list[Message] = []

    async def receive() -> Message:
        raise AssertionError

    async def send(message: Message) -> None:
        sent.append(message)

    scope: dict[str, Any] = {
        "type": "http",
        "method": "GET",
        "path": path,
        "server": ("127.0.0.1", port),
        "headers": [(b"content-length", str(length).encode())],
    }
    asyncio.run(Front(emulator, routes, PORTS, save=lambda: None)(scope, receive, send))
    start, *bodies = sent
    return start["status"], dict(start["headers"]), b"".join(body["body"] for body in bodies)
