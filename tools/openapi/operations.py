"""What each address takes and answers. Every route of the REST API stands here once; a test holds the two together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import msgspec

from darkroom.edge.session_transport import COOKIE, HEADER
from darkroom.edge.wire import auth, images, sockets
from darkroom.edge.wire.common import Nothing, Request
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
from darkroom.images.model import CONTENT_TYPES
from darkroom.paging import MOST_ON_A_PAGE, USUAL_ON_A_PAGE

Route = tuple[str, str]
View = type[msgspec.Struct]


class Caller(Enum):
    """Who may call, and how they say who they are."""

    ANYBODY = "anybody"
    VISITOR = "visitor"
    MEMBER = "member"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method of one address. What every operation takes or refuses is not repeated: see `all_refusals`.

    `answers` maps a status to the view in its body, or to None. `takes` are shapes of JSON, any of which will do;
    `takes_photo` says that the body is a photo, `redirects` that the answer leads elsewhere, and `carries_session` that
    a session may travel in a cookie.
    """

    answers: Mapping[int, View | None]
    takes: Sequence[type[Request]] = ()
    takes_photo: bool = False
    refuses: Sequence[type[Refusal]] = ()
    caller: Caller = Caller.MEMBER
    parameters: Sequence[Mapping[str, Any]] = field(default_factory=tuple)
    redirects: bool = False
    carries_session: bool = False

    def all_refusals(self, path: str) -> set[type[Refusal]]:
        """Return what the operation refuses with, by what it takes and who may call."""
        refusals: set[type[Refusal]] = {*self.refuses, Unavailable, TooManyTries}
        if self.takes:
            refusals |= {Malformed, Invalid}
        if self.caller is not Caller.ANYBODY:
            refusals |= {Unauthenticated}
        if self.carries_session:
            refusals |= {Malformed}
        if "{" in path:
            refusals |= {NotFound}
        return refusals


def _parameter(place: str, name: str, description: str, **schema: Any) -> Mapping[str, Any]:
    return {"in": place, "name": name, "description": description, "schema": schema}


_LIMIT = _parameter(
    "query",
    "limit",
    "How many items a page holds.",
    type="integer",
    minimum=1,
    maximum=MOST_ON_A_PAGE,
    default=USUAL_ON_A_PAGE,
)
_CURSOR = _parameter("query", "cursor", "Where to go on: the `next_cursor` of the page before.", type="string")
_WIDTH = _parameter(
    "query",
    "width",
    "How many pixels wide the WebP is at least, where there is one.",
    type="integer",
    minimum=1,
    maximum=images.WIDEST,
)
_FILE_NAME = _parameter("header", "File-Name", "The name of a raw photo, percent-encoded UTF-8.", type="string")
SESSION = (
    _parameter("header", HEADER, "Has the refresh token travel in a cookie.", enum=["cookie"]),
    _parameter("cookie", COOKIE, "The refresh token; looked at where the header says so.", type="string"),
)
PHOTO = {
    **{kind: {"schema": {"type": "string", "format": "binary"}} for kind in sorted(CONTENT_TYPES)},
    "multipart/form-data": {
        "schema": {
            "type": "object",
            "properties": {"file": {"type": "string", "format": "binary"}},
            "required": ["file"],
        }
    },
}

OPERATIONS: Mapping[Route, Operation] = {
    ("POST", "/v1/auth/register"): Operation(
        takes=[auth.Credentials],
        answers={201: auth.SessionView},
        refuses=[Conflict],
        caller=Caller.ANYBODY,
        carries_session=True,
    ),
    ("POST", "/v1/auth/login"): Operation(
        takes=[auth.Credentials],
        answers={200: auth.SessionView},
        refuses=[Unauthenticated],
        caller=Caller.ANYBODY,
        carries_session=True,
    ),
    ("POST", "/v1/auth/refresh"): Operation(
        takes=[auth.RefreshRequest, Nothing],
        answers={200: auth.SessionView},
        refuses=[Unauthenticated],
        caller=Caller.ANYBODY,
        carries_session=True,
    ),
    ("POST", "/v1/auth/logout"): Operation(
        takes=[auth.RefreshRequest, Nothing], answers={204: None}, caller=Caller.ANYBODY, carries_session=True
    ),
    ("POST", "/v1/auth/logout-everywhere"): Operation(answers={204: None}, carries_session=True),
    ("GET", "/v1/auth/me"): Operation(answers={200: auth.MeView}),
    ("GET", "/.well-known/jwks.json"): Operation(answers={200: auth.JwksView}, caller=Caller.ANYBODY),
    ("POST", "/v1/uploads"): Operation(
        takes=[images.NewUpload], answers={201: images.UploadView}, refuses=[TooLarge, UnsupportedType]
    ),
    ("GET", "/v1/uploads/{image_id}"): Operation(answers={200: images.UploadView}, refuses=[Conflict]),
    ("POST", "/v1/uploads/{image_id}/complete"): Operation(
        takes=[images.CompletedUpload], answers={202: images.AcceptedView}, refuses=[Conflict]
    ),
    ("DELETE", "/v1/uploads/{image_id}"): Operation(answers={204: None}, refuses=[Conflict]),
    ("POST", "/v1/images"): Operation(
        takes_photo=True,
        answers={202: images.AcceptedView},
        refuses=[Malformed, Invalid, TooLarge, UnsupportedType],
        parameters=[_FILE_NAME],
    ),
    ("GET", "/v1/images"): Operation(
        answers={200: images.ImagePageView}, refuses=[Invalid], parameters=[_LIMIT, _CURSOR]
    ),
    ("GET", "/v1/images/last"): Operation(answers={200: images.ImageView}, refuses=[NotFound]),
    ("GET", "/v1/images/{image_id}"): Operation(answers={200: images.ImageView}),
    ("PATCH", "/v1/images/{image_id}"): Operation(
        takes=[images.EditedImage], answers={200: images.ImageView}, refuses=[Conflict]
    ),
    ("DELETE", "/v1/images/{image_id}"): Operation(answers={204: None}),
    ("POST", "/v1/images/{image_id}/restore"): Operation(answers={200: images.ImageView}),
    ("GET", "/v1/images/{image_id}/optimized"): Operation(
        answers={302: None},
        refuses=[Conflict, Invalid],
        caller=Caller.VISITOR,
        parameters=[_WIDTH],
        redirects=True,
    ),
    ("GET", "/v1/images/{image_id}/original"): Operation(answers={302: None}, refuses=[Conflict], redirects=True),
    ("POST", "/v1/sockets/tickets"): Operation(answers={201: sockets.TicketView}),
}

LEFT_OUT: Mapping[Route, str] = {
    ("POST", "/v1/graphql"): "GraphQL describes itself: docs/schema.graphql.",
    ("GET", "/v1/graphql"): "GraphiQL is a page for people.",
    ("GET", "/v1/graphql/assets/{name}"): "This is a file of GraphiQL.",
    ("OPTIONS", "/{proxy+}"): "A browser asks this for every address; OpenAPI has no path for that.",
}
