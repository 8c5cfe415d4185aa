"""Whose address counts: the gateway's caller, or whom our own distribution forwards for. REQUIREMENTS 18."""

import pytest
from chalice.app import Response

from darkroom.edge.http import Api
from tests.gateway import Gateway

SECRET = "what-the-distribution-knows"
EDGE = "203.0.113.9"
FORWARDED = "198.51.100.1, 192.0.2.7, 203.0.113.9"


def address_seen(headers: dict[str, str], *, secret: str = SECRET) -> str:
    api = Api("addresses", distribution_secret=secret)

    @api.route("/", methods=["GET"])
    def show() -> Response:
        return Response(api.address)

    return Gateway(api, address=EDGE).get("/", headers=headers).text


def test_behind_our_distribution_it_is_the_address_that_the_distribution_saw() -> None:
    assert address_seen({"darkroom-distribution": SECRET, "x-forwarded-for": FORWARDED}) == "192.0.2.7"


@pytest.mark.parametrize("told", [None, "", "guessed", "gues\u0161ed"])
def test_whoever_does_not_know_the_secret_cannot_choose_an_address(told: str | None) -> None:
    headers = {"x-forwarded-for": FORWARDED} | ({} if told is None else {"darkroom-distribution": told})

    assert address_seen(headers) == EDGE


def test_without_a_secret_nobody_is_believed() -> None:
    assert address_seen({"darkroom-distribution": "", "x-forwarded-for": FORWARDED}, secret="") == EDGE
