"""Telling what happened to those who listen, and ending connections from outside."""

import time

import pytest

from darkroom.edge.sockets import speaking
from darkroom.edge.sockets.application import Caller
from darkroom.edge.sockets.delivery import Delivered, Delivery
from darkroom.edge.sockets.ports import Busy, Connection
from tests.socket_fakes import ADA, FakeApplication, FakeChannel, FakeSockets, a_subscription

BOB = Caller("bob", "bobs session")


class Studio:
    """Ada and Bob listen to the news, Ada twice."""

    def __init__(self) -> None:
        self.store = FakeSockets()
        self.channel = FakeChannel()
        self.application = FakeApplication()
        self.reported: list[BaseException] = []
        self.delivery = Delivery(self.store, self.channel, self.application, report=self.reported.append)
        for connection_id, caller in (("ada-1", ADA), ("ada-2", ADA), ("bob-1", BOB)):
            self.store.open(Connection(id=connection_id, caller=caller, acknowledged=True))
            self.store.add(a_subscription(connection_id=connection_id, caller=caller), most=9)


@pytest.fixture
def studio(monkeypatch: pytest.MonkeyPatch) -> Studio:
    monkeypatch.setattr(time, "sleep", lambda _: None)
    return Studio()


def test_everybody_who_listens_is_told_and_it_is_resolved_once(studio: Studio) -> None:
    delivered = studio.delivery.tell(["news", "weather", "news"], "sunrise")

    assert delivered == Delivered(told=3)
    assert studio.application.resolved == 1
    for connection_id in ("ada-1", "ada-2", "bob-1"):
        assert studio.channel.heard(connection_id) == [
            {"id": "s1", "type": "next", "payload": {"data": {"wire": "sunrise"}}}
        ]


def test_who_may_not_see_it_any_more_has_the_subscription_completed(studio: Studio) -> None:
    studio.application.hidden_from = {"bob"}

    delivered = studio.delivery.tell(["news"], "sunrise")

    assert delivered == Delivered(told=2, ended=1)
    assert studio.channel.heard("bob-1") == [{"id": "s1", "type": "complete"}]
    assert not studio.store.has("bob-1", "s1")
    assert studio.store.connection("bob-1")


def test_a_connection_that_is_gone_is_forgotten_with_all_it_had(studio: Studio) -> None:
    studio.store.add(a_subscription(connection_id="bob-1", id="s2", topic="weather", caller=BOB), most=9)
    studio.channel.gone.add("bob-1")

    delivered = studio.delivery.tell(["news"], "sunrise")

    assert delivered == Delivered(told=2, gone=1)
    assert studio.store.connection("bob-1") is None
    assert list(studio.store.listening("weather")) == [[]]


def test_a_busy_channel_is_tried_a_few_times(studio: Studio) -> None:
    studio.channel.busy = {"ada-1": len(speaking.PAUSES), "bob-1": 1_000}

    delivered = studio.delivery.tell(["news"], "sunrise")

    assert delivered == Delivered(told=2, failed=1)
    assert studio.store.has("bob-1", "s1")


def test_a_result_that_does_not_fit_into_a_message_ends_the_subscription_with_an_error(studio: Studio) -> None:
    delivered = studio.delivery.tell(["news"], "x" * 131_072)

    (heard,) = studio.channel.heard("ada-1")
    assert delivered == Delivered(ended=3)
    assert heard["type"] == "error"
    assert heard["payload"][0]["extensions"] == {"code": "TOO_LARGE"}
    assert not studio.store.has("ada-1", "s1")


def test_what_the_application_rejects_ends_the_subscription_with_its_errors(studio: Studio) -> None:
    delivered = studio.delivery.tell(["news"], "unspeakable")

    assert delivered == Delivered(ended=3)
    assert studio.channel.heard("bob-1")[0]["payload"] == [{"message": "There are no words for this."}]


def test_an_operation_that_the_application_breaks_on_keeps_nobody_else_from_hearing(studio: Studio) -> None:
    studio.application.breaks_for = {"ada"}

    delivered = studio.delivery.tell(["news"], "sunrise")

    assert delivered == Delivered(told=1, failed=2)
    assert [type(error) for error in studio.reported] == [LookupError]


def test_a_session_that_ended_has_its_connections_closed_and_opens_no_other(studio: Studio) -> None:
    """REQUIREMENTS 22: closed on logout."""
    studio.store.open(Connection(id="ada-3", caller=Caller("ada", "another session")))

    closed = studio.delivery.close_session(ADA)

    assert closed == 2
    assert sorted(studio.channel.closed) == ["ada-1", "ada-2"]
    assert studio.channel.heard("ada-1")[0]["payload"]["closing"]["code"] == 4403
    assert not studio.store.open(Connection(id="ada-4", caller=ADA))


def test_without_a_session_all_connections_of_an_account_are_closed(studio: Studio) -> None:
    studio.store.open(Connection(id="ada-3", caller=Caller("ada", None)))

    closed = studio.delivery.close_session(Caller("ada", None))

    assert closed == 3
    assert sorted(studio.channel.closed) == ["ada-1", "ada-2", "ada-3"]


def test_a_session_whose_connection_cannot_be_closed_now_is_to_be_closed_again(studio: Studio) -> None:
    studio.channel.busy = {"ada-1": 4}

    with pytest.raises(Busy):
        studio.delivery.close_session(ADA)
    studio.delivery.close_session(ADA)

    assert sorted(studio.channel.closed) == ["ada-1", "ada-2"]


def test_a_connection_without_connection_init_is_closed_with_4408(studio: Studio) -> None:
    studio.store.open(Connection(id="mute", caller=BOB))

    assert studio.delivery.close_if_silent("mute")
    assert not studio.delivery.close_if_silent("mute")

    assert studio.channel.closed == ["mute"]
    assert studio.channel.heard("mute")[0]["payload"]["closing"] == {
        "code": 4408,
        "reason": "Connection initialisation timeout",
    }


def test_a_connection_that_introduced_itself_is_left_alone(studio: Studio) -> None:
    assert not studio.delivery.close_if_silent("ada-1")
    assert not studio.delivery.close_if_silent("nobody")

    assert studio.channel.closed == []
