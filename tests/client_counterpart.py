"""A small Darkroom to run the client against: the API as documented, over real HTTP, with faults on request.

It keeps the platform's promises and insists on the client's: tokens work once, checksums match, the file is the last
field of its form, parts have the announced lengths.
"""

import hashlib
import json
import re
import socket
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import uuid4

from websockets.sync.server import ServerConnection, serve
from websockets.typing import Subprotocol

MULTIPART_ABOVE = 16_000_000
PART_BYTES = 8 * 1024 * 1024
NOW = "2026-11-21T12:00:00Z"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What goes wrong with a request: the answer `status`, or the connection breaks after `after_bytes` of its body."""

    status: int = 0
    retry_after: int | None = None
    after_bytes: int | None = None


class Refused(Exception):  # noqa: N818 - an answer
    def __init__(self, status: int, detail: str, errors: Mapping[str, list[str]] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.errors = errors


@dataclass
class Studio:
    """What the small Darkroom remembers. `log` has every request as `METHOD /path`."""

    address: str = ""
    accounts: dict[str, dict[str, Any]] = field(default_factory=dict)
    access: dict[str, str] = field(default_factory=dict)
    refresh: dict[str, str] = field(default_factory=dict)
    spent: set[str] = field(default_factory=set)
    tickets: set[str] = field(default_factory=set)
    revoked: bool = False
    images: dict[str, dict[str, Any]] = field(default_factory=dict)
    announced: dict[str, dict[str, Any]] = field(default_factory=dict)
    stored: dict[str, bytes] = field(default_factory=dict)
    parts: dict[str, dict[int, bytes]] = field(default_factory=lambda: defaultdict(dict))
    faults: dict[str, list[Fault]] = field(default_factory=lambda: defaultdict(list))
    log: list[str] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)
    seconds_per_answer: float = 0.0
    bytes_per_second: float = 0.0
    looks_until_ready: int = 2
    sockets: list[ServerConnection] = field(default_factory=list)
    turn: threading.RLock = field(default_factory=threading.RLock)

    def count(self, request: str) -> int:
        return sum(bool(re.fullmatch(request, line)) for line in self.log)

    def fail(self, request: str, *faults: Fault) -> None:
        """Let the next requests that match `METHOD /path` go wrong, one fault each."""
        self.faults[request].extend(faults)

    def next_fault(self, line: str) -> Fault | None:
        with self.turn:
            return next(
                (faults.pop(0) for request, faults in self.faults.items() if faults and re.fullmatch(request, line)),
                None,
            )

    def session(self, email: str) -> dict[str, Any]:
        access, refresh = f"access-{uuid4()}", f"refresh-{uuid4()}"
        self.access[access] = email
        self.refresh[refresh] = email
        return {
            "account": self.account(email),
            "access_token": access,
            "token_type": "Bearer",
            "expires_in": 900,
            "refresh_token": refresh,
        }

    def account(self, email: str) -> dict[str, Any]:
        return {key: value for key, value in self.accounts[email].items() if key != "password"}

    def expire_access_tokens(self) -> None:
        self.access.clear()

    def announce(self, body: Mapping[str, Any]) -> dict[str, Any]:
        image = {
            "id": str(uuid4()),
            "status": "awaiting",
            "reason": None,
            "file_name": body["file_name"],
            "width": None,
            "height": None,
            "bytes": body["bytes"],
            "content_type": body["content_type"],
            "visibility": body.get("visibility", "private"),
            "thumbhash": None,
            "uploaded_at": NOW,
            "developed_at": None,
            "variants": [],
        }
        self.images[image["id"]] = image
        self.announced[image["id"]] = {**body, "looks": 0}
        return image

    def place(self, image: Mapping[str, Any]) -> dict[str, Any]:
        size = image["bytes"]
        where = f"{self.address}/storage/{image['id']}"
        if size <= MULTIPART_ABOVE:
            fields = {"key": f"originals/{image['id']}", "policy": "e30=", "Content-Type": image["content_type"]}
            return {"kind": "post", "url": where, "fields": fields, "expires_at": NOW}
        there = self.parts[image["id"]]
        parts = [
            {
                "number": number,
                "url": f"{where}/{number}?signature={uuid4()}",
                "bytes": min(PART_BYTES, size - start),
                "uploaded": number in there,
                "etag": etag(there[number]) if number in there else None,
            }
            for number, start in enumerate(range(0, size, PART_BYTES), start=1)
        ]
        return {"kind": "multipart", "part_bytes": PART_BYTES, "parts": parts, "expires_at": NOW}

    def arrived(self, image_id: str, data: bytes) -> None:
        announced = self.announced[image_id]
        checksum = announced.get("checksum_sha256")
        assert len(data) == announced["bytes"], f"{len(data)} bytes came, {announced['bytes']} were announced"
        assert checksum in {None, hashlib.sha256(data).hexdigest()}, "the checksum is not that of the bytes"
        self.stored[image_id] = data

    def tell(self, image_id: str) -> None:
        """Say over every socket that an image changed."""
        change = {"data": {"myImagesChanged": {"image": {"id": image_id}}}}
        for listener in self.sockets:
            listener.send(json.dumps({"type": "next", "id": "changes", "payload": change}))

    def look(self, image: dict[str, Any]) -> dict[str, Any]:
        """Develop an image a little further each time somebody looks."""
        if image["status"] not in {"awaiting", "processing"} or image["id"] not in self.stored:
            return image
        announced = self.announced[image["id"]]
        announced["looks"] += 1
        image["status"] = "processing"
        if announced["looks"] >= self.looks_until_ready:
            data = self.stored[image["id"]]
            if b"broken" in data[:64]:
                image.update(status="refused", reason="The file is damaged: export it again.")
            else:
                url = f"{self.address}/media/{image['id']}"
                sizes = [(4000, 3000, len(data) // 4), (640, 480, 50)]
                variants = [{"width": w, "height": h, "bytes": b, "url": f"{url}/{w}.webp"} for w, h, b in sizes]
                image.update(status="ready", width=4000, height=3000, developed_at=NOW, variants=variants)
        return image


def etag(data: bytes) -> str:
    return f'"{hashlib.md5(data, usedforsecurity=False).hexdigest()}"'


@contextmanager
def a_studio() -> Iterator[Studio]:
    """Run a small Darkroom on a port of its own."""
    studio = Studio()
    handler = type("Handler", (_Handler,), {"studio": studio})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        studio.address = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield studio
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def sockets_of(studio: Studio) -> Iterator[str]:
    """Run the sockets of a small Darkroom: one subscription each, to all that changes."""

    def serve_one(socket: ServerConnection) -> None:
        assert socket.request
        assert parse_qs(urlsplit(socket.request.path).query)["ticket"][0] in studio.tickets
        for text in socket:
            message = json.loads(text)
            if message["type"] == "connection_init":
                socket.send('{"type": "connection_ack"}')
            elif message["type"] == "subscribe":
                assert message["payload"]["query"].startswith("subscription")
                studio.sockets.append(socket)
            elif message["type"] == "ping":
                socket.send('{"type": "pong"}')

    with serve(serve_one, "127.0.0.1", 0, subprotocols=[Subprotocol("graphql-transport-ws")]) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"ws://127.0.0.1:{server.socket.getsockname()[1]}/sockets"
        finally:
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    studio: Studio
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_PUT(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its base class calls it so
        """Say nothing."""

    def _serve(self) -> None:
        url = urlsplit(self.path)
        line = f"{self.command} {url.path}"
        self.studio.log.append(line)
        fault = self.studio.next_fault(line)
        if fault and fault.after_bytes is not None:
            self._read(fault.after_bytes)
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
            return
        length = int(self.headers.get("Content-Length", 0))
        body = self._read(length)
        if len(body) < length:
            self.close_connection = True
            return
        time.sleep(self.studio.seconds_per_answer)
        if fault:
            extra = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
            self._problem(fault.status, "Too many tries: slow down.", extra)
            return
        try:
            with self.studio.turn:
                status, answer, headers = self._route(url.path, parse_qs(url.query), body)
        except Refused as refused:
            self._problem(refused.status, str(refused), {}, refused.errors)
        except AssertionError as error:
            self._problem(400, f"The client broke a promise: {error}", {})
        else:
            data = answer if isinstance(answer, bytes) else json.dumps(answer).encode() if answer is not None else b""
            self._answer(status, data, headers)

    def _route(self, path: str, query: dict[str, list[str]], body: bytes) -> tuple[int, Any, dict[str, str]]:  # noqa: C901, PLR0911 - one line for each route
        match [self.command, *path.strip("/").split("/")]:
            case ["POST", "v1", "auth", ("register" | "login" | "refresh" | "logout") as way]:
                return self._auth(way, json.loads(body))
            case ["GET", "v1", "auth", "me"]:
                return 200, {"account": self.studio.account(self._caller())}, {}
            case ["POST", "v1", "sockets", "tickets"]:
                self._caller()
                self.studio.tickets.add(ticket := str(uuid4()))
                return 201, {"ticket": ticket, "expires_at": NOW}, {}
            case ["POST", "v1", "uploads"]:
                self._caller()
                image = self.studio.announce(json.loads(body))
                return 201, {"image": image, "upload": self.studio.place(image)}, {}
            case [method, "v1", "uploads", image_id, *rest]:
                self._caller()
                return self._upload(method, self._image(image_id), rest, body)
            case ["POST", "storage", image_id]:
                self.studio.arrived(image_id, _file_of(body, self.headers["Content-Type"]))
                return 204, None, {}
            case ["PUT", "storage", image_id, number]:
                assert "Authorization" not in self.headers, "the storage must not see the token"
                self.studio.parts[image_id][int(number)] = body
                return 200, None, {"ETag": etag(body)}
            case ["POST", "v1", "images"]:
                self._caller()
                name, kind = unquote(self.headers["File-Name"]), self.headers["Content-Type"]
                image = self.studio.announce({"file_name": name, "content_type": kind, "bytes": len(body)})
                self.studio.arrived(image["id"], body)
                return 202, {"image": image}, {}
            case ["GET", "v1", "images"]:
                self._caller()
                return 200, self._page(query), {}
            case ["GET", "v1", "images", image_id]:
                self._caller()
                return 200, self.studio.look(self._image(image_id)), {}
            case ["GET", "v1", "images", image_id, kind]:
                self._caller()
                name = query.get("width", [kind])[0]
                return 302, None, {"Location": f"{self.studio.address}/media/{self._image(image_id)['id']}/{name}"}
            case ["GET", "media", image_id, kind]:
                assert "Authorization" not in self.headers, "the storage must not see the token"
                return 200, self.studio.stored[image_id] if kind == "original" else f"webp {kind}".encode(), {}
        raise Refused(404, "There is nothing here.")

    def _auth(self, way: str, said: dict[str, str]) -> tuple[int, Any, dict[str, str]]:
        studio = self.studio
        if way == "register":
            if said["email"] in studio.accounts:
                raise Refused(409, "There is already an account with this e-mail address: sign in instead.")
            if len(said["password"]) < 8:
                sentence = "The password must be at least 8 characters: a few words together are good."
                raise Refused(422, "Some fields are not right.", {"password": [sentence]})
            studio.accounts[said["email"]] = {**said, "id": str(uuid4()), "created_at": NOW}
            return 201, studio.session(said["email"]), {}
        if way == "login":
            if studio.accounts.get(said["email"], {}).get("password") != said["password"]:
                raise Refused(401, "The e-mail address or the password is wrong.")
            return 200, studio.session(said["email"]), {}
        token = said["refresh_token"]
        if token in studio.spent:
            studio.revoked = True
            studio.refresh.clear()
            studio.access.clear()
        if token not in studio.refresh:
            raise Refused(401, "This session has ended.")
        studio.spent.add(token)
        email = studio.refresh.pop(token)
        return (204, None, {}) if way == "logout" else (200, studio.session(email), {})

    def _upload(
        self, method: str, image: dict[str, Any], rest: list[str], body: bytes
    ) -> tuple[int, Any, dict[str, str]]:
        if method == "GET":
            if image["status"] != "awaiting":
                raise Refused(409, f"This upload is {image['status']} and needs no more bytes.")
            return 200, {"image": image, "upload": self.studio.place(image)}, {}
        if method == "DELETE":
            image.update(status="refused", reason="The upload was given up.")
            return 204, None, {}
        assert rest == ["complete"]
        there = self.studio.parts[image["id"]]
        said = {part["number"]: part["etag"] for part in json.loads(body)["parts"]}
        assert said == {number: etag(data) for number, data in there.items()}, "the parts are not those that came"
        self.studio.arrived(image["id"], b"".join(there[number] for number in sorted(there)))
        return 202, {"image": image}, {}

    def _page(self, query: dict[str, list[str]]) -> dict[str, Any]:
        newest_first = list(self.studio.images.values())[::-1]
        start, limit = int(query.get("cursor", ["0"])[0]), min(2, int(query["limit"][0]))
        more = start + limit < len(newest_first)
        return {"images": newest_first[start : start + limit], "next_cursor": str(start + limit) if more else None}

    def _image(self, image_id: str) -> dict[str, Any]:
        if image_id == "last" and self.studio.images:
            return list(self.studio.images.values())[-1]
        if image_id not in self.studio.images:
            raise Refused(404, f"No image {image_id}.")
        return self.studio.images[image_id]

    def _caller(self) -> str:
        email = self.studio.access.get(self.headers.get("Authorization", "").removeprefix("Bearer "))
        if email is None:
            raise Refused(401, "Sign in first.")
        return email

    def _read(self, count: int) -> bytes:
        data = bytearray()
        while len(data) < count:
            piece = self.rfile.read(min(64 * 1024, count - len(data)))
            if not piece:
                break
            data += piece
            if self.studio.bytes_per_second:
                time.sleep(len(piece) / self.studio.bytes_per_second)
        return bytes(data)

    def _problem(
        self, status: int, detail: str, headers: Mapping[str, str], errors: Mapping[str, list[str]] | None = None
    ) -> None:
        problem = {"type": "about:blank", "title": "No", "status": status, "detail": detail}
        if errors:
            problem["errors"] = errors
        self._answer(status, json.dumps(problem).encode(), {"Content-Type": "application/problem+json", **headers})

    def _answer(self, status: int, data: bytes, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


def _file_of(body: bytes, content_type: str) -> bytes:
    """Return the file in a form, which must be its last field."""
    boundary = b"--" + content_type.partition("boundary=")[2].encode()
    *fields, end = body.split(boundary)[1:]
    assert end == b"--\r\n", "the form does not end"
    names = [re.search(rb'name="([^"]*)"', item) for item in fields]
    assert [name[1].decode() for name in names if name] == ["key", "policy", "Content-Type", "file"], (
        "file must be last"
    )
    return fields[-1].partition(b"\r\n\r\n")[2].removesuffix(b"\r\n")
