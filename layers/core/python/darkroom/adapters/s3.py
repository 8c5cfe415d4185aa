"""Originals and media in S3. The one door to boto3's S3 client."""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from darkroom.adapters.addresses import Credentials
from darkroom.errors import Conflict, NotFound, Unavailable
from darkroom.ids import ImageId
from darkroom.images.model import PART_BYTES, POST_LIFETIME, Image, Multipart, Part, PostForm
from darkroom.images.object_keys import original_key, private_folder, public_folder, upload_key

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

IMMUTABLE = "public, max-age=31536000, immutable"

_SECONDS = int(POST_LIFETIME.total_seconds())
_ABSENT = {"404", "NoSuchKey", "NoSuchUpload", "NotFound"}
_ARRIVED = "This upload has arrived whole and needs no more bytes."
_FORGOTTEN = "This upload was given up: ask for a new one."
_WRONG_PARTS = {"InvalidPart", "InvalidPartOrder", "EntityTooSmall", "MalformedXML"}


def s3_client() -> "S3Client":
    """Return a client that signs with SigV4 and tries a few times. An endpoint of our own has no host per bucket."""
    return boto3.client(
        "s3",
        config=Config(
            signature_version="s3v4",
            retries={"mode": "standard", "max_attempts": 3},
            connect_timeout=2,
            read_timeout=20,
            max_pool_connections=20,
        ),
    )


def session_credentials() -> Callable[[], Credentials]:
    """Return what tells the credentials of now: a container's are replaced every few hours."""
    session = boto3.Session()

    def read() -> Credentials:
        held = session.get_credentials()
        if held is None or not session.region_name:
            raise RuntimeError("There are no AWS credentials or no region: set both before the start.")
        now = held.get_frozen_credentials()
        return Credentials(
            access_key=now.access_key or "",
            secret_key=now.secret_key or "",
            session_token=now.token,
            region=session.region_name,
        )

    return read


