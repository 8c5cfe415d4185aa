"""The use cases of changing an image: its title, its alt text, and who may see it."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from enum import Enum

from darkroom.errors import Conflict, Invalid, NotFound, Unavailable
from darkroom.ids import ImageId
from darkroom.images.model import LONGEST_ALT_TEXT, LONGEST_TITLE, Image, Status, Variant, Visibility
from darkroom.images.object_keys import moved_key
from darkroom.images.ports import Cdn, ImageStore, Media, UnitOfWork
from darkroom.images.uploading import no_image, shown_letters
from darkroom.principal import Principal

SETTLES_WITHIN = timedelta(minutes=5)
"""Longer than a request that moves WebPs and a development that stores them can last."""

TIDIED_AT_ONCE = 100

_CHANGED_MEANWHILE = "Who may see this photo was changed just now: look at it and try again."


class Kept(Enum):
    """What an edit says of a fact that it leaves as it is."""

    KEPT = "kept"


KEPT = Kept.KEPT


def edit_image(  # noqa: PLR0913 - what can be changed about an image
    unit_of_work: UnitOfWork,
    media: Media,
    cdn: Cdn,
    *,
    owner: Principal,
    image_id: ImageId,
    title: str | Kept | None = KEPT,
    alt_text: str | Kept | None = KEPT,
    visibility: Visibility | Kept = KEPT,
) -> Image:
    """Change what is named of an image; an empty text becomes None.

    Private WebPs lie apart from others, so a step between private and not private moves those of a developed image.
    They are copied before the row names them and removed after, and at each step the row says first until when what it
    does not name may lie there: wherever this dies, every WebP it names can be fetched, and the sweep removes the rest.
    An image that is not developed yet only changes its row, and development goes by that.
    """

    def edited(image: Image) -> Image:
        return replace(
            image,
            title=image.title if title is KEPT else _clean(title, "title", LONGEST_TITLE),
            alt_text=image.alt_text if alt_text is KEPT else _clean(alt_text, "alt_text", LONGEST_ALT_TEXT),
            visibility=image.visibility if visibility is KEPT else visibility,
        )

    with unit_of_work() as store:
        image = own_locked_image(store, owner=owner, image_id=image_id)
        wanted = edited(image)
        if wanted.is_private == image.is_private:
            store.images.save(wanted)
            return wanted
        mark = store.now + SETTLES_WITHIN
        if image.status is not Status.READY:
            wanted = replace(wanted, tidy_after=mark)
            store.images.save(wanted)
            return wanted
        store.images.save(replace(image, tidy_after=mark))

    moved = _copied(media, image, wanted.visibility)
    with unit_of_work() as store:
        current = own_locked_image(store, owner=owner, image_id=image_id)
        wanted = edited(current)
        if wanted.is_private != current.is_private:
            if current.variants != image.variants:
                raise Conflict(_CHANGED_MEANWHILE)
            wanted = replace(wanted, variants=moved)
        store.images.save(wanted)
    with suppress(Unavailable), unit_of_work() as store:  # it is told, and the sweep does this again
        current = own_locked_image(store, owner=owner, image_id=image_id)
        if current.tidy_after == mark:
            _tidy(media, cdn, current)
    return wanted


def tidy_images(unit_of_work: UnitOfWork, media: Media, cdn: Cdn) -> int:
    """Remove what images whose time for it has come no longer name; return how many images those were."""
    with unit_of_work() as store:
        untidy = store.images.untidy(before=store.now, limit=TIDIED_AT_ONCE)
    done = 0
    for image_id in untidy:
        with suppress(Unavailable), unit_of_work() as store:  # the next sweep tries again
            image = store.images.lock_even_deleted(image_id)
            if image is not None and image.tidy_after is not None and image.tidy_after < store.now:
                _tidy(media, cdn, image)
                store.images.save(replace(image, tidy_after=None))
                done += 1
    return done


def own_locked_image(store: ImageStore, *, owner: Principal, image_id: ImageId) -> Image:
    """Return an image to its owner, for changing it."""
    image = store.images.lock(image_id)
    if image is None or image.owner_id != owner.account_id:
        raise no_image(image_id)
    return image


def _copied(media: Media, image: Image, visibility: Visibility) -> tuple[Variant, ...]:
    """Store an image's WebPs where another visibility has them, and return them there."""
    moved = tuple(replace(variant, key=moved_key(variant.key, visibility)) for variant in image.variants)
    try:
        with ThreadPoolExecutor(max_workers=len(moved)) as pool:
            list(pool.map(media.copy, [old.key for old in image.variants], [new.key for new in moved]))
    except NotFound as error:
        raise Conflict(_CHANGED_MEANWHILE) from error
    return moved


def _tidy(media: Media, cdn: Cdn, image: Image) -> None:
    """Remove what a locked image does not name. A private one may have been public until now."""
    media.keep_only(image.id, {variant.key for variant in image.variants})
    if image.is_private:
        cdn.forget(image.id)


def _clean(text: str | None, field: str, longest: int) -> str | None:
    """Make one line of a text and drop what cannot be shown; nothing left is None."""
    line = " ".join(shown_letters(text or "", spaces=True).split())
    if len(line) > longest:
        sentence = f"This may have at most {longest} characters: shorten it."
        raise Invalid(sentence, {field: [sentence]})
    return line or None
