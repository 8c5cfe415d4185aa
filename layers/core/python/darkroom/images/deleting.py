"""The use cases of deleting an image, taking that back, and removing it for good."""

from contextlib import suppress
from dataclasses import replace

from darkroom.errors import Unavailable
from darkroom.ids import ImageId
from darkroom.images.model import RESTORABLE_FOR, Image
from darkroom.images.ports import Cdn, ImageStore, Media, Originals, UnitOfWork, Uploads
from darkroom.images.uploading import no_image
from darkroom.principal import Principal

PURGED_AT_ONCE = 100


def delete_image(store: ImageStore, *, owner: Principal, image_id: ImageId) -> None:
    """Take an image out of every list. It can be restored for ten minutes; doing it twice changes nothing.

    What lies on the CDN stays there until then, for those who have its address.
    """
    image = _restorable(store, owner=owner, image_id=image_id)
    if image.deleted_at is None:
        store.images.save(replace(image, deleted_at=store.now))


def restore_image(store: ImageStore, *, owner: Principal, image_id: ImageId) -> Image:
    """Take a deletion back within ten minutes; an image that was not deleted is returned as it is."""
    image = replace(_restorable(store, owner=owner, image_id=image_id), deleted_at=None)
    store.images.save(image)
    return image


def purge_images(unit_of_work: UnitOfWork, uploads: Uploads, originals: Originals, media: Media, cdn: Cdn) -> int:
    """Remove for good what was deleted ten minutes ago: everything stored of it, then its row. Return how many went.

    Whatever this dies at, the row is still there to begin again from. Development that is under way meanwhile finds the
    row gone and removes what it has stored.
    """
    with unit_of_work() as store:
        before = store.now - RESTORABLE_FOR
        deleted = store.images.deleted(before=before, limit=PURGED_AT_ONCE)
    done = 0
    for image_id in deleted:
        with suppress(Unavailable), unit_of_work() as store:  # the next sweep tries again
            image = store.images.lock_even_deleted(image_id)
            if image is not None and image.deleted_at is not None and image.deleted_at < before:
                uploads.discard(image)
                originals.forget(image_id)
                media.keep_only(image_id, ())
                if not image.is_private:
                    cdn.forget(image_id)
                store.images.remove(image_id)
                done += 1
    return done


def _restorable(store: ImageStore, *, owner: Principal, image_id: ImageId) -> Image:
    image = store.images.lock_even_deleted(image_id)
    if image is None or image.owner_id != owner.account_id:
        raise no_image(image_id)
    if image.deleted_at is not None and image.deleted_at <= store.now - RESTORABLE_FOR:
        raise no_image(image_id)
    return image
