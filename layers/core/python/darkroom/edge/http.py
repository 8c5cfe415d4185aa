"""HTTP over API Gateway: `Api` is Chalice plus who is calling, what they sent, and refusals as problem+json."""

import time
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from hmac import compare_digest
from typing import Any, TypeVar

import msgspec
from aws_lambda_powertools import Logger
from chalice.app import Chalice, Request, Response

from darkroom.edge.status import answer_for
from darkroom.edge.wire.common import Problem, Shape, read
from darkroom.errors import Invalid, Malformed, Refusal, TooManyTries, Unauthenticated, Unavailable
from darkroom.principal import Principal

JSON = "application/json"
PROBLEM = "application/problem+json"
GRAPHQL = "application/graphql-response+json"
ANYTHING = ["*/*"]

_SERVER_FAULT = 500
_FIRST_FAILURE = 400
_TRY_AGAIN = "Something went wrong on our side. It was written down; try again in a moment."
_SENTENCES = {
    404: "There is nothing at this address.",
    405: "This address does not take that method.",
    415: "This address does not take that Content-Type: send application/json.",
}

View = TypeVar("View", bound=Callable[..., Any])
Verify = Callable[[str | None], Principal]
Headers = dict[str, str | list[str]]


class Api(Chalice):
    """One function's routes. `verify` turns an Authorization header into a principal; it may be left out."""

    def __init__(self, name: str, *, verify: Verify | None = None, distribution_secret: str = "") -> None:
        super().__init__(app_name=name, configure_logs=False)
        self._verify = verify
        self._distribution_secret = distribution_secret
        self._logger = Logger(service=name)
        self._cold = True
        self._further: dict[str, str] = {}

    def route(self, path: str, **options: Any) -> Callable[[View], View]:
        """Register a view whose refusals are answered as problems. The view decides about the Content-Type."""
        register = super().route(path, **{"content_types": ANYTHING, **options})

        def decorate(view: View) -> View:
            register(self._guarded(view))
            return view

        return decorate

    def __call__(self, event: Any, context: Any) -> dict[str, Any]:
        """Answer one request and log one line about it, without anything that is secret or personal."""
        begun = time.perf_counter()
        self._further.clear()
        answer = super().__call__(event, context)
        if answer["statusCode"] >= _FIRST_FAILURE and not _is_ours(answer):
            answer = _chalices_own(answer)
        answer["headers"].setdefault("Cache-Control", "no-store")
        answer["headers"].setdefault("X-Content-Type-Options", "nosniff")
        answer["headers"].setdefault("Access-Control-Allow-Origin", "*")
        answer["headers"].update(self._further)
        self._log(event, context, answer["statusCode"], time.perf_counter() - begun)
        return answer

    @property
    def request(self) -> Request:
        """The request being answered."""
        if self.current_request is None:
            raise RuntimeError("There is a request only while a view runs.")
        return self.current_request

    @property
    def visitor(self) -> Principal | None:
        """Who is calling, or None where nobody says so; a bad token is still refused."""
        authorization = self.request.headers.get("authorization")
        if authorization is None:
            return None
        if self._verify is None:
            raise Unauthenticated("Nobody can sign in here.")
        return self._verify(authorization)

    @property
    def member(self) -> Principal:
        """Who is calling; nobody raises `Unauthenticated`."""
        visitor = self.visitor
        if visitor is None:
            raise Unauthenticated("Sign in first: this request needs an access token.")
        return visitor

    @property
    def address(self) -> str:
        """The network address of the caller: what the gateway saw, or what our own distribution saw in front of it.

        The distribution proves itself by a secret; the last address told is its own, the one before is the caller's.
        """
        told = self.request.headers.get("darkroom-distribution", "").encode()
        if self._distribution_secret and compare_digest(told, self._distribution_secret.encode()):
            *_, caller, _ = ["unknown", *str(self.request.headers.get("x-forwarded-for", "")).split(",")]
            return caller.strip()
        return str(self.request.context.get("identity", {}).get("sourceIp") or "unknown")

    @property
    def content_type(self) -> str:
        """The media type of the body, in lower case and without parameters."""
        return str(self.request.headers.get("content-type", "")).partition(";")[0].strip().lower()

    @property
    def raw_body(self) -> bytes:
        """The bytes of the body."""
        try:
            raw = self.request.raw_body
        except ValueError as error:
            raise Malformed("The body was not transferred whole: send it again.") from error
        return raw.encode() if isinstance(raw, str) else raw or b""

    def body(self, shape: type[Shape]) -> Shape:
        """Read the JSON body as a shape."""
        return read(self.raw_body, shape)

    def cookie(self, name: str) -> str | None:
        """Return a cookie's value, or None."""
        sent = str(self.request.headers.get("cookie", "")).split(";")
        pairs = (cookie.strip().partition("=") for cookie in sent)
        return next((value for key, _, value in pairs if key == name), None)

    def set_cookie(self, cookie: str) -> None:
        """Send a cookie with the answer to this request, a refusal included."""
        self._further["Set-Cookie"] = cookie

    def query(self, name: str) -> str | None:
        """Return a parameter of the query, or None."""
        parameters: Mapping[str, str] = self.request.query_params or {}
        return parameters.get(name)

    def _guarded(self, view: Callable[..., Any]) -> Callable[..., Response]:
        @wraps(view)
        def answered(**arguments: Any) -> Response:
            try:
                result: Response = view(**arguments)
            except Refusal as refusal:
                return _problem(refusal)
            except Exception:
                self._logger.exception("unexpected")
                return _problem_response(_SERVER_FAULT, "Our fault", _TRY_AGAIN)
            return result

        return answered

    def _log(self, event: Mapping[str, Any], context: Any, status: int, seconds: float) -> None:
        about = event.get("requestContext", {})
        self._logger.info(
            "request",
            extra={
                "method": about.get("httpMethod"),
                "route": about.get("resourcePath"),
                "status": status,
                "milliseconds": round(seconds * 1000, 1),
                "request_id": getattr(context, "aws_request_id", None),
                "cold": self._cold,
            },
        )
        self._cold = False


