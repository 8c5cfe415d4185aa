"""Sockets in one DynamoDB table: connections, who listens to what, sessions that ended, one-time tickets.

    connection#ID    self               whose it is, whether it was acknowledged, how many subscriptions it has
    connection#ID    subscription#SID   the topic
    topic#T          ID#SID             the operation and its caller, so that telling a topic takes one query
    subject#A        ID                 the session
    session#S        ended              no connection opens with it any more
    ticket#SHA-256   self               whom it was issued to

Several writes follow each other so that a crash in between leaves only what its time to live, or a later message to
a connection that is gone, takes away: who listens is written last and forgotten first.
"""

import hashlib
import itertools
import json
import secrets
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.connection import Connection as Dynamo
from pynamodb.exceptions import DeleteError, DoesNotExist, PutError, TransactWriteError, UpdateError
from pynamodb.transactions import TransactWrite

from darkroom.adapters.dynamo.tables import CONNECT_SECONDS, READ_SECONDS, ShortLived, bind, unix_now
from darkroom.edge.sockets.application import Caller, Operation
from darkroom.edge.sockets.ports import (
    AlreadySubscribed,
    Connection,
    Gone,
    Subscription,
    Ticket,
    TooManySubscriptions,
)

LIFETIME = timedelta(hours=2, minutes=15)
"""A little over the two hours after which API Gateway ends every connection."""
TICKET_LIFETIME = timedelta(seconds=60)

PAGE = 1_000
"""Listeners read at once. Small pages would each wait behind the posts to those of the page before."""

_SECRET_BYTES = 32
_REFUSED = "ConditionalCheckFailedException"
_SELF = "self"
_ENDED = "ended"
_SUBSCRIPTION = "subscription#"


class _Part(ShortLived):
    """One of several items under an `id`."""

    part = UnicodeAttribute(range_key=True)


class _Connection(_Part):
    subject = UnicodeAttribute()
    session = UnicodeAttribute(null=True)
    acknowledged = BooleanAttribute(default=False)
    subscriptions = NumberAttribute(default=0)


class _Subscription(_Part):
    topic = UnicodeAttribute()


class _Listener(_Part):
    operation = UnicodeAttribute()
    subject = UnicodeAttribute()
    session = UnicodeAttribute(null=True)


class _OfSubject(_Part):
    session = UnicodeAttribute(null=True)


class _Session(_Part):
    """A session that has ended."""


class _Ticket(_Part):
    subject = UnicodeAttribute()
    session = UnicodeAttribute(null=True)


class DynamoSocketTickets:
    """One-time tickets, kept as hashes."""

    def __init__(self, table_name: str) -> None:
        self._tickets = bind(_Ticket, table_name)

    def issue(self, caller: Caller) -> Ticket:
        """Return a ticket that opens one connection within a minute."""
        ticket = secrets.token_urlsafe(_SECRET_BYTES)
        ends = unix_now() + int(TICKET_LIFETIME.total_seconds())
        self._tickets(
            _ticket_key(ticket), _SELF, subject=caller.subject, session=caller.session, expires_at=ends
        ).save()
        return Ticket(ticket, datetime.fromtimestamp(ends, UTC))

    def spend(self, ticket: str) -> Caller | None:
        """Return whom a ticket was issued to, exactly once."""
        try:
            known = self._tickets.get(_ticket_key(ticket), _SELF, consistent_read=True)
            known.delete(condition=_Ticket.id.exists())
        except DoesNotExist:
            return None
        except DeleteError as error:
            if error.cause_response_code != _REFUSED:
                raise
            return None
        return Caller(known.subject, known.session) if known.expires_at > unix_now() else None


