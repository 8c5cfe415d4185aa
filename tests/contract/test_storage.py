"""What storage promises, in memory and in S3 (moto) alike; and what only S3 has: forms and addresses."""

import base64
import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
import requests

from darkroom.adapters.cloudfront import CloudFrontCdn
from darkroom.adapters.s3 import IMMUTABLE, S3Media, S3Originals, S3Uploads, s3_client
from darkroom.errors import Conflict, NotFound, Unavailable
from darkroom.images.model import PART_BYTES, Image
from tests.builders import an_image
from tests.deployed import Deployed
from tests.fakes import FakeMedia, FakeStorage

SendPart = Callable[[Image, int, bytes], str]


class Storage:
    """Uploads and originals over the same place, and a client's hand to send a part."""

    def __init__(self, uploads: Any, originals: Any, send_part: SendPart) -> None:
        self.uploads = uploads
        self.originals = originals
        self.send_part = send_part


@pytest.fixture(params=["fake", "s3"])
def storage(request: pytest.FixtureRequest) -> Storage:
    if request.param == "fake":
        fake = FakeStorage()
        return Storage(fake, fake, fake.send_part)
    bucket = request.getfixturevalue("deployed").names["OriginalsBucket"]
    client = s3_client()
    uploads = S3Uploads(client, bucket)

    def send_part(image: Image, number: int, data: bytes) -> str:
        address = uploads.parts(image).parts[number - 1].url
        return requests.put(address, data=data, timeout=5).headers["ETag"]

    return Storage(uploads, S3Originals(client, bucket), send_part)


def test_what_was_put_has_arrived(storage: Storage) -> None:
    image = an_image()
    assert not storage.uploads.has_arrived(image.id)
    assert storage.originals.fetch(image.id, at_most=7) is None

    storage.uploads.put(image, b"a photo")

    assert storage.uploads.has_arrived(image.id)
    assert storage.originals.fetch(image.id, at_most=7) == b"a photo"


def test_of_too_much_only_one_byte_more_is_fetched(storage: Storage) -> None:
    image = an_image()
    storage.uploads.put(image, b"a photo")

    assert storage.originals.fetch(image.id, at_most=3) == b"a ph"


def test_clearing_twice_is_fine(storage: Storage) -> None:
    image = an_image()
    storage.uploads.put(image, b"a photo")

    storage.originals.clear(image.id)
    storage.originals.clear(image.id)

    assert storage.originals.fetch(image.id, at_most=7) is None


def test_parts_are_put_together(storage: Storage) -> None:
    image = _large(storage)
    etags = [(1, storage.send_part(image, 1, b"a" * PART_BYTES)), (2, storage.send_part(image, 2, b"b" * 10))]

    storage.uploads.complete_multipart(image, etags)
    storage.uploads.complete_multipart(image, etags)

    assert storage.originals.fetch(image.id, at_most=image.bytes) == b"a" * PART_BYTES + b"b" * 10


def test_parts_tell_what_has_arrived(storage: Storage) -> None:
    image = _large(storage)
    etag = storage.send_part(image, 2, b"b" * 10)

    place = storage.uploads.parts(image)

    assert [part.etag for part in place.parts] == [None, etag]
    assert [part.bytes for part in place.parts] == [PART_BYTES, 10]


def test_a_missing_part_is_a_conflict(storage: Storage) -> None:
    image = _large(storage)

    with pytest.raises(Conflict):
        storage.uploads.complete_multipart(image, [(1, '"0123456789abcdef0123456789abcdef"')])


def test_a_discarded_upload_cannot_be_completed(storage: Storage) -> None:
    image = _large(storage)
    etag = storage.send_part(image, 1, b"a" * PART_BYTES)

    storage.uploads.discard(image)
    storage.uploads.discard(image)

    with pytest.raises(Conflict):
        storage.uploads.complete_multipart(image, [(1, etag)])


def test_a_discarded_upload_cannot_be_resumed(storage: Storage) -> None:
    image = _large(storage)
    storage.uploads.discard(image)

    with pytest.raises(Conflict):
        storage.uploads.parts(image)


def test_parts_that_are_taken_directly_are_put_together(storage: Storage) -> None:
    image = _large(storage)
    first = storage.uploads.put_part(image, 1, b"a" * PART_BYTES)
    second = storage.uploads.put_part(image, 2, b"b" * 10)

    storage.uploads.complete_multipart(image, [(1, first), (2, second)])

    assert storage.originals.fetch(image.id, at_most=image.bytes) == b"a" * PART_BYTES + b"b" * 10


def test_a_form_fixes_key_size_and_type_for_five_minutes(deployed: Deployed) -> None:
    """REQUIREMENTS 3: the policy that S3 checks says exactly what was asked for."""

    image = an_image(bytes=1234, content_type="image/png")

    form = S3Uploads(s3_client(), deployed.names["OriginalsBucket"]).post_form(image)

    policy = json.loads(base64.b64decode(form.fields["policy"]))
    assert ["content-length-range", 1234, 1234] in policy["conditions"]
    assert {"Content-Type": "image/png"} in policy["conditions"]
    assert {"key": f"uploads/{image.id}"} in policy["conditions"]
    assert not [part for part in policy["conditions"] if isinstance(part, list) and part[0] == "starts-with"]


