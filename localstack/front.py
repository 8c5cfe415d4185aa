"""The addresses in front of the emulator: `api` leads to the gateway's stage, `media` and `web` to distributions.

Names below `localhost` do not resolve everywhere, so each gets a port of its own, and the request is readdressed here.
The emulator's CloudFront does not reach the gateway, so the web address leads there by itself, as the template says.
"""

import asyncio
import contextlib
import json
import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from posixpath import normpath
from typing import Any
from urllib.parse import quote

from localstack.home import Ports

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

SAVE_EVERY_SECONDS = 2.0
_CHECKPOINT_PATH = "/_darkroom/checkpoint"
_EMULATORS_OWN = ("/_", "/health", "/oauth2/", "/logout", "/iceberg", "/v2/", "/v20180820/")
_CLOSED_ON_MEDIA = (*_EMULATORS_OWN, "/private/")  # the latter by the bucket's policy, which the emulator passes over
_API_ON_WEB = ("/v1/", "/.well-known/")  # the behaviours of WebDistribution
_MOST_BYTES = 4_700_000  # what fits into Lambda's 6 MB in base64, beside the rest of the event
_TOO_LARGE = "The gateway takes 10 MB; ask POST /v1/uploads for a place to upload more."
_FAULT = "Something went wrong on our side; try again."
_FIRST_FAULT = 500
_PROBLEM = b"application/problem+json"
_FORBIDDEN = 403
_NOT_FOUND = 404
_NOTHING_HERE = b"There is nothing at this address.\n"
_NOT_BUILT = b"The web app is not here: 'make up' builds it, and says what is missing where it cannot.\n"
_REFUSALS = range(300, 600)

SOCKETS_PATH = "/v1/sockets"
CONNECT_ANSWER: ContextVar[Mapping[str, Any] | None] = ContextVar("connect_answer", default=None)
"""What the function answered to `$connect`, which the emulator keeps to itself (`repairs.py` puts it here)."""


@dataclass(frozen=True, slots=True)
class Routes:
    """Where the ports lead: path prefixes of the gateway, and the hosts of the distributions."""

    api_prefix: str
    media_host: str
    web_host: str
    sockets_prefix: str = ""


class Front:
    """An ASGI application around ministack's."""

    def __init__(self, app: App, routes: Path, ports: Ports, *, save: Callable[[], None]) -> None:
        self._app = app
        self._file = routes
        self._ports = ports
        self._save = save
        self._routes: Routes | None = None
        self._read_at: tuple[int, int] | None = None
        self._used_at = time.monotonic()
        self._saved_at = 0.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Readdress a request by the port it came in at."""
        if scope["type"] == "websocket":
            await self._socket(scope, receive, send)
        elif scope["type"] != "http":
            await self._app(scope, receive, send)
        elif scope["server"][1] == self._ports.api:
            await self._api(scope, receive, send)
        elif scope["server"][1] == self._ports.media:
            await self._media(scope, receive, send)
        elif scope["server"][1] == self._ports.web:
            await self._web(scope, receive, send)
        elif scope["path"] == _CHECKPOINT_PATH:
            self.save()
            await _answer(send, 204, b"")
        else:
            self._used_at = time.monotonic()
            await self._app(scope, receive, send)

    def save(self) -> None:
        """Write a checkpoint."""
        self._saved_at = time.monotonic()
        self._save()

    async def save_now_and_then(self) -> None:
        """Write a checkpoint every two seconds while the cloud is in use, and once when it falls quiet."""
        while True:
            await asyncio.sleep(SAVE_EVERY_SECONDS)
            if self._used_at > self._saved_at - SAVE_EVERY_SECONDS:
                self.save()

    async def _api(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._used_at = time.monotonic()
        if (routes := self._where()) is None:
            await _not_yet(send)
            return
        if _length(scope) > _MOST_BYTES:
            await _problem(send, 413, "Content Too Large", _TOO_LARGE)
            return
        headers = _with(scope, {b"x-forwarded-for": _client(scope)})
        raw = scope.get("raw_path") or scope["path"].encode()
        prefix = routes.api_prefix
        await self._app(
            {**scope, "path": prefix + scope["path"], "raw_path": prefix.encode() + raw, "headers": headers},
            receive,
            _faults_told(send),
        )

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._used_at = time.monotonic()
        port, routes = scope["server"][1], self._where()
        if port == self._ports.api and scope["path"] == SOCKETS_PATH and routes and routes.sockets_prefix:
            path = routes.sockets_prefix
            headers = _with(scope, {b"x-forwarded-for": _client(scope)})
            scope = {**scope, "path": path, "raw_path": path.encode(), "headers": headers}
        elif port != self._ports.aws:
            await _refuse_socket(send, _NOT_FOUND)
            return
        await self._app(scope, receive, _as_the_function_answered(send))

    async def _media(self, scope: Scope, receive: Receive, send: Send) -> None:
        if (routes := self._where()) is None:
            await _not_yet(send)
            return
        path = normpath("/" + scope["path"].lstrip("/"))
        if path.startswith(_CLOSED_ON_MEDIA) or scope["method"] not in {"GET", "HEAD"}:
            await _answer(send, 403, b"")
            return
        await self._app(_at_the_cdn(scope, routes.media_host), receive, send)

    async def _web(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"].startswith(_API_ON_WEB):
            await self._api(scope, receive, send)
        elif (routes := self._where()) is None:
            await _not_yet(send)
        elif scope["method"] not in {"GET", "HEAD"}:
            await _answer(send, _FORBIDDEN, b"")
        else:
            path = normpath("/" + scope["path"].lstrip("/"))
            if path.startswith(_EMULATORS_OWN):  # which looks at these before it looks at the host
                path = "/index.html" if _is_page(path) else "/absent.html"
            scope = {**scope, "path": path, "raw_path": quote(path).encode()}
            absent = _NOT_BUILT if _is_page(path) else _NOTHING_HERE
            send = _absence_told(send, absent if scope["method"] == "GET" else b"")
            await self._app(_at_the_cdn(scope, routes.web_host), receive, send)

    def _where(self) -> Routes | None:
        """Read the routes that the last deploy left."""
        with contextlib.suppress(FileNotFoundError, ValueError, TypeError):
            now = self._file.stat()
            if self._read_at != (now.st_ino, now.st_mtime_ns):
                self._routes = Routes(**json.loads(self._file.read_text(encoding="utf-8")))
                self._read_at = (now.st_ino, now.st_mtime_ns)
        return self._routes


def _at_the_cdn(scope: Scope, host: str) -> Scope:
    """Readdress a request to a distribution. The viewer's https ends there; here there is none to redirect to."""
    return {**scope, "headers": _with(scope, {b"host": host.encode(), b"x-forwarded-proto": b"https"})}


