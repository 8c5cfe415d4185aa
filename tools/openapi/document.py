"""From routes, docstrings and shapes to the document."""

import ast
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

import msgspec

from darkroom.edge.status import answer_of
from darkroom.edge.wire.common import Problem
from darkroom.errors import Refusal, TooManyTries, Unauthenticated, Unavailable
from tools.openapi.operations import OPERATIONS, PHOTO, SESSION, Caller, Operation, Route

ROOT = Path(__file__).resolve().parents[2]

_SCHEMAS = "#/components/schemas/{name}"
_FAULT = "Fault"
_ABOUT = """\
Photos in, WebPs out. JSON in snake_case, times in RFC 3339 (UTC), ids are UUIDv7. Refusals are problems (RFC 9457), \
never kept by caches. Unknown fields are refused. What you may not see is 404, as if it were not there."""
_ID = {"in": "path", "name": "image_id", "required": True, "schema": {"type": "string", "format": "uuid"}}
_SENT_WITH: Mapping[type[Refusal], str] = {
    TooManyTries: "Retry-After",
    Unavailable: "Retry-After",
    Unauthenticated: "WWW-Authenticate",
}
_HEADERS = {
    "Location": {"description": "Where the thing is.", "required": True, "schema": {"type": "string"}},
    "Set-Cookie": {"description": "The refresh token, where it travels in a cookie.", "schema": {"type": "string"}},
    "Retry-After": {"description": "After how many seconds to try again.", "schema": {"type": "integer"}},
    "WWW-Authenticate": {"description": "`Bearer`.", "schema": {"type": "string"}},
}


@dataclass(frozen=True, slots=True)
class View:
    """The function behind a route: whose it is, what it is called, and what its docstring says."""

    function: str
    name: str
    sentence: str


def document() -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of every operation."""
    found = views()
    paths: dict[str, dict[str, Any]] = {}
    for (method, path), operation in sorted(OPERATIONS.items(), key=lambda item: (item[0][1], item[0][0])):
        paths.setdefault(path, {})[method.lower()] = _operation(path, operation, found[method, path])
    _, schemas = msgspec.json.schema_components(_shapes(), ref_template=_SCHEMAS)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Darkroom", "version": "1", "description": _ABOUT},
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": dict(sorted(schemas.items())),
            "responses": _refusals(),
            "headers": _HEADERS,
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    }


def as_text(made: Mapping[str, Any]) -> str:
    """Return the document as it is committed."""
    return json.dumps(made, indent=2, ensure_ascii=False) + "\n"


def views() -> Mapping[Route, View]:
    """Read every route of every function from its source, which needs neither settings nor AWS."""
    return {route: view for source in sorted(ROOT.glob("functions/*/app.py")) for route, view in _views_in(source)}


def _views_in(source: Path) -> Iterator[tuple[Route, View]]:
    for part in ast.parse(source.read_text(encoding="utf-8")).body:
        if not isinstance(part, ast.FunctionDef):
            continue
        for decorator in part.decorator_list:
            if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "app.route":
                path = ast.literal_eval(decorator.args[0])
                (methods,) = (ast.literal_eval(word.value) for word in decorator.keywords if word.arg == "methods")
                view = View(source.parent.name, part.name, ast.get_docstring(part) or "")
                yield from (((method, path), view) for method in methods)


def _operation(path: str, operation: Operation, view: View) -> dict[str, Any]:
    made: dict[str, Any] = {
        "tags": [view.function],
        "operationId": re.sub(r"_(\w)", lambda letter: letter[1].upper(), view.name),
        "summary": view.sentence.partition("\n")[0],
        "security": {Caller.ANYBODY: [], Caller.VISITOR: [{}, {"bearer": []}], Caller.MEMBER: [{"bearer": []}]}[
            operation.caller
        ],
    }
    parameters = [
        *([_ID] if "{image_id}" in path else []),
        *(SESSION if operation.carries_session else []),
        *operation.parameters,
    ]
    if parameters:
        made["parameters"] = parameters
    if operation.takes:
        shapes = [{"$ref": _SCHEMAS.format(name=shape.__name__)} for shape in operation.takes]
        schema = shapes[0] if len(shapes) == 1 else {"anyOf": shapes}
        made["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    if operation.takes_photo:
        made["requestBody"] = {"required": True, "content": PHOTO}
    made["responses"] = _responses(path, operation)
    return made


def _responses(path: str, operation: Operation) -> dict[str, Any]:
    names = {int(answer_of(refusal).http): refusal.__name__ for refusal in operation.all_refusals(path)}
    names[int(HTTPStatus.INTERNAL_SERVER_ERROR)] = _FAULT
    refused = {status: {"$ref": f"#/components/responses/{name}"} for status, name in names.items()}
    answered: dict[int, Any] = {}
    for status, view in operation.answers.items():
        answered[status] = {"description": HTTPStatus(status).phrase}
        if operation.redirects:
            answered[status]["headers"] = _headers("Location")
        if operation.carries_session:
            answered[status]["headers"] = _headers("Set-Cookie")
        if view:
            answered[status]["content"] = {
                "application/json": {"schema": {"$ref": _SCHEMAS.format(name=view.__name__)}}
            }
    return {str(status): response for status, response in sorted((answered | refused).items())}


def _refusals() -> dict[str, Any]:
    """Return each refusal as a response, by the name of its class."""
    made = {_FAULT: _problem("Our fault")}
    for refusal in {refusal for (_, path), of in OPERATIONS.items() for refusal in of.all_refusals(path)}:
        made[refusal.__name__] = _problem(answer_of(refusal).title, _SENT_WITH.get(refusal))
    return dict(sorted(made.items()))


def _problem(title: str, header: str | None = None) -> dict[str, Any]:
    content = {"application/problem+json": {"schema": {"$ref": _SCHEMAS.format(name=Problem.__name__)}}}
    return {"description": title, **({"headers": _headers(header)} if header else {}), "content": content}


def _headers(name: str) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"}}


def _shapes() -> list[Any]:
    shapes: set[Any] = {Problem}
    for operation in OPERATIONS.values():
        shapes |= {*operation.takes, *(view for view in operation.answers.values() if view)}
    return sorted(shapes, key=lambda shape: str(shape.__name__))
