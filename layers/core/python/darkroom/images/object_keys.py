"""Where things lie: the names of objects, so that an event's key leads back to its image."""

import hashlib
from uuid import UUID

from darkroom.ids import ImageId
from darkroom.images.model import Rendition, Visibility

_UPLOADS = "uploads/"
_PRIVATE = "private/"


def upload_key(image_id: ImageId) -> str:
    """Return where an original arrives. Its owner can write there while the upload's address is good."""
    return f"{_UPLOADS}{image_id}"


def original_key(image_id: ImageId) -> str:
    """Return where a developed image's original is kept, out of its owner's reach."""
    return f"originals/{image_id}"


def variant_key(image_id: ImageId, rendition: Rendition, visibility: Visibility) -> str:
    """Return where a rendition lies: below its image, named by its content, so that it never has to change.

    Private ones lie where the CDN does not reach: a signed address tells its key, and must not lead on to one for ever.
    """
    name = f"{image_id}/{hashlib.sha256(rendition.data).hexdigest()[:32]}-{rendition.width}.webp"
    return f"{_PRIVATE}{name}" if visibility is Visibility.PRIVATE else name


def moved_key(key: str, visibility: Visibility) -> str:
    """Return where a WebP lies once its image has another visibility."""
    name = key.removeprefix(_PRIVATE)
    return f"{_PRIVATE}{name}" if visibility is Visibility.PRIVATE else name


def public_folder(image_id: ImageId) -> str:
    """Return below what an image's WebPs lie while they are not private."""
    return f"{image_id}/"


def private_folder(image_id: ImageId) -> str:
    """Return below what an image's WebPs lie while they are private."""
    return f"{_PRIVATE}{image_id}/"


def image_of_upload(key: str) -> ImageId | None:
    """Return the image that an arrived object belongs to, or None where the key is not one of ours."""
    try:
        image_id = ImageId(UUID(key.removeprefix(_UPLOADS)))
    except ValueError:
        return None
    return image_id if key == upload_key(image_id) else None