def _is_page(path: str) -> bool:
    """Tell a page of the app from a file, as the template's WebDeepLinks does."""
    return "." not in path.rpartition("/")[2]


def _with(scope: Scope, changes: dict[bytes, bytes]) -> Headers:
    kept = [(name, value) for name, value in scope["headers"] if name.lower() not in changes]
    return [*kept, *changes.items()]


def _client(scope: Scope) -> bytes:
    client = scope.get("client")
    return str(client[0]).encode() if client else b"127.0.0.1"


def _length(scope: Scope) -> int:
    told = next((value for name, value in scope["headers"] if name.lower() == b"content-length"), b"")
    return int(told) if told.isdigit() else 0


def _faults_told(send: Send) -> Send:
    """Say in the words of the template's DEFAULT_5XX what the emulator says of a worker that died."""
    told = False

    async def send_or_tell(message: Message) -> None:
        nonlocal told
        if message["type"] == "http.response.start" and message["status"] >= _FIRST_FAULT:
            kinds = [value for name, value in message.get("headers", []) if name.lower() == b"content-type"]
            told = kinds != [_PROBLEM]
            if told:
                await _problem(send, _FIRST_FAULT, "Internal Server Error", _FAULT)
        if not told:
            await send(message)

    return send_or_tell


def _absence_told(send: Send, body: bytes) -> Send:
    """Answer 404 where the emulator's bucket says 403 of what is absent, though it may be listed, in plain words."""
    absent = False

    async def send_or_tell(message: Message) -> None:
        nonlocal absent
        if message["type"] == "http.response.start" and message["status"] in {_FORBIDDEN, _NOT_FOUND}:
            absent = True
            dropped = {b"content-type", b"content-length", b"content-encoding"}
            kept = [pair for pair in message.get("headers", []) if pair[0].lower() not in dropped]
            kind = (b"content-type", b"text/plain; charset=utf-8")
            headers = [*kept, kind, (b"content-length", str(len(body)).encode()), (b"cache-control", b"no-store")]
            await send({**message, "status": _NOT_FOUND, "headers": headers})
            await send({"type": "http.response.body", "body": body})
        if not absent:
            await send(message)

    return send_or_tell


async def _not_yet(send: Send) -> None:
    await _problem(send, 503, "Service Unavailable", "Not deployed yet.", (b"retry-after", b"1"))


async def _problem(send: Send, status: int, title: str, detail: str, *headers: tuple[bytes, bytes]) -> None:
    """Answer as the template's gateway responses do."""
    problem = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    open_to_all = [(b"cache-control", b"no-store"), (b"access-control-allow-origin", b"*")]
    await _answer(send, status, json.dumps(problem).encode(), *open_to_all, *headers)


async def _answer(send: Send, status: int, body: bytes, *headers: tuple[bytes, bytes]) -> None:
    kind = (b"content-type", _PROBLEM)
    await send({"type": "http.response.start", "status": status, "headers": [kind, *headers]})
    await send({"type": "http.response.body", "body": body})


def _as_the_function_answered(send: Send) -> Send:
    """Pass on what `$connect` answered, as the gateway does: the status of a refusal, the subprotocol of a welcome."""
    is_open = False

    async def send_answer(message: Message) -> None:
        nonlocal is_open
        answer = CONNECT_ANSWER.get() or {}
        status = int(answer.get("statusCode") or _FIRST_FAULT)
        if message["type"] == "websocket.close" and not is_open and answer and status in _REFUSALS:
            await _refuse_socket(send, status)
            return
        if message["type"] == "websocket.accept":
            is_open = True
            headers = {name.lower(): value for name, value in (answer.get("headers") or {}).items()}
            if "sec-websocket-protocol" in headers:
                message = {**message, "subprotocol": headers["sec-websocket-protocol"]}
        await send(message)

    return send_answer


async def _refuse_socket(send: Send, status: int) -> None:
    headers = [(b"content-length", b"0"), (b"connection", b"close")]
    await send({"type": "websocket.http.response.start", "status": status, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": b""})
