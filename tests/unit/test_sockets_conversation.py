"""graphql-transport-ws, the server's side: one test for each thing a client can say, and each refusal."""

import json
import threading
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from darkroom.edge.sockets import conversation, messages
from darkroom.edge.sockets.application import Operation, Rejected
from darkroom.edge.sockets.conversation import Conversation
from darkroom.edge.sockets.ports import Connection
from tests.socket_fakes import ADA, FakeApplication, FakeChannel, FakeSockets

INIT = {"type": "connection_init"}


class Line:
    """A client's end of one connection."""

    def __init__(self, application: FakeApplication | None = None, *, most_subscriptions: int = 50) -> None:
        self.store = FakeSockets()
        self.channel = FakeChannel()
        self.application = application or FakeApplication()
        self.conversation = Conversation(
            self.store, self.channel, self.application, most_subscriptions=most_subscriptions
        )
        self.store.open(Connection(id="ada-1", caller=ADA))

    def says(self, message: Any) -> list[dict[str, Any]]:
        """Send a message and return what comes back."""
        self.conversation.receive("ada-1", message if isinstance(message, str) else json.dumps(message))
        return self.channel.heard("ada-1")

    def introduced(self) -> "Line":
        assert self.says(INIT) == [{"type": "connection_ack"}]
        return self

    @property
    def is_closed(self) -> bool:
        return self.channel.closed == ["ada-1"] and self.store.connection("ada-1") is None


def subscribe(subscription_id: str = "s1", **payload: Any) -> dict[str, Any]:
    return {"type": "subscribe", "id": subscription_id, "payload": {"query": "wire"} | payload}


def announced(code: int, reason: str) -> list[dict[str, Any]]:
    return [{"type": "ping", "payload": {"closing": {"code": code, "reason": reason}}}]


def test_connection_init_is_acknowledged() -> None:
    line = Line()

    heard = line.says({"type": "connection_init", "payload": {"anything": ["goes"]}})

    assert heard == [{"type": "connection_ack"}]
    assert not line.channel.closed


@pytest.mark.parametrize("payload", [None, {}, {"n": [1, "ä", {"deep": True}]}])
def test_a_ping_is_answered_with_its_payload_at_any_time(payload: Any) -> None:
    line = Line()

    heard = line.says({"type": "ping", "payload": payload})

    assert heard == [{"type": "pong"} if payload is None else {"type": "pong", "payload": payload}]


def test_a_pong_is_heard_and_not_answered() -> None:
    line = Line()

    heard = line.says({"type": "pong", "payload": {"closing": {}}})

    assert heard == []
    assert not line.channel.closed


def test_a_subscription_is_kept_with_its_operation_and_caller() -> None:
    line = Line().introduced()

    heard = line.says(subscribe("s1", operationName="W", variables={"topic": "weather"}, extensions={}))

    (subscriptions,) = line.store.listening("weather")
    assert heard == []
    assert [(s.id, s.caller, s.operation) for s in subscriptions] == [
        ("s1", ADA, Operation(query="wire", operation_name="W", variables={"topic": "weather"}))
    ]


def test_what_is_there_already_is_sent_as_soon_as_the_subscription_stands() -> None:
    line = Line(FakeApplication(present=[{"data": {"wire": 1}}, {"data": {"wire": 2}}])).introduced()

    heard = line.says(subscribe("s1"))

    assert heard == [{"id": "s1", "type": "next", "payload": {"data": {"wire": n}}} for n in (1, 2)]
    assert line.store.has("ada-1", "s1")


def test_what_cannot_be_taken_is_told_as_errors_and_the_connection_stays() -> None:
    line = Line().introduced()

    heard = line.says(subscribe("s1", query="query { me }"))

    assert heard == [{"id": "s1", "type": "error", "payload": [{"message": "Only `wire` is served: ask for that."}]}]
    assert not line.store.has("ada-1", "s1")
    assert not line.channel.closed


