"""API Gateway for tests: turns a request into the event a function gets, and its answer into what a client sees."""

import base64
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import unquote, unquote_plus, urlsplit


@dataclass(frozen=True)
class Answer:
    """What a client sees. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


class Context:
    """As much of Lambda's context as anybody reads."""

    function_name = "function"
    memory_limit_in_mb = 1024
    invoked_function_arn = "arn:aws:lambda:eu-central-1:000000000000:function:function"
    aws_request_id = "00000000-0000-0000-0000-000000000000"


class Function(Protocol):
    """What stands behind the gateway: an `Api`, or a function in the real runtime."""

    @property
    def routes(self) -> Iterable[str]: ...

    def __call__(self, event: Any, context: Any) -> Any: ...


class Gateway:
    """The front door of one function, as its caller: with a token, from an address."""

    def __init__(self, app: Function, *, token: str | None = None, address: str = "192.0.2.1") -> None:
        self._app = app
        self._token = token
        self._address = address

    def get(self, target: str, **options: Any) -> Answer:
        return self.send("GET", target, **options)

    def post(self, target: str, body: Any = None, **options: Any) -> Answer:
        return self.send("POST", target, body, **options)

    def patch(self, target: str, body: Any = None, **options: Any) -> Answer:
        return self.send("PATCH", target, body, **options)

    def delete(self, target: str, **options: Any) -> Answer:
        return self.send("DELETE", target, **options)

    def send(self, method: str, target: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Answer:
        """Send a request; a body that is not bytes goes as JSON."""
        sent = {name.lower(): value for name, value in (headers or {}).items()}
        if self._token:
            sent.setdefault("authorization", f"Bearer {self._token}")
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            sent.setdefault("content-type", "application/json")
        answer = self._app(self._event(method, target, body, sent), Context())
        answered = {
            **answer["headers"],
            **{name: ", ".join(many) for name, many in answer["multiValueHeaders"].items()},
        }
        return Answer(answer["statusCode"], {name.lower(): value for name, value in answered.items()}, answer["body"])

    def _event(self, method: str, target: str, body: bytes | None, headers: Mapping[str, str]) -> dict[str, Any]:
        path, query = urlsplit(target).path, urlsplit(target).query
        pairs = [[*map(unquote_plus, pair.partition("=")[::2])] for pair in query.split("&")] if query else []
        resource, parameters = self._route(path)
        return {
            "resource": resource,
            "path": path,
            "httpMethod": method,
            "headers": dict(headers),
            "multiValueHeaders": {name: [value] for name, value in headers.items()},
            "queryStringParameters": dict(pairs) or None,
            "multiValueQueryStringParameters": {name: [value] for name, value in pairs} or None,
            "pathParameters": {name: unquote(value) for name, value in parameters.items()} or None,
            "stageVariables": None,
            "requestContext": {
                "resourcePath": resource,
                "httpMethod": method,
                "path": path,
                "identity": {"sourceIp": self._address},
            },
            "body": base64.b64encode(body).decode() if body is not None else None,
            "isBase64Encoded": body is not None,
        }

    def _route(self, path: str) -> tuple[str, dict[str, str]]:
        """Find the route as the gateway does: a literal part of a path goes before a parameter."""
        for resource in sorted(self._app.routes, key=lambda route: route.replace("{", "\x7f")):
            pattern = re.sub(
                r"\{(\w+)\\\+\}", r"(?P<\1>.+)", re.escape(resource).replace(r"\{", "{").replace(r"\}", "}")
            )
            pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", pattern)
            if match := re.fullmatch(pattern, path):
                return resource, match.groupdict()
        return path, {}
