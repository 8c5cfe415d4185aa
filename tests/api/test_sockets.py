"""The sockets function through its handler, with the events API Gateway sends and a management API that writes down."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import unquote

import boto3
import pytest

from darkroom.adapters.connections import ApiGatewayConnections
from darkroom.adapters.dynamo.sockets import DynamoSocketTickets
from darkroom.adapters.postgres.unit_of_work import PostgresUnitOfWork
from darkroom.edge.sockets.application import Caller
from darkroom.edge.sockets.ports import Busy, Gone
from darkroom.events import ImageChanged
from darkroom.ids import ImageId, uuid7
from darkroom.images.model import Image
from tests import deployed as stack
from tests.builders import an_account, an_image
from tests.conftest import Load
from tests.deployed import Deployed

STUDIO = "https://studio.example"
WATCH = "subscription ($id: ID!) { imageChanged(id: $id) { status image { id } } }"


@dataclass
class ManagementApi:
    """What API Gateway offers at `@connections`; `answers` are statuses in place of 200."""

    url: str = ""
    posts: list[tuple[str, str, dict[str, Any] | None]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    answers: dict[str, int] = field(default_factory=dict)

    def heard(self) -> list[dict[str, Any] | None]:
        """Return what was posted since the last look."""
        said = [message for method, _, message in self.posts if method == "POST"]
        self.posts.clear()
        return said


@pytest.fixture(scope="module")
def management_api() -> Iterator[ManagementApi]:
    api = ManagementApi()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            connection_id = unquote(self.path.rpartition("/")[2])
            api.headers = dict(self.headers.items())
            api.posts.append((self.command, self.path, json.loads(body) if body else None))
            self.send_response(api.answers.get(connection_id, 200))
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_DELETE = do_POST  # noqa: N815 - the name is the standard library's

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        server.block_on_close = False
        api.url = f"http://127.0.0.1:{server.server_port}/live"
        Thread(target=server.serve_forever, daemon=True).start()
        yield api
        server.shutdown()


@pytest.fixture(scope="module")
def sockets(management_api: ManagementApi, load: Load) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(stack.ADDRESSES, "SOCKETS_ENDPOINT", management_api.url)
        patch.setitem(stack.ADDRESSES, "ALLOWED_ORIGINS", STUDIO)
        return load("sockets")


@pytest.fixture
def tickets(deployed: Deployed) -> DynamoSocketTickets:
    return DynamoSocketTickets(deployed.names["SocketsTable"])


@pytest.fixture
def image(database: PostgresUnitOfWork) -> Image:
    owner = an_account()
    image = an_image(owner_id=owner.id)
    with database() as store:
        store.accounts.add(owner)
        store.images.add(image)
        store.events.append(ImageChanged(image_id=image.id, owner_id=owner.id, status="awaiting"))
    return image


@pytest.fixture
def line(sockets: Any, management_api: ManagementApi, tickets: DynamoSocketTickets, image: Image) -> "Line":
    line = Line(sockets, management_api, tickets, Caller(str(image.owner_id), uuid7().hex))
    assert line.connects()["statusCode"] == 200
    return line


class Line:
    """A client as API Gateway tells of it."""

    def __init__(self, sockets: Any, api: ManagementApi, tickets: DynamoSocketTickets, caller: Caller) -> None:
        self._sockets = sockets
        self._api = api
        self._tickets = tickets
        self._caller = caller
        self.id = f"{uuid7().hex[-12:]}="

    def connects(self, *, origin: str | None = STUDIO, protocol: str = "graphql-transport-ws", **query: str) -> Any:
        headers = {"Host": "gateway.test", "Sec-WebSocket-Protocol": protocol, "Sec-WebSocket-Version": "13"}
        headers |= {"Origin": origin} if origin else {}
        query = query or {"ticket": self._tickets.issue(self._caller).ticket}
        return self._handle(
            "CONNECT",
            "$connect",
            headers=headers,
            multiValueHeaders={name: [value] for name, value in headers.items()},
            queryStringParameters=query,
            multiValueQueryStringParameters={name: [value] for name, value in query.items()},
        )

    def says(self, message: Any) -> list[dict[str, Any] | None]:
        self._api.posts.clear()
        answer = self._handle("MESSAGE", "$default", body=message if isinstance(message, str) else json.dumps(message))
        assert answer == {"statusCode": 200}
        return self._api.heard()

    def leaves(self) -> Any:
        return self._handle("DISCONNECT", "$disconnect", headers={"Host": "gateway.test"})

    def _handle(self, kind: str, route: str, **facts: Any) -> Any:
        context = {
            "routeKey": route,
            "eventType": kind,
            "messageDirection": "IN",
            "stage": "live",
            "connectionId": self.id,
            "requestId": str(uuid7()),
            "apiId": "a1b2c3d4",
            "domainName": "a1b2c3d4.execute-api.us-east-1.amazonaws.com",
            "identity": {"sourceIp": "203.0.113.9", "userAgent": "Mozilla/5.0"},
        }
        return self._sockets.handler({"requestContext": context, "isBase64Encoded": False, **facts}, None)


def test_a_ticket_opens_a_socket_once_and_the_subprotocol_is_echoed(
    sockets: Any, management_api: ManagementApi, tickets: DynamoSocketTickets
) -> None:
    line = Line(sockets, management_api, tickets, Caller("ada", None))
    ticket = tickets.issue(Caller("ada", None)).ticket

    first, second = line.connects(ticket=ticket, protocol="other, graphql-transport-ws"), line.connects(ticket=ticket)

    assert first == {"statusCode": 200, "headers": {"Sec-WebSocket-Protocol": "graphql-transport-ws"}}
    assert second["statusCode"] == 401


def test_refusals_come_with_the_handshake(
    sockets: Any, management_api: ManagementApi, tickets: DynamoSocketTickets
) -> None:
    line = Line(sockets, management_api, tickets, Caller("ada", None))

    assert line.connects(protocol="graphql-ws")["statusCode"] == 400
    assert line.connects(origin="https://evil.example")["statusCode"] == 403
    assert line.connects(ticket="made up")["statusCode"] == 401
    assert line.connects(other="thing")["statusCode"] == 401
    assert line.connects(origin=None)["statusCode"] == 200


def test_an_opened_socket_is_looked_at_after_ten_seconds(line: Line, deployed: Deployed) -> None:
    queue = boto3.client("sqs")

    attributes = queue.get_queue_attributes(
        QueueUrl=deployed.names["EventsQueue"], AttributeNames=["ApproximateNumberOfMessagesDelayed"]
    )["Attributes"]

    assert int(attributes["ApproximateNumberOfMessagesDelayed"]) >= 1
    assert line.id


def test_a_subscription_tells_first_how_things_stand(line: Line, image: Image) -> None:
    assert line.says({"type": "connection_init"}) == [{"type": "connection_ack"}]

    payload = {"query": WATCH, "variables": {"id": str(image.id)}}
    heard = line.says({"type": "subscribe", "id": "1", "payload": payload})

    change = {"status": "AWAITING", "image": {"id": str(image.id)}}
    assert heard == [{"id": "1", "type": "next", "payload": {"data": {"imageChanged": change}}}]
    assert line.says({"type": "complete", "id": "1"}) == []
    assert line.leaves() == {"statusCode": 200}
    assert line.leaves() == {"statusCode": 200}


def test_what_a_stranger_may_not_see_is_an_error(
    sockets: Any, management_api: ManagementApi, tickets: DynamoSocketTickets, image: Image
) -> None:
    line = Line(sockets, management_api, tickets, Caller(str(uuid7()), None))
    line.connects()
    line.says({"type": "connection_init"})

    payload = {"query": WATCH, "variables": {"id": str(image.id)}}
    (heard,) = line.says({"type": "subscribe", "id": "1", "payload": payload})

    assert heard
    assert heard["type"] == "error"
    assert heard["payload"][0]["extensions"]["code"] == "NOT_FOUND"


def test_queries_and_mutations_are_sent_elsewhere(line: Line) -> None:
    line.says({"type": "connection_init"})

    (heard,) = line.says({"type": "subscribe", "id": "1", "payload": {"query": "{ me { id } }"}})

    assert heard
    assert heard["type"] == "error"
    assert "POST" in heard["payload"][0]["message"]


def test_nonsense_ends_the_socket(line: Line, management_api: ManagementApi) -> None:
    management_api.posts.clear()

    line._handle("MESSAGE", "$default", body="AAECAw==", isBase64Encoded=True)  # noqa: SLF001 - a binary frame

    path = f"/live/@connections/{line.id.replace('=', '%3D')}"
    (announced, closed) = management_api.posts
    assert announced[:2] == ("POST", path)
    assert announced[2]
    assert announced[2]["payload"]["closing"]["code"] == 4400
    assert closed == ("DELETE", path, None)


def test_what_is_posted_is_signed(line: Line, management_api: ManagementApi) -> None:
    line.says({"type": "ping"})

    assert "/execute-api/aws4_request" in management_api.headers["Authorization"]


def test_answers_of_the_management_api_are_understood(management_api: ManagementApi) -> None:
    connections = ApiGatewayConnections(management_api.url)
    management_api.answers = {"gone": 410, "slow": 429, "ill": 503, "mine": 403}

    connections.post("fine", '["ä\ud800"]')
    connections.close("fine")

    with pytest.raises(Gone):
        connections.post("gone", "{}")
    with pytest.raises(Busy):
        connections.post("slow", "{}")
    with pytest.raises(Busy):
        connections.close("ill")
    with pytest.raises(ConnectionError, match="SOCKETS_ENDPOINT"):
        connections.post("mine", "{}")


def test_a_management_api_that_is_away_is_busy() -> None:
    with pytest.raises(Busy):
        ApiGatewayConnections("http://127.0.0.1:1/live").post("a", "{}")


@pytest.mark.parametrize("image_id", [ImageId(uuid7()), "no id"])
def test_an_image_that_is_not_there_is_an_error(line: Line, image_id: object) -> None:
    line.says({"type": "connection_init"})

    payload = {"query": WATCH, "variables": {"id": str(image_id)}}
    (heard,) = line.says({"type": "subscribe", "id": "1", "payload": payload})

    assert heard
    assert heard["type"] == "error"