def test_a_refusal_while_the_first_results_are_read_ends_the_subscription() -> None:
    class Refusing(FakeApplication):
        def first(self, *_: Any) -> Any:
            yield {"data": {"wire": 1}}
            raise Rejected([{"message": "Read all of it anew."}])

    line = Line(Refusing()).introduced()

    heard = line.says(subscribe("s1"))

    assert [message["type"] for message in heard] == ["next", "error"]
    assert not line.store.has("ada-1", "s1")


def test_a_first_result_larger_than_a_message_becomes_an_error() -> None:
    line = Line(FakeApplication(present=[{"data": "ä" * 65_536}])).introduced()

    (heard,) = line.says(subscribe("s1"))

    assert heard["type"] == "error"
    assert heard["payload"][0]["extensions"] == {"code": "TOO_LARGE"}
    assert not line.store.has("ada-1", "s1")


def test_an_operation_too_large_to_be_kept_is_an_error() -> None:
    line = Line().introduced()

    (heard,) = line.says(subscribe("s1", variables={"topic": "x" * conversation.MOST_OPERATION_BYTES}))

    assert heard["type"] == "error"
    assert heard["payload"][0]["extensions"] == {"code": "TOO_LARGE"}


def test_a_completed_id_is_forgotten_and_free_again() -> None:
    line = Line().introduced()
    line.says(subscribe("s1"))

    assert line.says({"type": "complete", "id": "s1"}) == []
    assert not line.store.has("ada-1", "s1")

    assert line.says(subscribe("s1")) == []
    assert line.store.has("ada-1", "s1")


def test_completing_what_is_not_subscribed_is_nothing() -> None:
    line = Line().introduced()

    heard = line.says({"type": "complete", "id": "never"})

    assert heard == []
    assert not line.channel.closed


def test_more_subscriptions_than_a_connection_may_have_are_an_error() -> None:
    line = Line(most_subscriptions=2).introduced()
    line.says(subscribe("s1"))
    line.says(subscribe("s2"))

    (heard,) = line.says(subscribe("s3"))

    assert (heard["id"], heard["type"]) == ("s3", "error")
    assert not line.channel.closed


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "{",
        "[]",
        "null",
        "1",
        '{"type": NaN}',
        '{"type":"ping","payload":{"n":Infinity}}',
        "[" * 100_000,
        '{"type":"ping","payload":' + '{"a":' * 70 + "1" + "}" * 70 + "}",
        '{"type":"ping","payload":{"half":"\\ud800"}}',
        {"id": "s1"},
        {"type": 7},
        {"type": "start", "id": "s1"},
        {"type": "connection_ack"},
        {"type": "next", "id": "s1", "payload": {}},
        {"type": "error", "id": "s1", "payload": []},
        {"type": "connection_init", "payload": "secret"},
        {"type": "ping", "payload": []},
        {"type": "subscribe", "payload": {"query": "wire"}},
        {"type": "subscribe", "id": "", "payload": {"query": "wire"}},
        {"type": "subscribe", "id": 1, "payload": {"query": "wire"}},
        {"type": "subscribe", "id": "s" * 129, "payload": {"query": "wire"}},
        {"type": "subscribe", "id": "a\nb", "payload": {"query": "wire"}},
        {"type": "subscribe", "id": "s1"},
        {"type": "subscribe", "id": "s1", "payload": {}},
        {"type": "subscribe", "id": "s1", "payload": {"query": "wire", "variables": []}},
        {"type": "subscribe", "id": "s1", "payload": {"query": "wire", "operationName": 1}},
        {"type": "subscribe", "id": "s1", "payload": {"query": "wire", "extensions": "x"}},
        {"type": "complete"},
        {"type": "ping", "payload": {"much": "x" * messages.MOST_BYTES}},
    ],
)
def test_a_message_the_protocol_does_not_know_ends_the_connection_with_4400(frame: Any) -> None:
    line = Line().introduced()

    (heard,) = line.says(frame)

    assert heard["payload"]["closing"]["code"] == 4400
    assert heard["payload"]["closing"]["reason"].startswith("Invalid message received: ")
    assert line.is_closed


def test_subscribing_before_the_acknowledgement_ends_the_connection_with_4401() -> None:
    line = Line()

    heard = line.says(subscribe())

    assert heard == announced(4401, "Unauthorized")
    assert line.is_closed


