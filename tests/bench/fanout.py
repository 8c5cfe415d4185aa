"""How soon 500 people who watch one image hear that it changed, from the commit to the last socket."""

import asyncio
import http.client
import json
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median, quantiles
from threading import local
from typing import Any
from urllib.parse import quote, urlsplit

import boto3
import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from darkroom.adapters.postgres.unit_of_work import PostgresUnitOfWork
from darkroom.events import ImageChanged
from darkroom.ids import AccountId, ImageId, parse_id
from localstack.home import Home
from tests.e2e.handles import LocalCloud, copy_of_the_sources, free_ports
from tests.pictures import a_picture, encoded

WATCHERS = 500
ACCOUNTS = 10
ROUNDS = 5
PUSHES_AT_ONCE = 32
PATIENCE_SECONDS = 60.0

_QUERY = "subscription ($id: ID!) { imageChanged(id: $id) { eventId status image { id status } } }"


def section() -> str:
    """Measure ours and the emulator's own pushes in interleaved rounds and return the Markdown."""
    with tempfile.TemporaryDirectory(prefix="darkroom-bench-", ignore_cleanup_errors=True) as folder:
        cloud = LocalCloud(Home(Path(folder) / "home"), copy_of_the_sources(Path(folder) / "source"), free_ports())
        cloud.up()
        try:
            rounds = asyncio.run(_measure(cloud))
        finally:
            cloud.stop()
            cloud.command("reset", "--yes")
    return _page(rounds)


