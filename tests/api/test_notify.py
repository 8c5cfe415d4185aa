"""Notification as SQS triggers it: real Postgres, DynamoDB by moto, and a gateway that keeps what it posts."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import ModuleType
from typing import Any
from urllib.parse import unquote

import pytest

from darkroom.adapters.dynamo.sockets import DynamoSockets
from darkroom.adapters.postgres.unit_of_work import PostgresUnitOfWork
from darkroom.edge.sockets.application import Caller, Operation
from darkroom.edge.sockets.ports import Connection, Subscription
from darkroom.ids import AccountId, uuid7
from darkroom.images.model import Image, Status, Visibility
from tests.builders import a_ready_image, an_account, an_image
from tests.conftest import load_function
from tests.deployed import Deployed
from tests.gateway import Context

QUERY = "subscription ($id: ID!) { imageChanged(id: $id) { eventId status image { id status fileName } } }"
MINE = "subscription { myImagesChanged { eventId status image { id } } }"


class _Gateway:
    """The management API of a socket gateway, as far as it is used."""

    def __init__(self) -> None:
        self.said: list[tuple[str, Any]] = []
        self.closed: list[str] = []
        self.gone: set[str] = set()
        self.busy: set[str] = set()
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self._answer(lambda connection: gateway.said.append((connection, json.loads(body))))

            def do_DELETE(self) -> None:
                self._answer(gateway.closed.append)

            def _answer(self, do: Any) -> None:
                connection = unquote(self.path.rpartition("/")[2])
                status = 410 if connection in gateway.gone else 500 if connection in gateway.busy else 200
                if status == 200:
                    do(connection)
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/live"
        self._thread = Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def heard(self, connection: str) -> list[Any]:
        return [message for to, message in self.said if to == connection]

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def gateway() -> Iterator[_Gateway]:
    gateway = _Gateway()
    yield gateway
    gateway.stop()


@pytest.fixture
def notify(deployed: Deployed, gateway: _Gateway) -> Iterator[ModuleType]:
    module = load_function("notify", deployed.variables("notify") | {"SOCKETS_ENDPOINT": gateway.url})
    yield module
    module.unit_of_work.close()


@pytest.fixture
def sockets(deployed: Deployed) -> DynamoSockets:
    return DynamoSockets(deployed.names["SocketsTable"])


def test_a_change_is_told_to_its_owner_and_to_who_follows_the_image(
    notify: ModuleType, gateway: _Gateway, sockets: DynamoSockets, database: PostgresUnitOfWork
) -> None:
    image = _kept(database, a_ready_image(visibility=Visibility.PUBLIC))
    stranger = AccountId(uuid7())
    _listen(sockets, "owners", image.owner_id, f"images-of/{image.owner_id}", MINE)
    _listen(sockets, "strangers", stranger, f"image/{image.id}", QUERY, id=str(image.id))
    message = _changed(image, "ready")

    answer = _send(notify, message)

    assert answer == {"batchItemFailures": []}
    ((owners,), (strangers,)) = gateway.heard("owners"), gateway.heard("strangers")
    assert owners == {
        "type": "next",
        "id": "1",
        "payload": {
            "data": {"myImagesChanged": {"eventId": message["id"], "status": "READY", "image": {"id": str(image.id)}}}
        },
    }
    assert strangers["payload"]["data"]["imageChanged"]["image"]["fileName"] is None


def test_an_event_that_comes_again_is_not_told_again(
    notify: ModuleType, gateway: _Gateway, sockets: DynamoSockets, database: PostgresUnitOfWork
) -> None:
    """REQUIREMENTS 12."""
    image = _kept(database, an_image())
    _listen(sockets, "a", image.owner_id, f"images-of/{image.owner_id}", MINE)
    first, second = _changed(image, "awaiting"), _changed(image, "processing")

    for messages in ([second, first], [first, second, first], [second]):
        assert _send(notify, *messages) == {"batchItemFailures": []}

    told = [message["payload"]["data"]["myImagesChanged"]["eventId"] for message in gateway.heard("a")]
    assert told == [second["id"], first["id"]]


def test_who_could_not_be_reached_is_told_when_the_event_comes_again(
    notify: ModuleType, gateway: _Gateway, sockets: DynamoSockets, database: PostgresUnitOfWork
) -> None:
    image = _kept(database, an_image())
    _listen(sockets, "slow", image.owner_id, f"images-of/{image.owner_id}", MINE)
    message = _changed(image, "awaiting")
    gateway.busy.add("slow")

    failed = _send(notify, message)
    gateway.busy.clear()
    again = _send(notify, message)

    assert failed == {"batchItemFailures": [{"itemIdentifier": "0"}]}
    assert again == {"batchItemFailures": []}
    assert len(gateway.heard("slow")) == 1


def test_one_message_that_is_no_event_keeps_no_other_from_being_told(
    notify: ModuleType, gateway: _Gateway, sockets: DynamoSockets, database: PostgresUnitOfWork
) -> None:
    image = _kept(database, an_image())
    _listen(sockets, "healthy", image.owner_id, f"images-of/{image.owner_id}", MINE)

    answer = _send(notify, "poison", _changed(image, "awaiting"))

    assert answer == {"batchItemFailures": [{"itemIdentifier": "0"}]}
    assert len(gateway.heard("healthy")) == 1


def test_who_may_not_see_the_image_any_more_hears_no_more_of_it(
    notify: ModuleType, gateway: _Gateway, sockets: DynamoSockets, database: PostgresUnitOfWork
) -> None:
    """REQUIREMENTS 22: each message is authorised."""
    image = _kept(database, a_ready_image(visibility=Visibility.PRIVATE))
    _listen(sockets, "others", AccountId(uuid7()), f"image/{image.id}", QUERY, id=str(image.id))

    _send(notify, _changed(image, "ready"))
    _send(notify, _changed(image, "ready"))

    assert gateway.heard("others") == [{"type": "complete", "id": "1"}]


def test_a_connection_that_is_gone_is_forgotten(
    notify: ModuleType, gateway: _Gateway, sockets: DynamoSockets, database: PostgresUnitOfWork
) -> None:
    image = _kept(database, an_image())
    _listen(sockets, "left", image.owner_id, f"images-of/{image.owner_id}", MINE)
    gateway.gone.add("left")

    answer = _send(notify, _changed(image, "awaiting"))

    assert answer == {"batchItemFailures": []}
    assert sockets.connection("left") is None


def test_signing_out_closes_the_sockets_of_that_session(
    notify: ModuleType, gateway: _Gateway, sockets: DynamoSockets
) -> None:
    """REQUIREMENTS 22."""
    ada = AccountId(uuid7())
    for connection, session in (("laptop", "laptop's"), ("phone", "phone's")):
        sockets.open(Connection(id=connection, caller=Caller(str(ada), session)))
    message = _message("session.ended", account_id=str(ada), session_id="laptop's")

    assert _send(notify, message) == {"batchItemFailures": []}

    assert gateway.closed == ["laptop"]


def test_signing_out_everywhere_closes_every_socket_of_that_account(
    notify: ModuleType, gateway: _Gateway, sockets: DynamoSockets
) -> None:
    """REQUIREMENTS 22."""
    ada, bob = AccountId(uuid7()), AccountId(uuid7())
    for connection, whose, session in (("desk", ada, "desk's"), ("tablet", ada, "tablet's"), ("bobs", bob, "bobs")):
        sockets.open(Connection(id=connection, caller=Caller(str(whose), session)))

    assert _send(notify, _message("session.ended", account_id=str(ada))) == {"batchItemFailures": []}

    assert sorted(gateway.closed) == ["desk", "tablet"]


def test_a_socket_that_did_not_introduce_itself_is_closed(
    notify: ModuleType, gateway: _Gateway, sockets: DynamoSockets
) -> None:
    caller = Caller(str(uuid7()), "a-session")
    for connection in ("silent", "polite"):
        sockets.open(Connection(id=connection, caller=caller))
    sockets.acknowledge("polite")

    for connection in ("silent", "polite", "unknown"):
        assert _send(notify, _message("socket.opened", connection_id=connection)) == {"batchItemFailures": []}

    assert gateway.closed == ["silent"]


def _listen(sockets: DynamoSockets, connection: str, who: AccountId, topic: str, query: str, **variables: Any) -> None:
    caller = Caller(str(who), "a-session")
    sockets.open(Connection(id=connection, caller=caller, acknowledged=True))
    operation = Operation(query=query, variables=variables)
    sockets.add(
        Subscription(connection_id=connection, id="1", topic=topic, operation=operation, caller=caller), most=10
    )


def _kept(database: PostgresUnitOfWork, image: Image) -> Image:
    account = an_account()
    owned = replace(image, owner_id=account.id)
    with database() as store:
        store.accounts.add(account)
        store.images.add(owned)
    return owned


def _changed(image: Image, status: str) -> dict[str, Any]:
    payload = {"image_id": str(image.id), "owner_id": str(image.owner_id), "status": Status(status).value}
    return _message("image.changed", **payload)


def _message(name: str, **payload: str) -> dict[str, Any]:
    return {"id": str(uuid7()), "name": name, "happened_at": datetime.now(UTC).isoformat(), "payload": payload}


def _send(notify: ModuleType, *messages: Any) -> Any:
    records = [
        {"messageId": str(number), "body": json.dumps(message), "eventSource": "aws:sqs"}
        for number, message in enumerate(messages)
    ]
    return notify.handler({"Records": records}, Context())