def test_a_connection_that_is_not_known_any_more_is_ended_with_4403() -> None:
    line = Line()
    line.store.forget("ada-1")

    for message in (INIT, subscribe()):
        line.channel.gone.clear()
        (heard,) = line.says(message)
        assert heard["payload"]["closing"]["code"] == 4403


def test_subscribing_twice_under_one_id_ends_the_connection_with_4409() -> None:
    line = Line().introduced()
    line.says(subscribe("s1"))

    heard = line.says(subscribe("s1", variables={"topic": "other"}))

    assert heard == announced(4409, "Subscriber for s1 already exists")
    assert line.is_closed


def test_an_id_in_use_is_refused_whatever_the_operation() -> None:
    line = Line().introduced()
    line.says(subscribe("s1"))

    heard = line.says(subscribe("s1", query="nonsense"))

    assert heard == announced(4409, "Subscriber for s1 already exists")
    assert line.is_closed


def test_of_two_subscriptions_under_one_id_at_once_one_is_refused() -> None:
    line = Line().introduced()
    together = threading.Barrier(2)

    class Meeting(FakeApplication):
        def topic(self, operation: Operation, caller: Any) -> str:
            together.wait(5)
            return super().topic(operation, caller)

    both = Conversation(line.store, line.channel, Meeting())
    threads = [threading.Thread(target=both.receive, args=("ada-1", json.dumps(subscribe()))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert line.channel.heard("ada-1") == announced(4409, "Subscriber for s1 already exists")


def test_a_second_connection_init_ends_the_connection_with_4429() -> None:
    line = Line().introduced()

    heard = line.says(INIT)

    assert heard == announced(4429, "Too many initialisation requests")
    assert line.is_closed


def test_something_wrong_on_our_side_ends_the_connection_with_4500() -> None:
    line = Line()

    line.conversation.break_off("ada-1")

    assert line.channel.heard("ada-1") == announced(4500, "Internal server error: connect again")
    assert line.channel.closed == ["ada-1"]


def test_a_connection_that_is_found_gone_is_forgotten() -> None:
    line = Line().introduced()
    line.says(subscribe())
    line.channel.gone.add("ada-1")

    line.says({"type": "ping"})

    assert line.store.connection("ada-1") is None
    assert list(line.store.listening("news")) == [[]]


def test_who_comes_back_subscribes_under_the_same_id_again() -> None:
    line = Line().introduced()
    line.says(subscribe("s1"))
    line.store.open(Connection(id="ada-2", caller=ADA, acknowledged=True))

    line.conversation.receive("ada-2", json.dumps(subscribe("s1")))

    assert line.channel.heard("ada-2") == []
    assert line.store.has("ada-1", "s1")
    assert line.store.has("ada-2", "s1")


JSON = some.recursive(
    some.none() | some.booleans() | some.floats() | some.integers() | some.text(),
    lambda inner: some.lists(inner) | some.dictionaries(some.text(), inner),
    max_leaves=10,
)
FRAMES = some.text() | some.builds(
    json.dumps,
    some.fixed_dictionaries(
        {"type": some.sampled_from(["connection_init", "ping", "pong", "subscribe", "complete", "next"]) | JSON},
        optional={
            "id": some.sampled_from(["s1", "s2"]) | JSON,
            "payload": some.fixed_dictionaries(
                {"query": some.just("wire") | JSON}, optional={"variables": JSON, "operationName": JSON}
            )
            | JSON,
        },
    ),
)


@given(frames=some.lists(FRAMES, min_size=1, max_size=6))
def test_no_frame_is_an_accident(frames: list[str]) -> None:
    """Whatever is said, the answer is one of the protocol's, and a connection that was closed is forgotten."""
    line = Line()
    line.channel.gone.discard("ada-1")

    for frame in frames:
        for heard in line.says(frame):
            assert heard["type"] in {"connection_ack", "pong", "next", "error", "complete", "ping"}
    assert line.store.connection("ada-1") is None or not line.channel.closed
