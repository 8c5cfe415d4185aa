"""What the sockets' store and tickets promise, in memory and in DynamoDB (moto) alike."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import boto3
import pytest

from darkroom.adapters.dynamo import sockets, tables
from darkroom.adapters.dynamo.sockets import DynamoSockets, DynamoSocketTickets
from darkroom.edge.sockets.application import Caller, Operation
from darkroom.edge.sockets.ports import AlreadySubscribed, Connection, Gone, TooManySubscriptions
from tests.deployed import Deployed
from tests.socket_fakes import ADA, FakeSockets, FakeSocketTickets, a_subscription

BOB = Caller("bob", "bobs session")


@pytest.fixture(params=["fake", "dynamo"])
def store(request: pytest.FixtureRequest) -> Iterator[Any]:
    if request.param == "fake":
        yield FakeSockets()
    else:
        table = request.getfixturevalue("deployed").names["SocketsTable"]
        yield DynamoSockets(table)
        _empty(table)


@pytest.fixture(params=["fake", "dynamo"])
def tickets(request: pytest.FixtureRequest) -> Any:
    if request.param == "fake":
        return FakeSocketTickets()
    return DynamoSocketTickets(request.getfixturevalue("deployed").names["SocketsTable"])


@pytest.fixture
def dynamo(deployed: Deployed) -> Iterator[DynamoSockets]:
    yield DynamoSockets(deployed.names["SocketsTable"])
    _empty(deployed.names["SocketsTable"])


def test_a_ticket_is_good_once(tickets: Any) -> None:
    ticket = tickets.issue(ADA)

    assert tickets.spend(ticket.ticket) == ADA
    assert tickets.spend(ticket.ticket) is None


def test_a_ticket_says_who_it_is_also_without_a_session(tickets: Any) -> None:
    caller = Caller("ada", None)

    assert tickets.spend(tickets.issue(caller).ticket) == caller


@pytest.mark.parametrize("ticket", ["", "made up", "\ud800", "x" * 100_000])
def test_a_made_up_ticket_is_nobodys(tickets: Any, ticket: str) -> None:
    assert tickets.spend(ticket) is None


def test_of_fifty_uses_of_one_ticket_at_once_exactly_one_succeeds(deployed: Deployed) -> None:
    tickets = DynamoSocketTickets(deployed.names["SocketsTable"])
    ticket = tickets.issue(ADA).ticket
    outcomes: list[Caller | None] = []

    threads = [threading.Thread(target=lambda: outcomes.append(tickets.spend(ticket))) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes, key=bool) == [None] * 49 + [ADA]


def test_a_ticket_past_its_minute_is_refused_though_it_is_still_stored(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    tickets = DynamoSocketTickets(deployed.names["SocketsTable"])
    issued = tables.unix_now()
    monkeypatch.setattr(sockets, "unix_now", lambda: issued)
    ticket = tickets.issue(ADA)
    monkeypatch.setattr(sockets, "unix_now", lambda: issued + 60)

    assert ticket.expires_at.timestamp() == issued + 60
    assert tickets.spend(ticket.ticket) is None


def test_a_ticket_is_stored_as_a_hash(deployed: Deployed) -> None:
    table = deployed.names["SocketsTable"]
    ticket = DynamoSocketTickets(table).issue(ADA).ticket

    stored = boto3.client("dynamodb").scan(TableName=table)["Items"]

    assert stored
    assert ticket not in str(stored)


def test_an_open_connection_is_known_until_it_is_forgotten(store: Any) -> None:
    connection = Connection(id="ada-1=", caller=ADA)

    assert store.open(connection)
    assert store.connection("ada-1=") == connection
    assert store.connection("ada-2") is None

    store.forget("ada-1=")
    store.forget("ada-1=")
    assert store.connection("ada-1=") is None


def test_a_connection_is_acknowledged_once(store: Any) -> None:
    store.open(Connection(id="ada-1", caller=ADA))

    assert store.acknowledge("ada-1")
    assert not store.acknowledge("ada-1")
    assert not store.acknowledge("nobody")
    assert store.connection("ada-1").acknowledged


def test_who_listens_to_a_topic_is_found_with_operation_and_caller(store: Any) -> None:
    store.open(Connection(id="ada-1", caller=ADA))
    store.open(Connection(id="bob-1", caller=BOB))
    operation = Operation(query="wire", operation_name="W", variables={"n": [1.5, None, "ä\ud800"]})
    hers = a_subscription(id="a#b", operation=operation)
    others = [a_subscription(id="s2", topic="weather"), a_subscription(connection_id="bob-1", caller=BOB)]

    for subscription in [hers, *others]:
        store.add(subscription, most=9)

    assert _listening(store, "news") == [hers, others[1]]
    assert _listening(store, "weather") == [others[0]]
    assert _listening(store, "sports") == []


def test_an_id_is_taken_once_per_connection(store: Any) -> None:
    store.open(Connection(id="ada-1", caller=ADA))
    store.add(a_subscription(), most=9)

    with pytest.raises(AlreadySubscribed):
        store.add(a_subscription(topic="weather"), most=9)

    assert store.has("ada-1", "s1")
    assert not store.has("ada-1", "s2")
    assert _listening(store, "weather") == []


def test_a_connection_has_no_more_subscriptions_than_it_may(store: Any) -> None:
    store.open(Connection(id="ada-1", caller=ADA))
    store.add(a_subscription(id="s1"), most=2)
    store.add(a_subscription(id="s2"), most=2)
    with pytest.raises(TooManySubscriptions):
        store.add(a_subscription(id="s3"), most=2)

    store.end("ada-1", "s1")
    store.end("ada-1", "s1")
    store.drop(a_subscription(id="s2"))
    store.drop(a_subscription(id="s2"))

    store.add(a_subscription(id="s3"), most=2)
    store.add(a_subscription(id="s4"), most=2)
    with pytest.raises(TooManySubscriptions):
        store.add(a_subscription(id="s5"), most=2)


def test_a_refused_repeat_does_not_count_as_a_subscription(store: Any) -> None:
    store.open(Connection(id="ada-1", caller=ADA))
    store.add(a_subscription(id="s1"), most=2)
    for _ in range(3):
        with pytest.raises(AlreadySubscribed):
            store.add(a_subscription(id="s1"), most=2)

    store.add(a_subscription(id="s2"), most=2)

    assert store.has("ada-1", "s2")


def test_without_a_connection_there_is_no_subscription(store: Any) -> None:
    with pytest.raises(Gone):
        store.add(a_subscription(), most=9)

    assert _listening(store, "news") == []


def test_a_connection_is_forgotten_with_its_subscriptions_and_no_others(store: Any) -> None:
    store.open(Connection(id="ada-1", caller=ADA))
    store.open(Connection(id="bob-1", caller=BOB))
    bobs = a_subscription(connection_id="bob-1", caller=BOB)
    for number in range(60):
        store.add(a_subscription(id=f"s{number}"), most=60)
    store.add(bobs, most=9)

    store.forget("ada-1")

    assert _listening(store, "news") == [bobs]
    assert not store.has("ada-1", "s1")


def test_a_session_that_ended_names_its_connections_and_opens_no_more(store: Any) -> None:
    other = Caller("ada", "another session")
    store.open(Connection(id="ada-1", caller=ADA))
    store.open(Connection(id="ada-2", caller=other))

    ended = store.end_session(ADA)

    assert [connection.id for connection in ended] == ["ada-1"]
    assert not store.open(Connection(id="ada-3", caller=ADA))
    assert store.connection("ada-3") is None
    assert store.open(Connection(id="ada-4", caller=other))


def test_an_account_names_all_its_connections(store: Any) -> None:
    store.open(Connection(id="ada-1", caller=ADA))
    store.open(Connection(id="ada-2", caller=Caller("ada", None)))
    store.open(Connection(id="bob-1", caller=BOB))

    found = store.end_session(Caller("ada", None))

    assert sorted(connection.id for connection in found) == ["ada-1", "ada-2"]
    assert store.open(Connection(id="ada-5", caller=ADA))


def test_a_topic_with_many_listeners_is_read_page_by_page(
    dynamo: DynamoSockets, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "PAGE", 10)
    dynamo.open(Connection(id="ada-1", caller=ADA))
    for name in range(25):
        dynamo.add(a_subscription(id=f"s{name}"), most=50)

    pages = [len(page) for page in dynamo.listening("news")]

    assert pages == [10, 10, 5]


def test_all_of_it_ends_by_itself(dynamo: DynamoSockets, monkeypatch: pytest.MonkeyPatch) -> None:
    dynamo.open(Connection(id="ada-1", caller=ADA))
    dynamo.add(a_subscription(), most=9)
    later = tables.unix_now() + int(timedelta(hours=2, minutes=15).total_seconds())
    monkeypatch.setattr(sockets, "unix_now", lambda: later)

    assert dynamo.connection("ada-1") is None
    assert not dynamo.acknowledge("ada-1")
    assert _listening(dynamo, "news") == []
    assert dynamo.end_session(ADA) == []
    with pytest.raises(Gone):
        dynamo.add(a_subscription(id="s2"), most=9)


def test_of_fifty_subscriptions_under_one_id_at_once_one_is_taken(dynamo: DynamoSockets) -> None:
    dynamo.open(Connection(id="ada-1", caller=ADA))
    refused: list[AlreadySubscribed] = []

    def subscribe() -> None:
        try:
            dynamo.add(a_subscription(), most=60)
        except AlreadySubscribed as refusal:
            refused.append(refusal)

    threads = [threading.Thread(target=subscribe) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(refused) == 49
    assert _listening(dynamo, "news") == [a_subscription()]


def test_what_a_crash_leaves_behind_is_dropped_when_the_connection_is_found_gone(
    dynamo: DynamoSockets, deployed: Deployed
) -> None:
    dynamo.open(Connection(id="ada-1", caller=ADA))
    dynamo.add(a_subscription(), most=9)
    boto3.client("dynamodb").delete_item(
        TableName=deployed.names["SocketsTable"],
        Key={"id": {"S": "connection#ada-1"}, "part": {"S": "subscription#s1"}},
    )

    dynamo.drop(a_subscription())
    dynamo.forget("ada-1")

    assert _listening(dynamo, "news") == []


def _listening(store: Any, topic: str) -> list[Any]:
    found = [subscription for page in store.listening(topic) for subscription in page]
    return sorted(found, key=lambda subscription: subscription.connection_id)


def _empty(table: str) -> None:
    client = boto3.client("dynamodb")
    for item in client.scan(TableName=table, ProjectionExpression="id, part")["Items"]:
        client.delete_item(TableName=table, Key=item)