class DynamoSockets:
    """Connections and subscriptions."""

    def __init__(self, table_name: str) -> None:
        self._connections = bind(_Connection, table_name)
        self._subscriptions = bind(_Subscription, table_name)
        self._listeners = bind(_Listener, table_name)
        self._of_subjects = bind(_OfSubject, table_name)
        self._sessions = bind(_Session, table_name)
        self._dynamo: Dynamo | None = None

    def open(self, connection: Connection) -> bool:
        """Save a connection, at once with a look whether its session has ended."""
        caller, ends = connection.caller, _end()
        try:
            with TransactWrite(connection=self._client()) as transaction:
                if caller.session is not None:
                    transaction.condition_check(
                        self._sessions, _session_key(caller.session), _ENDED, condition=_Session.id.does_not_exist()
                    )
                transaction.save(
                    self._connections(
                        _connection_key(connection.id),
                        _SELF,
                        subject=caller.subject,
                        session=caller.session,
                        acknowledged=connection.acknowledged,
                        expires_at=ends,
                    )
                )
                transaction.save(
                    self._of_subjects(
                        _subject_key(caller.subject), connection.id, session=caller.session, expires_at=ends
                    )
                )
        except TransactWriteError as error:
            if not any(reason and reason.code == "ConditionalCheckFailed" for reason in error.cancellation_reasons):
                raise
            return False
        return True

    def connection(self, connection_id: str) -> Connection | None:
        """Return a connection that is open."""
        try:
            found = self._connections.get(_connection_key(connection_id), _SELF, consistent_read=True)
        except DoesNotExist:
            return None
        if found.expires_at <= unix_now():
            return None
        return Connection(
            id=connection_id, caller=Caller(found.subject, found.session), acknowledged=found.acknowledged
        )

    def acknowledge(self, connection_id: str) -> bool:
        """Mark a connection as acknowledged, once."""
        fresh = (_Connection.acknowledged == False) & (_Connection.expires_at > unix_now())  # noqa: E712 - an expression
        try:
            self._connections(_connection_key(connection_id), _SELF).update(
                actions=[_Connection.acknowledged.set(True)], condition=fresh
            )
        except UpdateError as error:
            if error.cause_response_code != _REFUSED:
                raise
            return False
        return True

    def forget(self, connection_id: str) -> None:
        """Forget a connection with all that belongs to it."""
        key = _connection_key(connection_id)
        subscriptions = list(
            self._subscriptions.query(key, _Subscription.part.startswith(_SUBSCRIPTION), consistent_read=True)
        )
        with self._listeners.batch_write() as batch:
            for subscription in subscriptions:
                batch.delete(self._listeners(_topic_key(subscription.topic), f"{connection_id}#{_id_of(subscription)}"))
        with self._subscriptions.batch_write() as batch:
            for subscription in subscriptions:
                batch.delete(subscription)
        if connection := self.connection(connection_id):
            self._of_subjects(_subject_key(connection.caller.subject), connection_id).delete()
            self._connections(key, _SELF).delete()

    def add(self, subscription: Subscription, *, most: int) -> None:
        """Save a subscription: it is counted, then its id is taken, and at last the topic knows it."""
        self._count(subscription.connection_id, most=most)
        ends = _end()
        taken = self._subscriptions(
            _connection_key(subscription.connection_id),
            f"{_SUBSCRIPTION}{subscription.id}",
            topic=subscription.topic,
            expires_at=ends,
        )
        try:
            taken.save(condition=_Subscription.id.does_not_exist())
        except PutError as error:
            if error.cause_response_code != _REFUSED:
                raise
            self._uncount(subscription.connection_id)
            raise AlreadySubscribed from error
        operation = subscription.operation
        self._listeners(
            _topic_key(subscription.topic),
            f"{subscription.connection_id}#{subscription.id}",
            operation=json.dumps([operation.query, operation.operation_name, operation.variables]),
            subject=subscription.caller.subject,
            session=subscription.caller.session,
            expires_at=ends,
        ).save()

    def has(self, connection_id: str, subscription_id: str) -> bool:
        """Tell whether an id is in use."""
        return self._topic_of(connection_id, subscription_id) is not None

    def end(self, connection_id: str, subscription_id: str) -> None:
        """Forget a subscription of which only the id is known."""
        topic = self._topic_of(connection_id, subscription_id)
        if topic is not None:
            self._drop(connection_id, subscription_id, topic)

    def drop(self, subscription: Subscription) -> None:
        """Forget a subscription, also one of which only the topic knows."""
        self._drop(subscription.connection_id, subscription.id, subscription.topic)

    def listening(self, topic: str) -> Iterable[Sequence[Subscription]]:
        """Return the subscriptions to a topic, page by page."""
        found = self._listeners.query(_topic_key(topic), consistent_read=True, page_size=PAGE)
        return _pages(_subscription(topic, entry) for entry in found if entry.expires_at > unix_now())

    def end_session(self, caller: Caller) -> Sequence[Connection]:
        """Note that a session has ended, then look which connections it has: none can slip in between."""
        if caller.session is not None:
            self._sessions(_session_key(caller.session), _ENDED, expires_at=_end()).save()
        return [
            Connection(id=entry.part, caller=Caller(caller.subject, entry.session))
            for entry in self._of_subjects.query(_subject_key(caller.subject), consistent_read=True)
            if caller.session in {None, entry.session} and entry.expires_at > unix_now()
        ]

    def _count(self, connection_id: str, *, most: int) -> None:
        room = (_Connection.subscriptions < most) & (_Connection.expires_at > unix_now())
        try:
            self._connections(_connection_key(connection_id), _SELF).update(
                actions=[_Connection.subscriptions.add(1)], condition=room
            )
        except UpdateError as error:
            if error.cause_response_code != _REFUSED:
                raise
            if self.connection(connection_id):
                raise TooManySubscriptions from error
            raise Gone from error

    def _uncount(self, connection_id: str) -> None:
        try:
            self._connections(_connection_key(connection_id), _SELF).update(
                actions=[_Connection.subscriptions.add(-1)], condition=_Connection.subscriptions > 0
            )
        except UpdateError as error:
            if error.cause_response_code != _REFUSED:
                raise

    def _topic_of(self, connection_id: str, subscription_id: str) -> str | None:
        try:
            found = self._subscriptions.get(
                _connection_key(connection_id), f"{_SUBSCRIPTION}{subscription_id}", consistent_read=True
            )
        except DoesNotExist:
            return None
        return found.topic

    def _drop(self, connection_id: str, subscription_id: str, topic: str) -> None:
        self._listeners(_topic_key(topic), f"{connection_id}#{subscription_id}").delete()
        taken = self._subscriptions(_connection_key(connection_id), f"{_SUBSCRIPTION}{subscription_id}")
        try:
            taken.delete(condition=_Subscription.id.exists())
        except DeleteError as error:
            if error.cause_response_code != _REFUSED:
                raise
        else:
            self._uncount(connection_id)

    def _client(self) -> Dynamo:
        if self._dynamo is None:
            self._dynamo = Dynamo(connect_timeout_seconds=CONNECT_SECONDS, read_timeout_seconds=READ_SECONDS)
        return self._dynamo


def _connection_key(connection_id: str) -> str:
    return f"connection#{connection_id}"


def _topic_key(topic: str) -> str:
    return f"topic#{topic}"


def _subject_key(subject: str) -> str:
    return f"subject#{subject}"


def _session_key(session: str) -> str:
    return f"session#{session}"


def _ticket_key(ticket: str) -> str:
    return f"ticket#{hashlib.sha256(ticket.encode('utf-8', 'replace')).hexdigest()}"


def _id_of(subscription: _Subscription) -> str:
    return str(subscription.part).removeprefix(_SUBSCRIPTION)


def _subscription(topic: str, entry: Any) -> Subscription:
    connection_id, _, subscription_id = entry.part.partition("#")
    query, name, variables = json.loads(entry.operation)
    return Subscription(
        connection_id=connection_id,
        id=subscription_id,
        topic=topic,
        operation=Operation(query=query, operation_name=name, variables=variables),
        caller=Caller(entry.subject, entry.session),
    )


def _pages(subscriptions: Iterator[Subscription]) -> Iterator[Sequence[Subscription]]:
    while page := list(itertools.islice(subscriptions, PAGE)):
        yield page


def _end() -> int:
    return unix_now() + int(LIFETIME.total_seconds())