class S3Uploads:
    """Where originals arrive: below `uploads/`, which a lifecycle rule empties."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def post_form(self, image: Image) -> PostForm:
        """Return a presigned POST for exactly this image: its key, size and type, for five minutes."""
        expires_at = datetime.now(UTC) + POST_LIFETIME
        form = self._client.generate_presigned_post(
            self._bucket,
            upload_key(image.id),
            Fields={"Content-Type": image.content_type},
            Conditions=[{"Content-Type": image.content_type}, ["content-length-range", image.bytes, image.bytes]],
            ExpiresIn=_SECONDS,
        )
        return PostForm(url=form["url"], fields=form["fields"], expires_at=expires_at)

    def start_multipart(self, image_id: ImageId, content_type: str) -> str:
        """Begin an upload in parts and return its id."""
        with _said_kindly():
            begun = self._client.create_multipart_upload(
                Bucket=self._bucket, Key=upload_key(image_id), ContentType=content_type
            )
        return begun["UploadId"]

    def parts(self, image: Image) -> Multipart:
        """Return the parts of a large upload, with fresh addresses; without a place for them that is a `Conflict`."""
        expires_at = datetime.now(UTC) + POST_LIFETIME
        try:
            arrived = self._arrived_parts(image)
        except NotFound as error:
            raise Conflict(_ARRIVED if self.has_arrived(image.id) else _FORGOTTEN) from error
        offsets = range(0, image.bytes, PART_BYTES)
        parts = tuple(
            Part(
                number=number,
                bytes=min(PART_BYTES, image.bytes - offset),
                url=self._part_address(image, number),
                etag=arrived.get(number),
            )
            for number, offset in enumerate(offsets, start=1)
        )
        return Multipart(parts=parts, part_bytes=PART_BYTES, expires_at=expires_at)

    def complete_multipart(self, image: Image, etags: Sequence[tuple[int, str]]) -> None:
        """Put the parts together; wrong or missing parts raise `Conflict`. Doing so twice is fine."""
        try:
            arrived = self._arrived_parts(image)
        except NotFound as error:
            if self.has_arrived(image.id):
                return
            raise Conflict(_FORGOTTEN) from error
        if not etags or any(arrived.get(number) != etag for number, etag in etags):
            raise Conflict("Some parts are missing or changed: ask what has arrived and resume.")
        try:
            with _said_kindly():
                self._client.complete_multipart_upload(
                    Bucket=self._bucket,
                    Key=upload_key(image.id),
                    UploadId=image.multipart_id or "",
                    MultipartUpload={"Parts": [{"PartNumber": number, "ETag": etag} for number, etag in sorted(etags)]},
                )
        except NotFound as error:  # somebody completed it or gave it up just now
            if not self.has_arrived(image.id):
                raise Conflict(_FORGOTTEN) from error

    def discard(self, image: Image) -> None:
        """Forget whatever has arrived of an image."""
        key = upload_key(image.id)
        with _said_kindly():
            if image.multipart_id:
                with suppress(self._client.exceptions.NoSuchUpload):
                    self._client.abort_multipart_upload(Bucket=self._bucket, Key=key, UploadId=image.multipart_id)
            self._client.delete_object(Bucket=self._bucket, Key=key)

    def put(self, image: Image, data: bytes) -> None:
        """Take the bytes directly."""
        with _said_kindly():
            self._client.put_object(
                Bucket=self._bucket, Key=upload_key(image.id), Body=data, ContentType=image.content_type
            )

    def put_part(self, image: Image, number: int, data: bytes) -> str:
        """Take one part directly, and return its ETag; an upload that was given up raises `Conflict`."""
        try:
            with _said_kindly():
                taken = self._client.upload_part(
                    Bucket=self._bucket,
                    Key=upload_key(image.id),
                    UploadId=image.multipart_id or "",
                    PartNumber=number,
                    Body=data,
                )
        except NotFound as error:
            raise Conflict(_FORGOTTEN) from error
        return taken["ETag"]

    def has_arrived(self, image_id: ImageId) -> bool:
        """Tell whether the whole original is there."""
        try:
            with _said_kindly():
                self._client.head_object(Bucket=self._bucket, Key=upload_key(image_id))
        except NotFound:
            return False
        return True

    def _arrived_parts(self, image: Image) -> dict[int, str]:
        with _said_kindly():
            listed = self._client.list_parts(
                Bucket=self._bucket, Key=upload_key(image.id), UploadId=image.multipart_id or ""
            )
        return {part["PartNumber"]: part["ETag"] for part in listed.get("Parts", [])}

    def _part_address(self, image: Image, number: int) -> str:
        return self._client.generate_presigned_url(
            "upload_part",
            Params={
                "Bucket": self._bucket,
                "Key": upload_key(image.id),
                "UploadId": image.multipart_id or "",
                "PartNumber": number,
            },
            ExpiresIn=_SECONDS,
        )


class S3Originals:
    """What arrived, for the one who develops it."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def fetch(self, image_id: ImageId, *, at_most: int) -> bytes | None:
        """Return what arrived, or None where nothing did; of more than `at_most` bytes only one more."""
        try:
            with _said_kindly():
                stored = self._client.get_object(Bucket=self._bucket, Key=upload_key(image_id))
                with closing(stored["Body"]) as body:
                    return body.read(at_most + 1)
        except NotFound:
            return None

    def keep(self, image_id: ImageId, data: bytes, content_type: str) -> None:
        """Put a developed image's original where uploads can no longer reach it."""
        with _said_kindly():
            self._client.put_object(
                Bucket=self._bucket, Key=original_key(image_id), Body=data, ContentType=content_type
            )

    def clear(self, image_id: ImageId) -> None:
        """Remove what arrived, after it was kept or refused."""
        with _said_kindly():
            self._client.delete_object(Bucket=self._bucket, Key=upload_key(image_id))

    def forget(self, image_id: ImageId) -> None:
        """Remove what arrived and what was kept."""
        self.clear(image_id)
        with _said_kindly():
            self._client.delete_object(Bucket=self._bucket, Key=original_key(image_id))


class S3Media:
    """Where developed images are served from."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def put(self, key: str, data: bytes) -> None:
        """Store a WebP under its immutable key."""
        with _said_kindly():
            self._client.put_object(
                Bucket=self._bucket, Key=key, Body=data, ContentType="image/webp", CacheControl=IMMUTABLE
            )

    def copy(self, source: str, target: str) -> None:
        """Store a WebP under a second key, with its type and its time to be kept; an absent one is `NotFound`."""
        with _said_kindly():
            self._client.copy_object(
                Bucket=self._bucket, Key=target, CopySource={"Bucket": self._bucket, "Key": source}
            )

    def keep_only(self, image_id: ImageId, keys: Collection[str]) -> None:
        """Remove every WebP of an image but these. It has about five of them, so one answer lists them all."""
        with _said_kindly():
            for folder in (public_folder(image_id), private_folder(image_id)):
                listed = self._client.list_objects_v2(Bucket=self._bucket, Prefix=folder)
                for key in {stored["Key"] for stored in listed.get("Contents", [])} - set(keys):
                    self._client.delete_object(Bucket=self._bucket, Key=key)


@contextmanager
def _said_kindly() -> Iterator[None]:
    """Translate S3's errors into refusals."""
    try:
        yield
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        if code in _ABSENT:
            raise NotFound("Nothing is stored there.") from error
        if code in _WRONG_PARTS:
            raise Conflict("Some parts are too small or out of order: ask what has arrived and resume.") from error
        raise Unavailable("The storage cannot be reached right now: try again in a few seconds.") from error
    except BotoCoreError as error:
        raise Unavailable("The storage cannot be reached right now: try again in a few seconds.") from error
