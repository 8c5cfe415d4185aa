"""Use cases of following images: what became of one, or of mine, since a change that was seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from darkroom.errors import Conflict
from darkroom.ids import EventId, ImageId
from darkroom.images.model import Image, ImageChange
from darkroom.images.ports import ImageStore
from darkroom.images.viewing import view_image
from darkroom.paging import Cursor
from darkroom.principal import Principal

OVERLAP = timedelta(minutes=5)
"""How far a replay reaches back before its cursor: changes come shuffled, and are tried again for less than this."""

KEPT_FOR = timedelta(days=7)
MOST_REPLAYED = 500

_READ_ANEW = "Too much has changed since then to tell each change: read your images anew and follow from now on."


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """A change, and the image as it stands now, which may be later than the change; None once it is gone."""

    change: ImageChange
    image: Image | None


def happenings(store: ImageStore, changes: Sequence[ImageChange]) -> Sequence[Happening]:
    """Return changes with their images. Who may see those is asked before, or by whoever tells."""
    images = {image.id: image for image in store.images.get_many([change.image_id for change in changes])}
    return [Happening(change=change, image=images.get(change.image_id)) for change in changes]


def latest_change(store: ImageStore, *, viewer: Principal | None, image_id: ImageId) -> tuple[ImageChange, Image]:
    """Return how an image came to stand as it does, to somebody who may see it."""
    image = view_image(store, viewer=viewer, image_id=image_id)
    return store.changes.latest_of(image_id) or _as_it_stands(image), image


def changes_of(
    store: ImageStore, *, viewer: Principal | None, image_id: ImageId, after: Cursor
) -> Sequence[ImageChange]:
    """Return what became of an image after a change that was seen. One may be told twice, none is left out."""
    view_image(store, viewer=viewer, image_id=image_id)
    since = _reach_back(store, after)
    return _replayed(store.changes.of_image(image_id, since=since, limit=MOST_REPLAYED + 1), after)


def my_changes(store: ImageStore, *, owner: Principal, after: Cursor) -> Sequence[ImageChange]:
    """Return what became of my images after a change that was seen. One may be told twice, none is left out."""
    since = _reach_back(store, after)
    return _replayed(store.changes.of_owner(owner.account_id, since=since, limit=MOST_REPLAYED + 1), after)


def _as_it_stands(image: Image) -> ImageChange:
    """Return the last change of an image that the log has forgotten, under the id of the image itself."""
    return ImageChange(
        id=EventId(image.id),
        image_id=image.id,
        owner_id=image.owner_id,
        status=image.status,
        happened_at=image.developed_at or image.uploaded_at,
    )


def _reach_back(store: ImageStore, after: Cursor) -> datetime:
    if after.at < store.now - KEPT_FOR + OVERLAP:
        raise Conflict(_READ_ANEW)
    return after.at - OVERLAP


def _replayed(found: Sequence[ImageChange], after: Cursor) -> Sequence[ImageChange]:
    if len(found) > MOST_REPLAYED:
        raise Conflict(_READ_ANEW)
    return [change for change in found if change.id != after.id]
