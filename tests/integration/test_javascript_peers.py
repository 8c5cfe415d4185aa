"""The JavaScript peers themselves, against a server that answers as it is told."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from websockets.sync.server import ServerConnection, serve
from websockets.typing import Subprotocol

from tests.javascript_peers import Peer

SUBPROTOCOL = Subprotocol("graphql-transport-ws")


@contextmanager
def _a_server(answer: Callable[[ServerConnection], None]) -> Iterator[str]:
    with serve(answer, "127.0.0.1", 0, subprotocols=[SUBPROTOCOL]) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"ws://127.0.0.1:{server.socket.getsockname()[1]}"
        server.shutdown()
        thread.join()


def _tells_two_results(connection: ServerConnection) -> None:
    init = json.loads(connection.recv())
    connection.send(json.dumps({"type": "connection_ack", "payload": init.get("payload")}))
    subscribe = json.loads(connection.recv())
    for number in (1, 2):
        connection.send(json.dumps({"id": subscribe["id"], "type": "next", "payload": {"data": {"n": number}}}))
    connection.send(json.dumps({"id": subscribe["id"], "type": "complete"}))
    connection.recv()


def _refuses(connection: ServerConnection) -> None:
    connection.close(4403, "Forbidden")


def _echoes(connection: ServerConnection) -> None:
    for message in connection:
        connection.send(message)


def test_the_reference_client_hears_each_result_and_the_end() -> None:
    with _a_server(_tells_two_results) as url, Peer("subscribe.mjs", url=url, connectionParams={"who": "ada"}) as peer:
        peer.tell(subscribe="a", query="subscription { n }")
        peer.hear_until(lambda said: said.get("complete"))

    assert [said for said in peer.said if "id" in said or said["event"] == "connected"] == [
        {"event": "connected", "payload": {"who": "ada"}},
        {"id": "a", "next": {"data": {"n": 1}}},
        {"id": "a", "next": {"data": {"n": 2}}},
        {"id": "a", "complete": True},
    ]


def test_the_reference_client_tells_how_it_was_refused() -> None:
    with _a_server(_refuses) as url, Peer("subscribe.mjs", url=url, lazy=False) as peer:
        refused = peer.hear_until(lambda said: said.get("event") == "refused")

    assert refused == {"event": "refused", "code": 4403, "reason": "Forbidden", "clean": True}


def test_a_bare_socket_sends_anything_and_tells_how_it_was_closed() -> None:
    with _a_server(_echoes) as url, Peer("socket.mjs", url=url, subprotocols=[SUBPROTOCOL]) as peer:
        peer.tell(send="not JSON")
        peer.hear_until(lambda said: "message" in said)
        peer.tell(close=1000)
        peer.hear_until(lambda said: said.get("event") == "close")

    assert peer.said == [
        {"event": "open", "protocol": SUBPROTOCOL},
        {"message": "not JSON"},
        {"event": "close", "code": 1000, "reason": ""},
    ]
