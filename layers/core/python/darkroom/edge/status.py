"""The one table: which refusal is which status."""

from dataclasses import dataclass
from http import HTTPStatus

from darkroom.errors import (
    Conflict,
    Invalid,
    Malformed,
    NotFound,
    Refusal,
    TooLarge,
    TooManyTries,
    Unauthenticated,
    Unavailable,
    UnsupportedType,
)


@dataclass(frozen=True, slots=True)
class Answer:
    """How a refusal is told over HTTP."""

    http: HTTPStatus
    title: str


_ANSWERS: dict[type[Refusal], Answer] = {
    Malformed: Answer(HTTPStatus.BAD_REQUEST, "The request cannot be read"),
    Unauthenticated: Answer(HTTPStatus.UNAUTHORIZED, "Sign in"),
    NotFound: Answer(HTTPStatus.NOT_FOUND, "Not found"),
    Conflict: Answer(HTTPStatus.CONFLICT, "Not possible as things stand"),
    TooLarge: Answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "Too large"),
    UnsupportedType: Answer(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Not a kind we take"),
    Invalid: Answer(HTTPStatus.UNPROCESSABLE_ENTITY, "Something needs to be corrected"),
    TooManyTries: Answer(HTTPStatus.TOO_MANY_REQUESTS, "Too many tries"),
    Unavailable: Answer(HTTPStatus.SERVICE_UNAVAILABLE, "Try again in a moment"),
}


def answer_for(refusal: Refusal) -> Answer:
    """Return the answer of the nearest class that has one."""
    return next(_ANSWERS[kind] for kind in type(refusal).__mro__ if kind in _ANSWERS)
