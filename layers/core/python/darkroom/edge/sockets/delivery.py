"""Tells subscribers what happened, and closes connections that have to end."""

import json
import logging
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Generic, TypeVar

from darkroom.edge.sockets import messages, speaking
from darkroom.edge.sockets.application import Application, Caller, Rejected
from darkroom.edge.sockets.ports import Busy, Channel, Gone, Store, Subscription
from darkroom.edge.sockets.speaking import Speaker

Event = TypeVar("Event")

_THREADS = 32
_log = logging.getLogger(__name__)


def _write_down(error: BaseException) -> None:
    _log.error("An event could not be put into words.", exc_info=error)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """How many subscriptions were told, ended, found gone, or could not be reached; the last are worth another try."""

    told: int = 0
    ended: int = 0
    gone: int = 0
    failed: int = 0


class Delivery(Generic[Event]):
    """Speaks to connections from outside their own messages. All of it may be done twice."""

    def __init__(
        self,
        store: Store,
        channel: Channel,
        application: Application[Event],
        *,
        report: Callable[[BaseException], None] = _write_down,
        threads: int = _THREADS,
    ) -> None:
        self._store = store
        self._speaker = Speaker(channel)
        self._application = application
        self._report = report
        self._threads = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="delivery")

    def tell(self, topics: Sequence[str], event: Event) -> Delivered:
        """Tell an event to everybody who listens to one of the topics and may see it.

        Each subscriber gets what it selected; what several get alike is resolved once. Whoever may not see it (any
        more) has its subscription completed. Posting begins while the next page of subscribers is read.
        """
        wording = _Wording(self._application, event, self._report)
        posts: list[Future[str]] = []
        counts: Counter[str] = Counter()
        for subscription in self._listening(topics):
            if message := wording.of(subscription):
                posts.append(self._threads.submit(self._post, subscription, message))
            else:
                counts["failed"] += 1
        counts.update(post.result() for post in posts)
        return Delivered(**counts)

    def close_session(self, caller: Caller) -> int:
        """Close every connection of a session (of the whole account without one) and return how many those were.

        From then on no ticket of that session opens another. `Busy` means that some are left: do it again.
        """
        connections = self._store.end_session(caller)
        for closing in [self._threads.submit(self._sign_out, connection.id) for connection in connections]:
            closing.result()
        return len(connections)

    def close_if_silent(self, connection_id: str) -> bool:
        """Close a connection that did not send `connection_init` in time; False if it did, or is gone."""
        connection = self._store.connection(connection_id)
        if connection is None or connection.acknowledged:
            return False
        self._speaker.close(connection_id, speaking.INIT_TIMEOUT)
        self._store.forget(connection_id)
        return True

    def _listening(self, topics: Sequence[str]) -> Iterable[Subscription]:
        for topic in dict.fromkeys(topics):
            for page in self._store.listening(topic):
                yield from page

    def _post(self, subscription: Subscription, message: "_Next | _Last") -> str:
        try:
            self._speaker.say(subscription.connection_id, message.text)
            if isinstance(message, _Last):
                self._store.drop(subscription)
        except Gone:
            self._store.drop(subscription)
            self._store.forget(subscription.connection_id)
            return "gone"
        except Busy:
            return "failed"
        return "ended" if isinstance(message, _Last) else "told"

    def _sign_out(self, connection_id: str) -> None:
        self._speaker.close(connection_id, speaking.SIGNED_OUT)
        self._store.forget(connection_id)


@dataclass(frozen=True, slots=True)
class _Next:
    text: str


@dataclass(frozen=True, slots=True)
class _Last:
    text: str


class _Wording(Generic[Event]):
    """What is said about one event; each thing is decided and resolved once, however many hear it.

    An operation that the application breaks on is reported, and keeps nobody else from hearing.
    """

    def __init__(self, application: Application[Event], event: Event, report: Callable[[BaseException], None]) -> None:
        self._application = application
        self._event = event
        self._report = report
        self._broken: set[tuple[str, Caller]] = set()
        self._audiences: dict[tuple[str, Caller], Hashable | None] = {}
        self._payloads: dict[tuple[str, Hashable], str | Rejected] = {}

    def of(self, subscription: Subscription) -> _Next | _Last | None:
        """Return the message for a subscriber, or None where the application broke."""
        operation = subscription.operation
        same = json.dumps([operation.query, operation.operation_name, operation.variables], sort_keys=True)
        key = (same, subscription.caller)
        if key in self._broken:
            return None
        try:
            return self._message(same, subscription)
        except Exception as error:  # noqa: BLE001 - see the class
            self._report(error)
            self._broken.add(key)
            return None

    def _message(self, same: str, subscription: Subscription) -> _Next | _Last:
        audience = self._audience(same, subscription)
        if audience is None:
            return _Last(messages.completed(subscription.id))
        payload = self._payload((same, audience), subscription)
        if isinstance(payload, Rejected):
            return _Last(messages.failed(subscription.id, payload.errors))
        return _Next(messages.next_result(subscription.id, payload))

    def _audience(self, same: str, subscription: Subscription) -> Hashable | None:
        key = (same, subscription.caller)
        if key not in self._audiences:
            self._audiences[key] = self._application.audience(self._event, subscription.operation, subscription.caller)
        return self._audiences[key]

    def _payload(self, key: tuple[str, Hashable], subscription: Subscription) -> str | Rejected:
        if key not in self._payloads:
            try:
                result = self._application.resolve(self._event, subscription.operation, subscription.caller)
                self._payloads[key] = messages.payload_of(result)
            except Rejected as rejection:
                self._payloads[key] = rejection
        return self._payloads[key]
