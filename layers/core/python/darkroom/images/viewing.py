"""Use cases of looking at images: the last one, one, mine, and which WebP fits a screen."""

from collections.abc import Sequence

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
    return Page(shown, shown[-1].cursor if more else None)


def view_image(store: ImageStore, *, viewer: Principal | None, image_id: ImageId) -> Image:
    """Return an image to somebody who may see it."""
    image = store.images.get(image_id)
    if image is None or not may_view(image, viewer=viewer):
        raise no_image(image_id)
    return image


def view_images(
    store: ImageStore, *, viewer: Principal | None, image_ids: Sequence[ImageId]
) -> Sequence[Image | NotFound]:
    """Return images in the order asked for, with a refusal in the place of each that may not be seen."""
    seen = {image.id: image for image in store.images.get_many(image_ids) if may_view(image, viewer=viewer)}
    return [seen.get(image_id) or no_image(image_id) for image_id in image_ids]


def may_view(image: Image, *, viewer: Principal | None) -> bool:
    """Tell who may see an image: its owner, or anybody once it is ready and not private."""
    if viewer is not None and viewer.account_id == image.owner_id:
        return True
    return image.status is Status.READY and image.visibility is not Visibility.PRIVATE


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
