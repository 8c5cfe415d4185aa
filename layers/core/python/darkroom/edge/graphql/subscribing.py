"""Subscriptions to images: what `edge.sockets` asks of the application whose operations it carries."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any
from uuid import UUID

from darkroom.edge.graphql.context import World
from darkroom.edge.graphql.errors import Report, of_refusal
from darkroom.edge.graphql.limits import Limits
from darkroom.edge.graphql.operations import Operations, Prepared, Refused, only_field
from darkroom.edge.sockets.application import Caller, Operation, Rejected
from darkroom.errors import Malformed, Refusal
from darkroom.ids import AccountId, ImageId, parse_id
from darkroom.images.following import Happening
from darkroom.images.model import ImageChange
from darkroom.images.viewing import may_view, view_image
from darkroom.paging import parse_cursor
from darkroom.principal import Principal


class ImageSubscriptions:
    """The application behind the sockets: `imageChanged` and `myImagesChanged`."""

    def __init__(self, world: World, limits: Limits, report: Report) -> None:
        self._world = world
        self._operations = Operations(world, limits, report)

    def topic(self, operation: Operation, caller: Caller) -> str:
        """Check an operation and name what it listens to; what cannot be listened to raises `Rejected`."""
        try:
            prepared = self._prepared(operation)
            if not prepared.is_subscription:
                raise Malformed("Only subscriptions come over this socket: send queries and mutations with POST.")
            return self._topic_of(*only_field(prepared), _principal(caller))
        except Refusal as refusal:
            raise Rejected([of_refusal(refusal)]) from refusal
        except Refused as refused:
            raise Rejected(refused.errors) from refused

    def first(self, operation: Operation, caller: Caller) -> Sequence[Mapping[str, Any]]:
        """Return the latest change of an image, or what was missed of mine; too much to tell raises `Rejected`."""
        try:
            return self._operations.listen(self._prepared(operation), _principal(caller))
        except Refused as refused:
            raise Rejected(refused.errors) from refused

    def audience(self, event: Happening, operation: Operation, caller: Caller) -> Hashable | None:
        """Tell owners from others, who see less, and from those who may not see the image (any more)."""
        del operation
        viewer = _principal(caller)
        owns = viewer.account_id == event.change.owner_id
        if not owns and (event.image is None or not may_view(event.image, viewer=viewer)):
            return None
        return "owner" if owns else "others"

    def resolve(self, event: Happening, operation: Operation, caller: Caller) -> Mapping[str, Any]:
        """Return what an operation says of a change."""
        try:
            return self._operations.tell(self._prepared(operation), _principal(caller), event)
        except Refused as refused:  # it was taken once; limits may have become narrower since
            raise Rejected(refused.errors) from refused

    def _prepared(self, operation: Operation) -> Prepared:
        return self._operations.prepare(operation.query, operation.operation_name, operation.variables)

    def _topic_of(self, field: str, arguments: Mapping[str, Any], viewer: Principal) -> str:
        if field == "imageChanged":
            image_id = parse_id(ImageId, arguments["id"])
            with self._world.unit_of_work() as store:
                view_image(store, viewer=viewer, image_id=image_id)
            return _of_image(image_id)
        parse_cursor(arguments["after"])
        return _of_owner(viewer.account_id)


def topics_of(change: ImageChange) -> Sequence[str]:
    """Name the topics that a change is told under."""
    return _of_image(change.image_id), _of_owner(change.owner_id)


def _of_image(image_id: ImageId) -> str:
    return f"image/{image_id}"


def _of_owner(account_id: AccountId) -> str:
    return f"images-of/{account_id}"


def _principal(caller: Caller) -> Principal:
    return Principal(AccountId(UUID(caller.subject)), caller.session)
