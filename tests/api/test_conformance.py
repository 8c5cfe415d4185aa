"""Requests drawn from docs/openapi.json, right and wrong ones: every answer is one that the document promises."""

import json
from copy import deepcopy
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.core.transport import Response
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from darkroom.ids import uuid7
from darkroom.images.model import MULTIPART_ABOVE_BYTES
from tests.api.test_images import Person
from tests.conftest import Load
from tests.deployed import API_URL
from tests.gateway import Answer, Gateway
from tools.openapi.document import document
from tools.openapi.operations import OPERATIONS as STATED

PROMISES = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


def closed(made: dict[str, Any]) -> dict[str, Any]:
    """The document with nothing allowed in a body that it does not name: clients must bear more, we do not send it."""
    strict = deepcopy(made)
    for schema in strict["components"]["schemas"].values():
        if "properties" in schema:
            schema["additionalProperties"] = False
    return strict


OPERATIONS = {
    f"{found.ok().method.upper()} {found.ok().path}": found.ok()
    for found in schemathesis.openapi.from_dict(closed(document())).get_all_operations()
    if isinstance(found, Ok)
}

bounded = settings(
    max_examples=40,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much],
)


@pytest.fixture(scope="module")
def ada(load: Load) -> Person:
    return Person(load)


@pytest.fixture
def image_ids(ada: Person) -> list[str]:
    """Images of every kind: ready, refused, awaited in a form and in parts, deleted."""
    ready, refused = ada.send(), ada.send(b"no photo")
    ada.develop()
    deleted = ada.ask()
    ada.images.delete(f"/v1/images/{deleted.json['image']['id']}")
    answers = [ready, refused, ada.ask(), ada.ask(bytes=MULTIPART_ABOVE_BYTES + 1), deleted]
    return [answer.json["image"]["id"] for answer in answers]


@pytest.mark.parametrize("name", OPERATIONS)
@given(data=st.data())
@bounded
def test_every_answer_is_one_that_the_document_promises(
    load: Load, ada: Person, image_ids: list[str], name: str, data: st.DataObject
) -> None:
    """REQUIREMENTS 20."""
    operation = OPERATIONS[name]
    (function,) = operation.tags or []
    known: dict[str, Any] = (
        {"path_parameters": {"image_id": data.draw(st.sampled_from(image_ids))}} if "{" in name else {}
    )
    case = data.draw(
        st.one_of(
            operation.as_strategy(generation_mode=GenerationMode.POSITIVE, **known),
            operation.as_strategy(generation_mode=GenerationMode.POSITIVE),
            operation.as_strategy(generation_mode=GenerationMode.NEGATIVE, **known),
        )
    )
    token = data.draw(st.sampled_from([ada.token, ada.token, ada.token, None]))
    address = f"192.0.2.{data.draw(st.integers(0, 255))}"
    sent = requests.Request(**case.as_transport_kwargs(base_url=API_URL)).prepare()

    answer = _send(Gateway(load(function).app, token=token, address=address), sent)

    case.validate_response(_response(answer, sent), checks=PROMISES)


def test_no_operation_is_passed_over() -> None:
    assert {tuple(name.split()) for name in OPERATIONS} == set(STATED)


def test_an_answer_that_nobody_promised_is_noticed() -> None:
    case = OPERATIONS["GET /v1/auth/me"].Case()
    sent = requests.Request("GET", f"{API_URL}/v1/auth/me").prepare()
    account = {"id": str(uuid7()), "email": "a@example.com", "created_at": "2026-05-04T12:00:00Z"}
    headers = {"content-type": "application/json"}

    case.validate_response(_response(Answer(200, headers, json.dumps({"account": account})), sent), checks=PROMISES)
    for status, body in ((200, {"account": account | {"password": "x"}}), (200, {}), (418, {})):
        with pytest.raises(FailureGroup):
            case.validate_response(_response(Answer(status, headers, json.dumps(body)), sent), checks=PROMISES)


def _send(gateway: Gateway, sent: requests.PreparedRequest) -> Answer:
    headers = {name: str(value) for name, value in sent.headers.items() if name.lower() != "authorization"}
    body = sent.body.encode() if isinstance(sent.body, str) else sent.body
    return gateway.send(sent.method or "", sent.path_url, body, headers)


def _response(answer: Answer, sent: requests.PreparedRequest) -> Response:
    headers = {name: [value] for name, value in answer.headers.items()}
    return Response(
        status_code=answer.status,
        headers=headers,
        content=answer.text.encode(),
        request=sent,
        elapsed=0.0,
        verify=False,
    )
