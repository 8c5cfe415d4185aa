"""Use cases of looking at images: the last one, one, mine, and which WebP fits a screen."""

from darkroom.errors import Conflict, NotFound
from darkroom.ids import ImageId
from darkroom.images.model import Image, Status, Variant, Visibility
from darkroom.images.ports import ImageStore
from darkroom.images.uploading import no_image, own_image
from darkroom.paging import Cursor, Page
from darkroom.principal import Principal


def last_image(store: ImageStore, *, owner: Principal) -> Image:
    """Return the image its owner asked for last."""
    image = store.images.newest_of(owner.account_id)
    if image is None:
        raise NotFound("You have no images yet: upload one first.")
    return image


def my_images(store: ImageStore, *, owner: Principal, after: Cursor | None, limit: int) -> Page[Image]:
    """Return a page of the owner's images, newest first."""
    found = store.images.of_owner(owner.account_id, after=after, limit=limit + 1)
    shown = found[:limit]
    more = len(found) > limit
    return Page(shown, Cursor(at=shown[-1].uploaded_at, id=shown[-1].id) if more else None)


def view_image(store: ImageStore, *, viewer: Principal | None, image_id: ImageId) -> Image:
    """Return an image to somebody who may see it: its owner, or anybody once it is ready and not private."""
    image = store.images.get(image_id)
    if image is None:
        raise no_image(image_id)
    if viewer is not None and viewer.account_id == image.owner_id:
        return image
    if image.status is Status.READY and image.visibility is not Visibility.PRIVATE:
        return image
    raise no_image(image_id)


def fitting_variant(image: Image, *, width: int | None) -> Variant:
    """Return the smallest WebP at least `width` pixels wide, else the largest; an unfinished image is a `Conflict`."""
    if image.status is Status.REFUSED:
        raise Conflict(f"This photo was not developed. {image.reason}")
    if image.status is not Status.READY:
        raise Conflict("This photo is still being developed: try again in a moment.")
    by_width = sorted(image.variants, key=lambda variant: variant.width)
    wanted = width or by_width[-1].width
    return next((variant for variant in by_width if variant.width >= wanted), by_width[-1])


def original_of(store: ImageStore, *, owner: Principal, image_id: ImageId) -> Image:
    """Return an image whose kept original its owner may download."""
    image = own_image(store, owner=owner, image_id=image_id)
    if image.status is not Status.READY:
        raise Conflict("Only a developed photo's original is kept: this one is " + image.status + ".")
    return image