def ok(view: msgspec.Struct, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Answer with a view as JSON."""
    return Response(msgspec.json.encode(view).decode(), {"Content-Type": JSON, **(headers or {})}, status)


def created(view: msgspec.Struct) -> Response:
    """Answer 201 with what now exists."""
    return ok(view, status=201)


def accepted(view: msgspec.Struct) -> Response:
    """Answer 202 with what will be worked on."""
    return ok(view, status=202)


def no_content() -> Response:
    """Answer 204: done, and nothing to say."""
    return Response("", {}, 204)


def found(address: str) -> Response:
    """Answer 302 to where the thing is. The address may be signed, so the answer is not kept."""
    return Response("", {"Location": address, "Referrer-Policy": "no-referrer"}, 302)


def preflight() -> Response:
    """Answer a browser's CORS question. Callers are known by a header of theirs, so every origin may ask."""
    return Response(
        "",
        {
            "Access-Control-Allow-Methods": "GET, POST, PUT, PATCH, DELETE, OPTIONS",
            "Access-Control-Allow-Headers": "Authorization, Content-Type, File-Name, Idempotency-Key",
            "Access-Control-Expose-Headers": "Location, Retry-After",
            "Access-Control-Max-Age": "600",
        },
        204,
    )


def _problem(refusal: Refusal) -> Response:
    answer = answer_for(refusal)
    fields = refusal.fields if isinstance(refusal, Invalid) else {}
    headers: dict[str, str] = {}
    if isinstance(refusal, TooManyTries | Unavailable):
        headers["Retry-After"] = str(refusal.retry_after)
    if isinstance(refusal, Unauthenticated):
        headers["WWW-Authenticate"] = "Bearer"
    return _problem_response(int(answer.http), answer.title, refusal.detail, fields=fields, headers=headers)


def _problem_response(
    status: int,
    title: str,
    detail: str,
    *,
    fields: Mapping[str, Sequence[str]] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    problem = Problem(type="about:blank", title=title, status=status, detail=detail, errors=fields or msgspec.UNSET)
    return Response(msgspec.json.encode(problem).decode(), {"Content-Type": PROBLEM, **(headers or {})}, status)


def _is_ours(answer: Mapping[str, Any]) -> bool:
    return str(answer["headers"].get("Content-Type")).startswith((PROBLEM, GRAPHQL))


def _chalices_own(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Say in our words what Chalice refused before a view ran."""
    status = answer["statusCode"]
    kept = {name: value for name, value in answer["headers"].items() if name == "Allow"}
    problem = _problem_response(status, "Not possible", _SENTENCES.get(status, _TRY_AGAIN), headers=kept)
    told: dict[str, Any] = problem.to_dict()
    return told
