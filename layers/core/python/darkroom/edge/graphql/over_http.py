"""GraphQL over HTTP: one operation in, its result out, as the GraphQL-over-HTTP specification has it.

What is wrong with the request itself (nobody's token, another Content-Type, no JSON, a list of operations) is a
problem, as everywhere. What is wrong with the operation is told in `errors`: with the status 400 as
application/graphql-response+json, and with 200 to clients that take application/json alone.
"""

from typing import Any

import msgspec
from chalice.app import Response

from darkroom.edge.graphql.errors import of_refusal
from darkroom.edge.graphql.operations import Operations, Refused, Result
from darkroom.edge.http import GRAPHQL, JSON, Api, Headers
from darkroom.edge.wire.common import Request
from darkroom.errors import Malformed, UnsupportedType
from darkroom.principal import Principal

_OK = 200
_BAD_REQUEST = 400


class SentOperation(Request, frozen=True, rename="camel"):
    """What is posted. `extensions` are taken, because some clients always send them, and passed over."""

    query: str
    operation_name: str | None = None
    variables: dict[str, Any] | None = None
    extensions: dict[str, Any] | None = None


def answer(app: Api, operations: Operations) -> Response:
    """Answer `POST /v1/graphql`."""
    if app.content_type != JSON:  # a form of another site's could send anything else without being asked
        raise UnsupportedType("Send the operation as application/json.")
    if app.raw_body.lstrip().startswith(b"["):
        raise Malformed("This is a list of operations and the most is 1: send each in a request of its own.")
    sent, viewer = app.body(SentOperation), app.visitor
    try:
        return _response(app, _OK, _run(operations, sent, viewer))
    except Refused as refused:
        return _response(app, _BAD_REQUEST, {"errors": refused.errors})


def _run(operations: Operations, sent: SentOperation, viewer: Principal | None) -> Result:
    prepared = operations.prepare(sent.query, sent.operation_name, sent.variables or {})
    if prepared.is_subscription:
        sentence = "Subscriptions are listened to over the socket: get a ticket from POST /v1/sockets/tickets."
        raise Refused([of_refusal(Malformed(sentence))])
    return operations.run(prepared, viewer)


def _response(app: Api, status: int, result: Result) -> Response:
    accepted = str(app.request.headers.get("accept", ""))
    insists_on_json = JSON in accepted and GRAPHQL not in accepted
    kind = JSON if insists_on_json else GRAPHQL
    headers: Headers = {"Content-Type": f"{kind}; charset=utf-8"}
    return Response(msgspec.json.encode(result).decode(), headers, _OK if insists_on_json else status)
