"""Who may open a connection, and how API Gateway's events are led on."""

from http import HTTPStatus
from typing import Any

import pytest

from darkroom.edge.sockets.conversation import Conversation
from darkroom.edge.sockets.gateway import Gateway
from darkroom.edge.sockets.handshake import Handshake, Refused
from darkroom.edge.sockets.ports import Connection
from tests.socket_fakes import ADA, FakeAlarm, FakeApplication, FakeChannel, FakeSockets, FakeSocketTickets

OFFERED = ["graphql-ws", "graphql-transport-ws"]


class Door:
    """A handshake with what it stands on."""

    def __init__(self) -> None:
        self.store = FakeSockets()
        self.tickets = FakeSocketTickets()
        self.alarm = FakeAlarm()
        self.handshake = Handshake(
            self.store,
            self.tickets,
            self.alarm,
            allowed_origins=["https://studio.example", " HTTP://localhost:5173/", ""],
        )

    def connects(self, **facts: Any) -> None:
        usual: dict[str, Any] = {"subprotocols": OFFERED, "origin": None, "ticket": self.tickets.issue(ADA).ticket}
        self.handshake.connect("ada-1", **usual | facts)

    def refuses(self, **facts: Any) -> HTTPStatus:
        with pytest.raises(Refused) as refusal:
            self.connects(**facts)
        assert self.store.connection("ada-1") is None
        assert self.alarm.connections == []
        return refusal.value.status


def test_a_ticket_opens_a_connection_and_sets_the_alarm_for_its_introduction() -> None:
    door = Door()

    door.connects()

    assert door.store.connection("ada-1") == Connection(id="ada-1", caller=ADA, acknowledged=False)
    assert door.alarm.connections == ["ada-1"]


@pytest.mark.parametrize("offered", [[], ["graphql-ws"], ["GRAPHQL-TRANSPORT-WS"]])
def test_without_the_subprotocol_there_is_no_connection(offered: list[str]) -> None:
    """What is 4406 in the protocol is 400 at the door."""
    assert Door().refuses(subprotocols=offered) is HTTPStatus.BAD_REQUEST


@pytest.mark.parametrize("origin", ["https://studio.example", "https://STUDIO.example/", "http://localhost:5173"])
def test_pages_on_the_list_may_connect(origin: str) -> None:
    door = Door()

    door.connects(origin=origin)

    assert door.alarm.connections == ["ada-1"]


@pytest.mark.parametrize(
    "origin", ["", "null", "https://evil.example", "http://studio.example", "https://studio.example.evil.example"]
)
def test_other_pages_may_not(origin: str) -> None:
    """REQUIREMENTS 22: an origin allow-list."""
    assert Door().refuses(origin=origin) is HTTPStatus.FORBIDDEN


@pytest.mark.parametrize("ticket", [None, "", "made up"])
def test_without_a_ticket_there_is_no_connection(ticket: str | None) -> None:
    assert Door().refuses(ticket=ticket) is HTTPStatus.UNAUTHORIZED


def test_a_ticket_is_not_spent_by_a_refusal_that_is_about_something_else() -> None:
    door = Door()
    ticket = door.tickets.issue(ADA).ticket
    door.refuses(ticket=ticket, subprotocols=[])
    door.refuses(ticket=ticket, origin="https://evil.example")

    door.connects(ticket=ticket)

    assert door.store.connection("ada-1")


def test_no_connection_opens_with_a_session_that_has_ended() -> None:
    door = Door()
    door.store.end_session(ADA)

    assert door.refuses() is HTTPStatus.UNAUTHORIZED


class Broken(FakeSockets):
    """A store that is away."""

    def connection(self, connection_id: str) -> Connection | None:
        raise TimeoutError(connection_id)

    def forget(self, connection_id: str) -> None:
        raise TimeoutError(connection_id)


def _gateway(store: FakeSockets, channel: FakeChannel, reported: list[BaseException]) -> Gateway[str]:
    return Gateway(
        Handshake(store, FakeSocketTickets(), FakeAlarm()),
        Conversation(store, channel, FakeApplication()),
        store,
        report=reported.append,
    )


def _event(kind: str, **facts: Any) -> dict[str, Any]:
    return {"requestContext": {"eventType": kind, "connectionId": "ada-1"}, **facts}


def test_a_fault_of_ours_is_told_in_the_words_of_the_protocol() -> None:
    """API Gateway's own words would be an invalid message to a client."""
    channel, reported = FakeChannel(), list[BaseException]()
    gateway = _gateway(Broken(), channel, reported)

    answer = gateway.handle(_event("MESSAGE", body='{"type":"subscribe","id":"1","payload":{"query":"wire"}}'))

    assert answer == {"statusCode": 200}
    assert channel.heard("ada-1")[0]["payload"]["closing"]["code"] == 4500
    assert [type(error) for error in reported] == [TimeoutError]


def test_a_goodbye_that_fails_is_reported() -> None:
    reported: list[BaseException] = []

    answer = _gateway(Broken(), FakeChannel(), reported).handle(_event("DISCONNECT"))

    assert answer == {"statusCode": 500}
    assert len(reported) == 1


def test_a_goodbye_can_be_said_twice() -> None:
    store = FakeSockets()
    store.open(Connection(id="ada-1", caller=ADA))
    gateway = _gateway(store, FakeChannel(), [])

    answers = [gateway.handle(_event("DISCONNECT")) for _ in range(2)]

    assert answers == [{"statusCode": 200}] * 2
    assert store.connection("ada-1") is None
