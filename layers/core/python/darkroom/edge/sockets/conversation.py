"""Answers what a client says over its connection, message by message."""

import json
from typing import Generic, TypeVar

from darkroom.edge.sockets import messages, speaking
from darkroom.edge.sockets.application import Application, Caller, Operation, Rejected
from darkroom.edge.sockets.messages import Complete, ConnectionInit, Ping, Pong, Subscribe, Unreadable
from darkroom.edge.sockets.ports import (
    AlreadySubscribed,
    Channel,
    Gone,
    Store,
    Subscription,
    TooManySubscriptions,
)
from darkroom.edge.sockets.speaking import Closing, Speaker

Event = TypeVar("Event")

MOST_SUBSCRIPTIONS = 50
MOST_OPERATION_BYTES = 16 * 1024
"""An operation is kept for as long as it is subscribed, and read again for every event."""


class Conversation(Generic[Event]):
    """The server's side of graphql-transport-ws. Any message may come twice, late, or from a connection long gone."""

    def __init__(
        self,
        store: Store,
        channel: Channel,
        application: Application[Event],
        *,
        most_subscriptions: int = MOST_SUBSCRIPTIONS,
    ) -> None:
        self._store = store
        self._speaker = Speaker(channel)
        self._application = application
        self._most = most_subscriptions

    def receive(self, connection_id: str, text: str) -> None:
        """Answer one message of a client."""
        try:
            self._answer(connection_id, text)
        except Gone:
            self._store.forget(connection_id)

    def break_off(self, connection_id: str) -> None:
        """End a connection because something went wrong on our side; what is kept of it goes with its `$disconnect`."""
        self._speaker.close(connection_id, speaking.INTERNAL_ERROR)

    def _answer(self, connection_id: str, text: str) -> None:
        try:
            message = messages.read(text)
        except Unreadable as problem:
            self._close(connection_id, speaking.invalid_message(str(problem)))
            return
        match message:
            case ConnectionInit():
                self._acknowledge(connection_id)
            case Ping(payload):
                self._speaker.say(connection_id, messages.pong(payload))
            case Pong():
                pass
            case Subscribe(subscription_id, operation):
                self._subscribe(connection_id, subscription_id, operation)
            case Complete(subscription_id):
                self._store.end(connection_id, subscription_id)

    def _acknowledge(self, connection_id: str) -> None:
        if self._store.acknowledge(connection_id):
            self._speaker.say(connection_id, messages.acknowledged())
        elif self._store.connection(connection_id):
            self._close(connection_id, speaking.TOO_MANY_INITS)
        else:
            self._close(connection_id, speaking.UNKNOWN)

    def _subscribe(self, connection_id: str, subscription_id: str, operation: Operation) -> None:
        connection = self._store.connection(connection_id)
        if connection is None:
            self._close(connection_id, speaking.UNKNOWN)
            return
        if not connection.acknowledged:
            self._close(connection_id, speaking.NOT_ACKNOWLEDGED)
            return
        try:
            subscription = Subscription(
                connection_id=connection_id,
                id=subscription_id,
                topic=self._topic(operation, connection.caller),
                operation=operation,
                caller=connection.caller,
            )
            self._store.add(subscription, most=self._most)
        except Rejected as rejection:
            if self._store.has(connection_id, subscription_id):
                self._close(connection_id, speaking.already_exists(subscription_id))
            else:
                self._speaker.say(connection_id, messages.failed(subscription_id, rejection.errors))
        except AlreadySubscribed:
            self._close(connection_id, speaking.already_exists(subscription_id))
        except TooManySubscriptions:
            words = f"A connection has {self._most} subscriptions at most: complete one, or open another connection."
            self._speaker.say(connection_id, messages.failed(subscription_id, [messages.error(words, "TOO_MANY")]))
        else:
            self._begin(subscription)

    def _topic(self, operation: Operation, caller: Caller) -> str:
        if messages.size(operation.query) + messages.size(json.dumps(operation.variables)) > MOST_OPERATION_BYTES:
            words = f"An operation has {MOST_OPERATION_BYTES} bytes at most: select less, or send less in variables."
            raise Rejected([messages.error(words, "TOO_LARGE")])
        return self._application.topic(operation, caller)

    def _begin(self, subscription: Subscription) -> None:
        """Send what is there already. The subscription stands, so nothing is missed; a repeat is possible."""
        try:
            for result in self._application.first(subscription.operation, subscription.caller):
                message = messages.next_result(subscription.id, messages.payload_of(result))
                self._speaker.say(subscription.connection_id, message)
        except Rejected as rejection:
            self._store.drop(subscription)
            self._speaker.say(subscription.connection_id, messages.failed(subscription.id, rejection.errors))

    def _close(self, connection_id: str, closing: Closing) -> None:
        self._store.forget(connection_id)
        self._speaker.close(connection_id, closing)
