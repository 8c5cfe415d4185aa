"""How shapes are read and shown: unknown fields refused, times in RFC 3339, JSON in snake_case."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, TypeVar

import msgspec

from darkroom.errors import Invalid, Malformed

Time = Annotated[datetime, msgspec.Meta(tz=True)]
Shape = TypeVar("Shape", bound="Request")
View = TypeVar("View")

_SHOWN = 200


class Request(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Base of what clients send."""


class Nothing(Request, frozen=True):
    """An empty object, where everything is said by the headers."""


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """A refusal (RFC 9457): `detail` says what to do next, and `errors` what is wrong with each field."""

    type: str
    title: str
    status: int
    detail: str
    errors: Mapping[str, Sequence[str]] | msgspec.UnsetType = msgspec.UNSET


def read(body: bytes, shape: type[Shape]) -> Shape:
    """Read a JSON body; what breaks a rule raises `Invalid` with the field's name, what is no JSON `Malformed`."""
    try:
        return msgspec.json.decode(body, type=shape)
    except msgspec.ValidationError as error:
        sentence, _, path = str(error).partition(" - at `$")
        field = path.strip("`.").partition(".")[0].partition("[")[0] or _named_in(sentence)
        sentence, field = sentence[:_SHOWN], field[:_SHOWN]  # an unknown field's name can have any length
        raise Invalid(f"{sentence}.", {field: [f"{sentence}."]} if field else {}) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Malformed("The body must be JSON: check its syntax and the Content-Type.") from error


def told(**facts: Any) -> msgspec.Meta:
    """Say in the document what is checked further in: a rule and its sentence stand there, once."""
    return msgspec.Meta(extra_json_schema=facts)


def show(thing: Any, view: type[View]) -> View:
    """Copy from a domain object the fields that a view declares, and no others."""
    return msgspec.convert(thing, view, from_attributes=True)


def _named_in(sentence: str) -> str:
    """Find the field in 'Object missing required field `x`' and 'Object contains unknown field `x`'."""
    parts = sentence.split("`")
    return parts[1] if len(parts) > 1 and " field " in parts[0] else ""
