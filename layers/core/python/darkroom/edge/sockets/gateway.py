"""The events of an API Gateway WebSocket API, led to the door, the conversation and the store."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from http import HTTPStatus
from typing import Any, Generic, TypeVar

from darkroom.edge.sockets.conversation import Conversation
from darkroom.edge.sockets.handshake import Handshake, Refused
from darkroom.edge.sockets.messages import SUBPROTOCOL
from darkroom.edge.sockets.ports import Store

Event = TypeVar("Event")


class Gateway(Generic[Event]):
    """The three routes `$connect`, `$default` and `$disconnect`.

    An answer to `$default` carries no body: what is said is posted, so the API needs no route response. Nothing is
    raised there either, because API Gateway would tell the client in words that are not the protocol's.
    """

    def __init__(
        self,
        handshake: Handshake,
        conversation: Conversation[Event],
        store: Store,
        *,
        report: Callable[[BaseException], None],
    ) -> None:
        self._handshake = handshake
        self._conversation = conversation
        self._store = store
        self._report = report

    def handle(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Answer one event."""
        context = event["requestContext"]
        connection_id = context["connectionId"]
        try:
            match context["eventType"]:
                case "CONNECT":
                    return self._connect(connection_id, event)
                case "MESSAGE":
                    self._conversation.receive(connection_id, event.get("body") or "")
                case _:
                    self._store.forget(connection_id)
        except Exception as error:  # noqa: BLE001 - see the class
            self._report(error)
            if context["eventType"] != "MESSAGE":
                return {"statusCode": HTTPStatus.INTERNAL_SERVER_ERROR.value}
            with suppress(Exception):
                self._conversation.break_off(connection_id)
        return {"statusCode": HTTPStatus.OK.value}

    def _connect(self, connection_id: str, event: Mapping[str, Any]) -> dict[str, Any]:
        headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
        query = event.get("queryStringParameters") or {}
        offered = headers.get("sec-websocket-protocol", "")
        try:
            self._handshake.connect(
                connection_id,
                subprotocols=[name.strip() for name in offered.split(",")],
                origin=headers.get("origin"),
                ticket=query.get("ticket"),
            )
        except Refused as refusal:
            return {"statusCode": refusal.status.value, "body": refusal.words}
        return {"statusCode": HTTPStatus.OK.value, "headers": {"Sec-WebSocket-Protocol": SUBPROTOCOL}}
