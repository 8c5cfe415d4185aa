"""The use cases that keep house: nothing gets stuck, and what nobody will ask for any more goes."""

from dataclasses import dataclass, replace
from datetime import timedelta

from darkroom.events import ImageChanged
from darkroom.images.following import KEPT_FOR
from darkroom.images.model import MULTIPART_LIFETIME, Image, Status
from darkroom.images.ports import ImageStore, OldEvents, Uploads, UploadsQueue

STALLED_AFTER = timedelta(minutes=10)
PATIENCE_AFTER_REQUEUE = timedelta(minutes=4)
MOST_ATTEMPTS = 3
AT_ONCE = 500
AT_RECOVERY = 10_000
FORGOTTEN_AT_ONCE = 5_000

NEVER_ARRIVED = "The photo never arrived: upload it again."
GAVE_UP = "We could not develop this photo, though we tried several times: export it as a JPEG and upload that."


@dataclass(frozen=True, slots=True)
class Swept:
    """How many images were refused and how many were put on the queue again."""

    refused: int
    requeued: int


def sweep_uploads(store: ImageStore, uploads: Uploads, queue: UploadsQueue, *, recovering: bool = False) -> Swept:
    """Refuse what never arrived, requeue what arrived and got lost, give up what fails every time.

    `recovering` says that the queue itself was just lost: then whatever has arrived is requeued at once, however
    young. Asking for development twice is harmless, so the queue is told before the rows are committed.
    """
    refused: list[Image] = []
    requeued: list[Image] = []
    for image in _overdue(store, recovering=recovering):
        if uploads.has_arrived(image.id):
            requeued.append(image)
        elif image.expires_at <= store.now:
            uploads.discard(image)
            refused.append(replace(image, reason=NEVER_ARRIVED))
    for image in _stalled(store, recovering=recovering):
        if image.attempts >= MOST_ATTEMPTS and not recovering:
            refused.append(replace(image, reason=GAVE_UP))
        else:
            requeued.append(image)

    queue.requeue([image.id for image in requeued])
    for image in refused:
        _move(store, image, Status.REFUSED)
    for image in requeued:
        since = image.processing_since or store.now
        _move(store, replace(image, processing_since=since, requeued_at=store.now), Status.PROCESSING)
    return Swept(refused=len(refused), requeued=len(requeued))


def forget_old_events(store: OldEvents) -> int:
    """Drop what was handed on before anybody who follows images may ask for it again; return how much that was."""
    return store.events.forget(handed_on_before=store.now - KEPT_FOR, limit=FORGOTTEN_AT_ONCE)


def _overdue(store: ImageStore, *, recovering: bool) -> list[Image]:
    before = store.now + MULTIPART_LIFETIME if recovering else store.now
    return list(store.images.lock_overdue(expired_before=before, limit=AT_RECOVERY if recovering else AT_ONCE))


def _stalled(store: ImageStore, *, recovering: bool) -> list[Image]:
    if recovering:
        return list(store.images.lock_stalled(since_before=store.now, requeued_before=store.now, limit=AT_RECOVERY))
    return list(
        store.images.lock_stalled(
            since_before=store.now - STALLED_AFTER, requeued_before=store.now - PATIENCE_AFTER_REQUEUE, limit=AT_ONCE
        )
    )


def _move(store: ImageStore, image: Image, status: Status) -> None:
    store.images.save(replace(image, status=status))
    if image.status is not status:
        store.events.append(ImageChanged(image_id=image.id, owner_id=image.owner_id, status=status))
