"""Events on their way from the queue to the sockets."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict
from typing import Any, Protocol

from darkroom.edge.graphql.context import Store
from darkroom.edge.graphql.subscribing import topics_of
from darkroom.edge.sockets.application import Caller
from darkroom.edge.sockets.delivery import Delivery
from darkroom.edge.wire.events import SocketOpened, Told
from darkroom.errors import Unavailable
from darkroom.events import ImageChanged, SessionEnded
from darkroom.ids import EventId
from darkroom.images.following import Happening, happenings
from darkroom.images.model import ImageChange, Status


class ToldEvents(Protocol):
    """Remembers which events were told."""

    def has(self, event_id: EventId) -> bool:
        """Tell whether an event was told already."""

    def add(self, event_id: EventId) -> None:
        """Remember that an event was told."""


class Notifier:
    """Tells each event to whoever listens. It may be told twice, or shuffled: an image is shown as it stands now."""

    def __init__(
        self,
        unit_of_work: Callable[[], AbstractContextManager[Store]],
        delivery: Delivery[Happening],
        told: ToldEvents,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._delivery = delivery
        self._told = told

    def tell(self, message: Told) -> dict[str, Any]:
        """Do what an event asks for and return what was done; where somebody was not reached, it has to come again.

        It is remembered only after all were told, so a crash in between tells some of them twice.
        """
        event = message.event
        if isinstance(event, SocketOpened):
            return {"closed": self._delivery.close_if_silent(event.connection_id)}
        if self._told.has(message.id):
            return {"repeated": True}
        if isinstance(event, SessionEnded):
            done: dict[str, Any] = {"closed": self._close_session(event)}
        else:
            done = self._tell_change(message, event)
        self._told.add(message.id)
        return done

    def _close_session(self, event: SessionEnded) -> int:
        return self._delivery.close_session(Caller(str(event.account_id), event.session_id))

    def _tell_change(self, message: Told, event: ImageChanged) -> dict[str, int]:
        change = ImageChange(
            id=message.id,
            image_id=event.image_id,
            owner_id=event.owner_id,
            status=Status(event.status),
            happened_at=message.happened_at,
        )
        with self._unit_of_work() as store:
            (happening,) = happenings(store, [change])
        delivered = self._delivery.tell(topics_of(change), happening)
        if delivered.failed:
            raise Unavailable(f"{delivered.failed} subscribers were not reached: the event has to come again.")
        return asdict(delivered)
