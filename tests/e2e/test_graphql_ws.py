"""The protocol's reference client, the npm package graphql-ws, against the sockets of the local cloud."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from tests.e2e.handles import LocalCloud
from tests.e2e.photographers import Photographer
from tests.javascript_peers import Peer
from tests.pictures import a_picture, encoded

Change = dict[str, Any]

PHOTO = encoded(a_picture(800, 600), "JPEG")
MY_IMAGES_CHANGED = """
    subscription ($after: String) {
        myImagesChanged(after: $after) { eventId cursor status happenedAt image { id fileName status width } }
    }
"""


@pytest.fixture
def photographer(cloud: LocalCloud) -> Iterator[Photographer]:
    with closing(Photographer(cloud)) as photographer:
        yield photographer


def _address(photographer: Photographer) -> str:
    answer = photographer.http.post("/v1/sockets/tickets").raise_for_status().json()
    return f"{photographer.cloud.endpoints['sockets']}?ticket={answer['ticket']}"


def _subscribed(peer: Peer) -> Peer:
    """Subscribe and wait until it stands: the protocol does not say so, but messages are answered one after another."""
    peer.tell(subscribe="mine", query=MY_IMAGES_CHANGED)
    peer.tell(subscribe="wrong", query="subscription { nothingOfTheKind }")
    peer.hear_until(lambda said: said.get("id") == "wrong")
    return peer


def _changes(peer: Peer, of: str) -> list[Change]:
    """Return the changes of an image, each once and as they happened: a queue may hand on the later one first."""
    changes: dict[str, Change] = {}
    while {change["status"] for change in changes.values()} < {"AWAITING", "PROCESSING", "READY"}:
        said = peer.hear_until(lambda said: said.get("id") == "mine")
        change = said["next"]["data"]["myImagesChanged"]
        if change["image"]["id"] == of:
            changes.setdefault(change["eventId"], change)
    return sorted(changes.values(), key=lambda change: change["happenedAt"])


def test_an_upload_is_told_from_awaiting_to_ready(photographer: Photographer) -> None:
    with _subscribed(Peer("subscribe.mjs", url=_address(photographer))) as peer:
        image_id = photographer.send_by_form(PHOTO, "image/jpeg", "beach.jpg")
        changes = _changes(peer, of=image_id)

    assert [change["status"] for change in changes] == ["AWAITING", "PROCESSING", "READY"]
    assert changes[-1]["image"] == {"id": image_id, "fileName": "beach.jpg", "status": "READY", "width": 800}


def test_who_comes_back_is_told_what_was_missed(photographer: Photographer) -> None:
    with _subscribed(Peer("subscribe.mjs", url=_address(photographer))) as peer:
        seen = _changes(peer, of=photographer.send_by_form(PHOTO, "image/jpeg", "seen.jpg"))
    missed = photographer.send_by_form(PHOTO, "image/jpeg", "missed.jpg")
    photographer.finished(missed)

    with Peer("subscribe.mjs", url=_address(photographer)) as peer:
        peer.tell(subscribe="mine", query=MY_IMAGES_CHANGED, variables={"after": seen[-1]["cursor"]})
        changes = _changes(peer, of=missed)

    assert [change["status"] for change in changes] == ["AWAITING", "PROCESSING", "READY"]


def test_a_ticket_is_good_once(photographer: Photographer) -> None:
    address = _address(photographer)

    with _subscribed(Peer("subscribe.mjs", url=address)), Peer("subscribe.mjs", url=address) as second:
        second.tell(subscribe="mine", query=MY_IMAGES_CHANGED)
        refused = second.hear_until(lambda said: "id" in said)

    assert "error" in refused
    assert not any(said.get("event") == "opened" for said in second.said)


def test_an_error_of_one_subscription_leaves_the_others_alone(photographer: Photographer) -> None:
    with _subscribed(Peer("subscribe.mjs", url=_address(photographer))) as peer:
        _changes(peer, of=photographer.send_by_form(PHOTO, "image/jpeg"))

    (wrong,) = [said for said in peer.said if said.get("id") == "wrong"]
    assert "nothingOfTheKind" in wrong["error"][0]["message"]
