"""The events in localstack/events, as `sam local invoke` takes them: each is one that its function understands."""

import json
from pathlib import Path

import pytest

from tests.deployed import LAMBDAS, ROOT, routes_of

EVENTS = sorted((ROOT / "localstack/events").glob("*.json"))


def test_every_function_has_a_sample_event() -> None:
    assert {event.name.partition("-")[0].removesuffix(".json") for event in EVENTS} == set(LAMBDAS)


@pytest.mark.parametrize("path", EVENTS, ids=lambda path: path.stem)
def test_a_sample_event_goes_where_the_template_leads(path: Path) -> None:
    event = json.loads(path.read_text())

    resources = {event["resource"]} if "resource" in event else set()

    routes = set(routes_of(path.stem.partition("-")[0]))
    assert resources <= routes
    assert bool(resources) == bool(routes)
