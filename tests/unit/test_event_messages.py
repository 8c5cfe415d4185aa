"""Messages on the events queue: read as they were written, or refused."""

import json
from typing import Any
from uuid import UUID

import pytest

from darkroom.edge.wire.events import SocketOpened, read_event
from darkroom.errors import Malformed
from darkroom.events import ImageChanged, SessionEnded
from darkroom.ids import AccountId, EventId, ImageId, uuid7

ID = EventId(uuid7())


def a_message(**facts: Any) -> str:
    usual: dict[str, Any] = {
        "id": str(ID),
        "name": "image.changed",
        "happened_at": "2026-05-04T12:00:00Z",
        "payload": {},
    }
    return json.dumps(usual | facts)


def test_each_kind_of_event_is_read() -> None:
    image, account = ImageId(uuid7()), AccountId(uuid7())
    changed = {"image_id": str(image), "owner_id": str(account), "status": "ready"}
    ended = {"account_id": str(account), "session_id": "a-session"}

    told = [
        read_event(a_message(payload=changed)),
        read_event(a_message(name="session.ended", payload=ended)),
        read_event(a_message(name="session.ended", payload={"account_id": str(account)})),
        read_event(a_message(name="socket.opened", payload={"connection_id": "abc="})),
    ]

    assert [one.event for one in told] == [
        ImageChanged(id=ID, image_id=image, owner_id=account, status="ready"),
        SessionEnded(id=ID, account_id=account, session_id="a-session"),
        SessionEnded(id=ID, account_id=account, session_id=None),
        SocketOpened(connection_id="abc="),
    ]
    assert {one.id for one in told} == {UUID(str(ID))}


@pytest.mark.parametrize(
    "body",
    [
        "",
        "no JSON",
        "[]",
        a_message(id="no id"),
        a_message(name="image.eaten"),
        a_message(),
        a_message(payload={"image_id": "no id", "owner_id": str(ID), "status": "ready"}),
        a_message(payload={"image_id": 7}),
        a_message(happened_at="yesterday"),
    ],
)
def test_what_is_no_event_is_refused(body: str) -> None:
    with pytest.raises(Malformed):
        read_event(body)