class _Watcher:
    """One socket on the image, and when it heard what."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self.heard: asyncio.Queue[float] = asyncio.Queue()

    async def subscribe(self, image_id: str) -> None:
        """Introduce ourselves and wait for the image as it stands."""
        await self._socket.send(json.dumps({"type": "connection_init"}))
        await self._expect("connection_ack")
        payload = {"query": _QUERY, "variables": {"id": image_id}}
        await self._socket.send(json.dumps({"type": "subscribe", "id": "1", "payload": payload}))
        await self._expect("next")

    async def listen(self) -> None:
        """Note the time of everything that comes."""
        async for _ in self._socket:
            self.heard.put_nowait(time.perf_counter())

    async def _expect(self, kind: str) -> None:
        message = json.loads(await asyncio.wait_for(self._socket.recv(), PATIENCE_SECONDS))
        if message["type"] != kind:
            raise RuntimeError(f"{kind} was expected and {message} came.")


async def _measure(cloud: LocalCloud) -> list[tuple[list[float], list[float]]]:
    """Return for each round the seconds to each socket: through Darkroom, and pushed by nothing but HTTP requests."""
    api, sockets = cloud.endpoints["api"], cloud.endpoints["sockets"]
    owner = _person(api, 0)
    image_id = _a_public_image(owner)
    people = [_person(api, number) for number in range(1, ACCOUNTS + 1)]
    watchers = []
    for number in range(WATCHERS):
        ticket = people[number % ACCOUNTS].post("/v1/sockets/tickets").raise_for_status().json()["ticket"]
        address = f"{sockets}?ticket={quote(ticket)}"
        socket = await connect(address, subprotocols=[Subprotocol("graphql-transport-ws")], proxy=None)
        watchers.append(_Watcher(socket))
        await watchers[-1].subscribe(image_id)
    print(f"{WATCHERS} sockets subscribed", file=sys.stderr)
    listening = [asyncio.create_task(watcher.listen()) for watcher in watchers]
    account_id = parse_id(AccountId, owner.get("/v1/auth/me").json()["account"]["id"])
    unit_of_work = PostgresUnitOfWork(_variable(cloud, "notify", "DATABASE_URL"))
    rounds = []
    with _pusher(cloud) as push_to_all:
        for number in range(ROUNDS + 1):  # the first warms up
            event = ImageChanged(image_id=parse_id(ImageId, image_id), owner_id=account_id, status="ready")
            begun = await asyncio.to_thread(_commit, unit_of_work, event)
            ours = await _all_heard(watchers, begun)
            begun = time.perf_counter()
            await asyncio.to_thread(push_to_all)
            rounds.append((ours, await _all_heard(watchers, begun)))
            print(f"measured the fan-out, round {number} of {ROUNDS}", file=sys.stderr)
    for task in listening:
        task.cancel()
    unit_of_work.close()
    return rounds[1:]


async def _all_heard(watchers: Sequence[_Watcher], begun: float) -> list[float]:
    heard = await asyncio.wait_for(asyncio.gather(*(watcher.heard.get() for watcher in watchers)), PATIENCE_SECONDS)
    return [moment - begun for moment in heard]


def _commit(unit_of_work: PostgresUnitOfWork, event: ImageChanged) -> float:
    with unit_of_work() as store:
        store.events.append(event)
    return time.perf_counter()


@contextmanager
def _pusher(cloud: LocalCloud) -> Iterator[Any]:
    """Yield what posts one small frame to every connection, as many at once as notify does, and nothing else."""
    endpoint = urlsplit(_variable(cloud, "notify", "SOCKETS_ENDPOINT"))
    connections = _connections(cloud)
    mine = local()
    opened: list[http.client.HTTPConnection] = []

    def push(connection_id: str) -> None:
        if not hasattr(mine, "http"):
            mine.http = http.client.HTTPConnection(endpoint.netloc)
            opened.append(mine.http)
        mine.http.request("POST", f"{endpoint.path}/@connections/{quote(connection_id, safe='')}", b'{"type":"ping"}')
        answer = mine.http.getresponse()
        answer.read()
        if answer.status != http.client.OK:
            raise RuntimeError(f"The emulator answered {answer.status} to a push.")

    with ExitStack() as stack, ThreadPoolExecutor(PUSHES_AT_ONCE) as pool:
        yield lambda: list(pool.map(push, connections))
        for each in opened:
            stack.callback(each.close)


def _connections(cloud: LocalCloud) -> list[str]:
    tables = boto3.client("dynamodb", **cloud.aws())
    pages = tables.get_paginator("scan").paginate(TableName=_variable(cloud, "sockets", "SOCKETS_TABLE"))
    ids = [item["id"]["S"] for page in pages for item in page["Items"] if item["part"]["S"] == "self"]
    tables.close()
    return [name.removeprefix("connection#") for name in ids if name.startswith("connection#")]


def _variable(cloud: LocalCloud, function: str, name: str) -> str:
    functions = boto3.client("lambda", **cloud.aws())
    configured = functions.get_function_configuration(FunctionName=f"darkroom-{function}")
    functions.close()
    return str(configured["Environment"]["Variables"][name])


def _person(api: str, number: int) -> httpx.Client:
    person = httpx.Client(base_url=api, timeout=PATIENCE_SECONDS)
    credentials = {"email": f"watcher{number}-{time.time_ns()}@example.com", "password": "bench password"}
    token = person.post("/v1/auth/register", json=credentials).raise_for_status().json()["access_token"]
    person.headers["Authorization"] = f"Bearer {token}"
    return person


def _a_public_image(owner: httpx.Client) -> str:
    data = encoded(a_picture(), "JPEG")
    new = {"file_name": "a.jpg", "content_type": "image/jpeg", "bytes": len(data), "visibility": "public"}
    asked = owner.post("/v1/uploads", json=new).raise_for_status().json()
    place = asked["upload"]
    httpx.post(place["url"], data=place["fields"], files={"file": data}).raise_for_status()
    image_id = str(asked["image"]["id"])
    while owner.get(f"/v1/images/{image_id}").raise_for_status().json()["status"] != "ready":
        time.sleep(0.1)
    return image_id


def _page(rounds: list[tuple[list[float], list[float]]]) -> str:
    def figures(column: int) -> tuple[float, float, float]:
        each = [sorted(measured[column]) for measured in rounds]
        return (
            median(median(one) for one in each),
            median(quantiles(one, n=20)[-1] for one in each),
            median(one[-1] for one in each),
        )

    ours, emulators = figures(0), figures(1)
    ratio = median(quantiles(measured[0], n=20)[-1] / quantiles(measured[1], n=20)[-1] for measured in rounds)
    return (
        "## Live: from the commit to the last socket\n\n"
        f"{WATCHERS} sockets of {ACCOUNTS} accounts watch one public image with a GraphQL subscription; an event is "
        "committed to the outbox, and each socket's message is timed: trigger, relay, queue, notify, @connections, "
        "socket. The ceiling is the emulator's own: bare HTTP requests push a small frame to the same sockets, "
        f"{PUSHES_AT_ONCE} at once. Medians of {ROUNDS} rounds, in turn, everything on the same two cores, the "
        f"{WATCHERS} clients included. Goal: p95 under 1 s.\n\n"
        "| seconds | p50 | p95 | last |\n|---|--:|--:|--:|\n"
        f"| Darkroom | {ours[0]:.2f} | {ours[1]:.2f} | {ours[2]:.2f} |\n"
        f"| the emulator's pushes alone ({WATCHERS / emulators[2]:.0f} a second) "
        f"| {emulators[0]:.2f} | {emulators[1]:.2f} | {emulators[2]:.2f} |\n\n"
        f"p95 as a multiple of the ceiling's: {ratio:.2f}."
    )
