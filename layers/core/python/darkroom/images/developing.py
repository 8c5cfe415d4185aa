"""The use case that makes an image out of an upload, safe to run twice, in any order and at once."""

import hashlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from enum import StrEnum
from functools import partial

from darkroom.events import ImageChanged
from darkroom.ids import ImageId
from darkroom.images.model import MOST_STREAMED_BYTES, Development, Image, Rendition, Status, Undevelopable, Variant
from darkroom.images.object_keys import variant_key
from darkroom.images.ports import Developer, Media, Originals, UnitOfWork


class Outcome(StrEnum):
    """What one delivery came to."""

    READY = "ready"
    REFUSED = "refused"
    ALREADY_DONE = "already_done"
    UNKNOWN = "unknown"


def develop_image(
    unit_of_work: UnitOfWork, originals: Originals, media: Media, developer: Developer, *, image_id: ImageId
) -> Outcome:
    """Develop what arrived and make it ready, or refused with a reason.

    The row is taken to `processing` in one transaction and out of it in another, with no connection held in between.
    WebPs lie under content-derived keys, so a second delivery writes the same bytes to the same places, and only the
    delivery that finds the row still unfinished changes it and tells of it. A deleted image is developed all the same,
    because it can be restored; of one that is gone for good nothing stays stored.
    """
    image = _begin(unit_of_work, image_id)
    if image is None:
        _remove(originals, media, image_id)
        return Outcome.UNKNOWN
    if image.status is not Status.PROCESSING:
        originals.clear(image_id)
        return Outcome.ALREADY_DONE
    try:
        data = _check_arrived(originals, image)
        development = developer.develop(data)
    except Undevelopable as verdict:
        outcome = _finish(unit_of_work, image, partial(_refused, verdict=verdict))
    else:
        stored = _store_renditions(media, image, development.renditions)
        originals.keep(image_id, data, development.content_type)
        outcome = _finish(unit_of_work, image, partial(_ready, media, development, image, stored))
    if outcome is Outcome.UNKNOWN:
        _remove(originals, media, image_id)
    originals.clear(image_id)
    return outcome


def _begin(unit_of_work: UnitOfWork, image_id: ImageId) -> Image | None:
    with unit_of_work() as store:
        image = store.images.lock_even_deleted(image_id)
        if image is None or image.status in {Status.READY, Status.REFUSED}:
            return image
        begun = replace(
            image,
            status=Status.PROCESSING,
            attempts=image.attempts + 1,
            processing_since=image.processing_since or store.now,
        )
        store.images.save(begun)
        if image.status is Status.AWAITING:
            store.events.append(ImageChanged(image_id=image.id, owner_id=image.owner_id, status=begun.status))
        return begun


def _check_arrived(originals: Originals, image: Image) -> bytes:
    """Check again what was promised when the place was given out, before a byte is decoded."""
    data = originals.fetch(image.id, at_most=image.bytes)
    if data is None:
        raise Undevelopable("The photo never arrived: upload it again.")
    if len(data) != image.bytes or len(data) > MOST_STREAMED_BYTES:
        arrived = "More" if len(data) > image.bytes else f"Only {len(data):,}"
        raise Undevelopable(f"{arrived} bytes arrived where {image.bytes:,} were announced: upload it again.")
    if image.checksum_sha256 and hashlib.sha256(data).hexdigest() != image.checksum_sha256:
        raise Undevelopable("The photo was damaged on its way (its checksum differs): upload it again.")
    return data


def _store_renditions(media: Media, image: Image, renditions: Sequence[Rendition]) -> tuple[Variant, ...]:
    keys = [variant_key(image.id, rendition, image.visibility) for rendition in renditions]
    with ThreadPoolExecutor(max_workers=len(renditions)) as pool:
        list(pool.map(media.put, keys, [rendition.data for rendition in renditions]))
    return tuple(
        Variant(width=rendition.width, height=rendition.height, bytes=len(rendition.data), key=key)
        for key, rendition in zip(keys, renditions, strict=True)
    )


def _ready(media: Media, development: Development, begun: Image, stored: tuple[Variant, ...], current: Image) -> Image:
    if current.is_private != begun.is_private:  # seldom, so it is done while the row is held: nobody moves them then
        stored = _store_renditions(media, current, development.renditions)
    return replace(
        current,
        status=Status.READY,
        reason=development.note,
        content_type=development.content_type,
        width=development.width,
        height=development.height,
        thumbhash=development.thumbhash,
        variants=stored,
    )


def _refused(current: Image, *, verdict: Undevelopable) -> Image:
    return replace(current, status=Status.REFUSED, reason=verdict.reason)


def _finish(unit_of_work: UnitOfWork, image: Image, finish: Callable[[Image], Image]) -> Outcome:
    """Finish the row as it stands now: its owner may have edited it meanwhile."""
    with unit_of_work() as store:
        current = store.images.lock_even_deleted(image.id)
        if current is None:
            return Outcome.UNKNOWN
        if current.status is not Status.PROCESSING:
            return Outcome.ALREADY_DONE
        finished = replace(finish(current), developed_at=store.now)
        store.images.save(finished)
        store.events.append(ImageChanged(image_id=finished.id, owner_id=finished.owner_id, status=finished.status))
    return Outcome(finished.status)


def _remove(originals: Originals, media: Media, image_id: ImageId) -> None:
    originals.forget(image_id)
    media.keep_only(image_id, ())
