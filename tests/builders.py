"""Things to test with: each builder says only what a test is about."""

from datetime import UTC, datetime, timedelta
from typing import Any

from darkroom.access.model import Account
from darkroom.events import ImageChanged, Message
from darkroom.ids import AccountId, EventId, ImageId, uuid7
from darkroom.images.model import Image, Status, Variant, Visibility

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def an_account(**facts: Any) -> Account:
    made = AccountId(uuid7())
    usual: dict[str, Any] = {
        "id": made,
        "email": f"{made}@example.com",
        "created_at": NOON,
        "password_hash": "$argon2id$a-hash",
    }
    return Account(**usual | facts)


def an_image(**facts: Any) -> Image:
    usual: dict[str, Any] = {
        "id": ImageId(uuid7()),
        "owner_id": AccountId(uuid7()),
        "file_name": "harbour.jpg",
        "status": Status.AWAITING,
        "content_type": "image/jpeg",
        "bytes": 1000,
        "visibility": Visibility.PRIVATE,
        "uploaded_at": NOON,
        "expires_at": NOON + timedelta(minutes=5),
    }
    return Image(**usual | facts)


def a_ready_image(**facts: Any) -> Image:
    image = an_image()
    usual: dict[str, Any] = {
        "status": Status.READY,
        "width": 640,
        "height": 480,
        "thumbhash": "1QcSHQRnh493V4dIh4eXh1h4kJUI",
        "developed_at": NOON + timedelta(seconds=3),
        "variants": tuple(
            Variant(width=width, height=width * 3 // 4, bytes=width * 100, key=f"{image.id}/{width}.webp")
            for width in (640, 320)
        ),
    }
    return an_image(**usual | facts)


def an_image_changed(image: Image, status: str) -> ImageChanged:
    return ImageChanged(image_id=image.id, owner_id=image.owner_id, status=status)


def a_message(**facts: Any) -> Message:
    usual: dict[str, Any] = {
        "id": EventId(uuid7()),
        "name": ImageChanged.name,
        "payload": {"image_id": str(uuid7()), "owner_id": str(uuid7()), "status": "ready"},
        "happened_at": NOON,
    }
    return Message(**usual | facts)
