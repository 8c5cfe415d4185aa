"""The messages of graphql-transport-ws: those of a client, read and checked, and ours, written."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from darkroom.edge.sockets.application import Operation, Rejected

SUBPROTOCOL = "graphql-transport-ws"
MOST_BYTES = 128 * 1024
"""A message of API Gateway, either way (AWS quotas of WebSocket APIs: "WebSocket message payload size")."""

_LONGEST_ID = 128
_DEEPEST = 64
_ENVELOPE_BYTES = 1024


class Unreadable(Exception):  # noqa: N818 - an outcome, named as one
    """A message that the protocol does not know; its text says what is wrong."""


@dataclass(frozen=True, slots=True)
class ConnectionInit:
    """The client introduces itself. Who it is, the ticket has said."""


@dataclass(frozen=True, slots=True)
class Ping:
    """The client asks whether we are there; the answer carries the same payload."""

    payload: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Pong:
    """The client is there."""


@dataclass(frozen=True, slots=True)
class Subscribe:
    """The client wants results of an operation under an id of its choice."""

    id: str
    operation: Operation


@dataclass(frozen=True, slots=True)
class Complete:
    """The client listens no longer."""

    id: str


Message = ConnectionInit | Ping | Pong | Subscribe | Complete


def read(text: str) -> Message:
    """Read what a client sent, or raise `Unreadable`."""
    if size(text) > MOST_BYTES:
        raise Unreadable(f"Message is larger than {MOST_BYTES} bytes")
    try:
        message = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise Unreadable("Message is not JSON") from error
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        raise Unreadable("Message must be an object with a type")
    if _is_deep(message):
        raise Unreadable(f"Message is nested deeper than {_DEEPEST} levels")
    if _has_half_a_character(message):
        raise Unreadable("Message has half of a surrogate pair")
    try:
        reader = _READERS[message["type"]]
    except KeyError as error:
        raise Unreadable("Message has a type that clients do not send") from error
    return reader(message)


def acknowledged() -> str:
    """Answer `connection_init`."""
    return _write(type="connection_ack")


def ping(payload: Mapping[str, Any]) -> str:
    """Say something that needs no more than a `pong`."""
    return _write(type="ping", payload=payload)


def pong(payload: Mapping[str, Any] | None) -> str:
    """Answer a ping with its own payload."""
    return _write(type="pong") if payload is None else _write(type="pong", payload=payload)


def payload_of(result: Mapping[str, Any]) -> str:
    """Write a result once for all messages that carry it; one too large for a message raises `Rejected`."""
    payload = json.dumps(result, ensure_ascii=False, separators=(",", ":"))
    if size(payload) > MOST_BYTES - _ENVELOPE_BYTES:
        words = f"The result is larger than the {MOST_BYTES} bytes of a message: select less."
        raise Rejected([error(words, "TOO_LARGE")])
    return payload


def error(words: str, code: str) -> dict[str, Any]:
    """Return a GraphQL error of our own."""
    return {"message": words, "extensions": {"code": code}}


def next_result(subscription_id: str, payload: str) -> str:
    """Carry a written result to a subscription."""
    return f'{{"id":{json.dumps(subscription_id)},"type":"next","payload":{payload}}}'


def failed(subscription_id: str, errors: Sequence[Mapping[str, Any]]) -> str:
    """End a subscription with GraphQL errors."""
    return _write(id=subscription_id, type="error", payload=list(errors))


def completed(subscription_id: str) -> str:
    """End a subscription in peace."""
    return _write(id=subscription_id, type="complete")


def size(text: str) -> int:
    """Return the bytes of a message as it is sent."""
    return len(text.encode("utf-8", "replace"))


def _write(**message: Any) -> str:
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"))


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _has_half_a_character(message: Any) -> bool:
    try:
        json.dumps(message, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    return False


def _is_deep(value: Any) -> bool:
    level = [value]
    for _ in range(_DEEPEST):
        level = [child for item in level for child in _children(item)]
        if not level:
            return False
    return True


def _children(value: Any) -> Sequence[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else ()


def _read_init(message: Mapping[str, Any]) -> ConnectionInit:
    _object_or_nothing(message, "payload")
    return ConnectionInit()


def _read_ping(message: Mapping[str, Any]) -> Ping:
    return Ping(_object_or_nothing(message, "payload"))


def _read_pong(message: Mapping[str, Any]) -> Pong:
    _object_or_nothing(message, "payload")
    return Pong()


def _read_subscribe(message: Mapping[str, Any]) -> Subscribe:
    payload = message.get("payload")
    if not isinstance(payload, dict) or not isinstance(payload.get("query"), str):
        raise Unreadable("Subscribe message must have a payload with a query")
    name = payload.get("operationName")
    if not (name is None or isinstance(name, str)):
        raise Unreadable("The operationName of a subscribe message must be a string")
    _object_or_nothing(payload, "extensions")
    variables = _object_or_nothing(payload, "variables") or {}
    return Subscribe(_id(message), Operation(query=payload["query"], operation_name=name, variables=variables))


def _read_complete(message: Mapping[str, Any]) -> Complete:
    return Complete(_id(message))


_READERS: dict[str, Callable[[Mapping[str, Any]], Message]] = {
    "connection_init": _read_init,
    "ping": _read_ping,
    "pong": _read_pong,
    "subscribe": _read_subscribe,
    "complete": _read_complete,
}


def _id(message: Mapping[str, Any]) -> str:
    found = message.get("id")
    if not isinstance(found, str) or not 0 < len(found) <= _LONGEST_ID or not found.isprintable():
        raise Unreadable(f"Message must have an id of 1 to {_LONGEST_ID} printable characters")
    return found


def _object_or_nothing(message: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
    found = message.get(name)
    if not (found is None or isinstance(found, dict)):
        raise Unreadable(f"The {name} of a message must be an object")
    return found
