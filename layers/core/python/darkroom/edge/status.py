"""The one table: which refusal is which status over HTTP, gRPC and GraphQL."""

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
    """How a refusal is told: a status and a title over HTTP, a code's name over gRPC and over GraphQL."""

    http: HTTPStatus
    title: str
    grpc: str
    graphql: str


_ANSWERS: dict[type[Refusal], Answer] = {
    Malformed: Answer(
        HTTPStatus.BAD_REQUEST, "The request cannot be read", grpc="INVALID_ARGUMENT", graphql="BAD_REQUEST"
    ),
    Unauthenticated: Answer(HTTPStatus.UNAUTHORIZED, "Sign in", grpc="UNAUTHENTICATED", graphql="UNAUTHENTICATED"),
    NotFound: Answer(HTTPStatus.NOT_FOUND, "Not found", grpc="NOT_FOUND", graphql="NOT_FOUND"),
    Conflict: Answer(
        HTTPStatus.CONFLICT, "Not possible as things stand", grpc="FAILED_PRECONDITION", graphql="CONFLICT"
    ),
    TooLarge: Answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "Too large", grpc="INVALID_ARGUMENT", graphql="TOO_LARGE"),
    UnsupportedType: Answer(
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Not a kind we take", grpc="INVALID_ARGUMENT", graphql="UNSUPPORTED_TYPE"
    ),
    Invalid: Answer(
        HTTPStatus.UNPROCESSABLE_ENTITY, "Something needs to be corrected", grpc="INVALID_ARGUMENT", graphql="INVALID"
    ),
    TooManyTries: Answer(
        HTTPStatus.TOO_MANY_REQUESTS, "Too many tries", grpc="RESOURCE_EXHAUSTED", graphql="TOO_MANY_TRIES"
    ),
    Unavailable: Answer(
        HTTPStatus.SERVICE_UNAVAILABLE, "Try again in a moment", grpc="UNAVAILABLE", graphql="UNAVAILABLE"
    ),
}


def answer_for(refusal: Refusal) -> Answer:
    """Return how a refusal is told."""
    return answer_of(type(refusal))


def answer_of(refusal: type[Refusal]) -> Answer:
    """Return the answer of the nearest class that has one."""
    return next(_ANSWERS[kind] for kind in refusal.__mro__ if kind in _ANSWERS)