def test_a_kept_original_is_out_of_its_uploaders_reach(deployed: Deployed) -> None:
    client, bucket = s3_client(), deployed.names["OriginalsBucket"]
    image = an_image()

    S3Originals(client, bucket).keep(image.id, b"a photo", "image/jpeg")

    kept = client.get_object(Bucket=bucket, Key=f"originals/{image.id}")
    assert kept["ContentType"] == "image/jpeg"
    assert kept["Body"].read() == b"a photo"


def test_media_is_immutable_webp(deployed: Deployed) -> None:
    """REQUIREMENTS 8: an immutable key is cached for a year."""
    client, bucket = s3_client(), deployed.names["MediaBucket"]

    S3Media(client, bucket).put("an-image/hash-640.webp", b"RIFF")

    stored = client.head_object(Bucket=bucket, Key="an-image/hash-640.webp")
    assert stored["ContentType"] == "image/webp"
    assert stored["CacheControl"] == IMMUTABLE
    assert "max-age=31536000" in IMMUTABLE


def test_what_arrived_and_what_was_kept_can_be_forgotten(storage: Storage) -> None:
    image, other = an_image(), an_image()
    for stored in (image, other):
        storage.uploads.put(stored, b"a photo")
        storage.originals.keep(stored.id, b"a photo", "image/jpeg")

    storage.originals.forget(image.id)
    storage.originals.forget(image.id)

    assert not storage.uploads.has_arrived(image.id)
    assert storage.uploads.has_arrived(other.id)


def test_a_kept_original_that_is_forgotten_is_gone(deployed: Deployed) -> None:
    client, bucket = s3_client(), deployed.names["OriginalsBucket"]
    image = an_image()
    originals = S3Originals(client, bucket)
    originals.keep(image.id, b"a photo", "image/jpeg")

    originals.forget(image.id)

    assert client.list_objects_v2(Bucket=bucket, Prefix=f"originals/{image.id}")["KeyCount"] == 0


@pytest.fixture(params=["fake", "s3"])
def media(request: pytest.FixtureRequest) -> Any:
    if request.param == "fake":
        return FakeMedia()
    return S3Media(s3_client(), request.getfixturevalue("deployed").names["MediaBucket"])


def test_a_webp_is_copied_and_lies_twice(media: Any) -> None:
    image = an_image()
    source, target = f"{image.id}/a-320.webp", f"private/{image.id}/a-320.webp"
    media.put(source, b"RIFF")

    media.copy(source, target)
    media.copy(source, target)
    media.copy(target, source)


def test_a_webp_that_is_not_there_cannot_be_copied(media: Any) -> None:
    image = an_image()

    with pytest.raises(NotFound):
        media.copy(f"{image.id}/a-320.webp", f"private/{image.id}/a-320.webp")


def test_only_those_webps_are_kept_that_are_named(media: Any) -> None:
    image, other = an_image(), an_image()
    keys = [f"{folder}{owner.id}/a-320.webp" for owner in (image, other) for folder in ("", "private/")]
    for key in keys:
        media.put(key, b"RIFF")

    media.keep_only(image.id, {keys[1]})
    media.keep_only(image.id, {keys[1]})

    with pytest.raises(NotFound):
        media.copy(keys[0], "somewhere")
    for key in keys[1:]:
        media.copy(key, f"{an_image().id}/somewhere-else")


def test_a_copied_webp_is_as_immutable(deployed: Deployed) -> None:
    """REQUIREMENTS 8."""
    client, bucket = s3_client(), deployed.names["MediaBucket"]
    media = S3Media(client, bucket)
    media.put("an-image/b-320.webp", b"RIFF")

    media.copy("an-image/b-320.webp", "private/an-image/b-320.webp")

    stored = client.head_object(Bucket=bucket, Key="private/an-image/b-320.webp")
    assert (stored["ContentType"], stored["CacheControl"]) == ("image/webp", IMMUTABLE)


def test_the_cdn_is_told_to_forget_all_of_an_image(deployed: Deployed) -> None:
    image, distribution = an_image(), deployed.names["MediaDistribution"]

    CloudFrontCdn(distribution).forget(image.id)

    client = boto3.client("cloudfront")
    (told,) = client.list_invalidations(DistributionId=distribution)["InvalidationList"]["Items"]
    batch = client.get_invalidation(DistributionId=distribution, Id=told["Id"])["Invalidation"]["InvalidationBatch"]
    assert batch["Paths"]["Items"] == [f"/{image.id}/*"]


def test_a_cdn_that_does_not_answer_is_told_kindly(deployed: Deployed) -> None:
    del deployed

    with pytest.raises(Unavailable, match="try again"):
        CloudFrontCdn("no-such-distribution").forget(an_image().id)


def _large(storage: Storage) -> Image:
    image = an_image(bytes=PART_BYTES + 10)
    return an_image(
        id=image.id,
        bytes=image.bytes,
        multipart_id=storage.uploads.start_multipart(image.id, image.content_type),
    )
