"""What S3 says to the queue, read as image ids."""

import json
from collections.abc import Sequence
from urllib.parse import unquote_plus

from darkroom.errors import Malformed
from darkroom.ids import ImageId
from darkroom.images.object_keys import image_of_upload


def arrived_images(message: str) -> Sequence[ImageId]:
    """Return the images whose originals a queue message announces, in order.

    S3's own test message and objects that are not uploads announce none. What is no S3 message raises `Malformed`.
    """
    try:
        body = json.loads(message)
        if body.get("Event") == "s3:TestEvent":
            return []
        keys = [unquote_plus(record["s3"]["object"]["key"]) for record in body["Records"]]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Malformed("This message is not one that S3 sends about objects.") from error
    return [image_id for image_id in map(image_of_upload, keys) if image_id]
