"""docs/openapi.json: true to the routes, the template and the shapes, and as it would be made now."""

import json

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.api.test_template import FUNCTIONS
from tests.deployed import ROOT
from tools.openapi.document import as_text, document, views
from tools.openapi.operations import LEFT_OUT, OPERATIONS, Caller

DOCUMENT = document()


def test_the_committed_document_is_the_one_that_is_made_now() -> None:
    committed = (ROOT / "docs" / "openapi.json").read_text(encoding="utf-8")

    assert committed == as_text(DOCUMENT), "It is stale: python -m tools.openapi > docs/openapi.json"


def test_the_document_is_valid() -> None:
    OpenAPIV31SpecValidator(json.loads(as_text(DOCUMENT))).validate()


def test_every_route_stands_in_the_document_or_is_left_out_for_a_reason() -> None:
    stated = {
        (event["Properties"]["Method"].upper(), event["Properties"]["Path"])
        for function in FUNCTIONS.values()
        for event in function.get("Events", {}).values()
        if event["Type"] == "Api"
    }

    assert set(OPERATIONS) | set(LEFT_OUT) == stated == set(views())
    assert not set(OPERATIONS) & set(LEFT_OUT)
    assert all(LEFT_OUT.values())


def test_every_operation_says_in_a_sentence_what_it_does() -> None:
    for methods in DOCUMENT["paths"].values():
        for operation in methods.values():
            assert operation["summary"].endswith(".")


@pytest.mark.parametrize("name", ["ImageView", "UploadView", "SessionView", "ImagePageView", "EditedImage", "Problem"])
def test_components_are_called_what_the_shapes_are(name: str) -> None:
    assert DOCUMENT["components"]["schemas"][name]["type"] == "object"


def test_times_statuses_and_visibilities_have_types_of_their_own() -> None:
    facts = DOCUMENT["components"]["schemas"]["ImageView"]["properties"]

    assert facts["uploaded_at"] == {"type": "string", "format": "date-time"}
    assert facts["status"] == {"$ref": "#/components/schemas/Status"}
    assert facts["visibility"] == {"$ref": "#/components/schemas/Visibility"}


def test_what_a_shape_does_not_name_is_refused() -> None:
    """REQUIREMENTS 16."""
    for operation in OPERATIONS.values():
        for shape in operation.takes:
            assert DOCUMENT["components"]["schemas"][shape.__name__]["additionalProperties"] is False


def test_whoever_calls_is_asked_for_a_token_unless_it_is_said() -> None:
    anybody = {path for (_, path), operation in OPERATIONS.items() if operation.caller is not Caller.MEMBER}

    assert anybody == {
        *("/.well-known/jwks.json", "/v1/auth/login", "/v1/auth/logout", "/v1/auth/refresh", "/v1/auth/register"),
        "/v1/images/{image_id}/optimized",
    }
