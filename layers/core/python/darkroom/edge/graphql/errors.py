"""How errors are told over GraphQL: refusals in the product's words, everything else as our fault and no more."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from graphql import GraphQLError

from darkroom.edge.status import answer_for
from darkroom.errors import Invalid, Malformed, Refusal, TooManyTries, Unavailable

OUR_FAULT = "Something went wrong on our side. It was written down; try again in a moment."

Report = Callable[[BaseException], None]

_SUGGESTION = re.compile(r" Did you mean .*\?$", re.DOTALL)
_UNREADABLE = answer_for(Malformed("")).graphql


def told(error: GraphQLError, report: Report, *, suggest: bool = True) -> dict[str, Any]:
    """Return an error as clients get it. `suggest` keeps graphql-core's "Did you mean", which gives the schema away."""
    cause = error.original_error
    if isinstance(cause, Refusal):
        return {**_placed(error), **of_refusal(cause)}
    if cause is not None and not isinstance(cause, GraphQLError):
        report(cause)
        return {**_placed(error), "message": OUR_FAULT, "extensions": {"code": "INTERNAL"}}
    message = error.message if suggest else _SUGGESTION.sub("", error.message)
    return {**_placed(error), "message": message, "extensions": {"code": _UNREADABLE}}


def of_refusal(refusal: Refusal) -> dict[str, Any]:
    """Return a refusal as an error: its sentence, its code, and what helps to correct it."""
    extensions: dict[str, Any] = {"code": answer_for(refusal).graphql}
    if isinstance(refusal, Invalid) and refusal.fields:
        extensions["fields"] = _in_camel_case(refusal.fields)
    if isinstance(refusal, TooManyTries | Unavailable):
        extensions["retryAfter"] = refusal.retry_after
    return {"message": refusal.detail, "extensions": extensions}


def _placed(error: GraphQLError) -> dict[str, Any]:
    placed: dict[str, Any] = {}
    if error.locations:
        placed["locations"] = [location.formatted for location in error.locations]
    if error.path:
        placed["path"] = error.path
    return placed


def _in_camel_case(fields: Mapping[str, Sequence[str]]) -> dict[str, Sequence[str]]:
    return {re.sub(r"_(\w)", lambda found: found[1].upper(), name): wrong for name, wrong in fields.items()}
