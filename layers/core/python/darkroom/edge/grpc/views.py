"""How accounts, images and their changes are shown over gRPC: what HTTP shows of them, in bridge/v1's messages."""

from datetime import datetime

from bridge.v1 import auth_pb2, image_pb2
from google.protobuf.timestamp_pb2 import Timestamp

from darkroom.access import model as access
from darkroom.images import model as images
from darkroom.images.ports import Addresses

_STATUSES = {
    images.Status.AWAITING: image_pb2.STATUS_AWAITING,
    images.Status.PROCESSING: image_pb2.STATUS_PROCESSING,
    images.Status.READY: image_pb2.STATUS_READY,
    images.Status.REFUSED: image_pb2.STATUS_REFUSED,
}
_VISIBILITIES = {
    images.Visibility.PRIVATE: image_pb2.VISIBILITY_PRIVATE,
    images.Visibility.UNLISTED: image_pb2.VISIBILITY_UNLISTED,
    images.Visibility.PUBLIC: image_pb2.VISIBILITY_PUBLIC,
}


def session_message(session: access.Session) -> auth_pb2.Session:
    """Show a session."""
    account = session.account
    return auth_pb2.Session(
        account=auth_pb2.Account(id=str(account.id), email=account.email, created_at=_timestamp(account.created_at)),
        access_token=session.access_token,
        expires_in_seconds=session.expires_in,
        refresh_token=session.refresh_token,
    )


def image_message(image: images.Image, addresses: Addresses) -> image_pb2.Image:
    """Show an image to its owner."""
    return image_pb2.Image(
        id=str(image.id),
        status=_STATUSES[image.status],
        reason=image.reason,
        file_name=image.file_name,
        width=image.width,
        height=image.height,
        size_bytes=image.bytes,
        content_type=image.content_type,
        visibility=_VISIBILITIES[image.visibility],
        thumbhash=image.thumbhash,
        uploaded_at=_timestamp(image.uploaded_at),
        developed_at=_timestamp(image.developed_at) if image.developed_at else None,
        variants=[
            image_pb2.Variant(
                width=variant.width,
                height=variant.height,
                size_bytes=variant.bytes,
                url=addresses.of_variant(image, variant),
            )
            for variant in image.variants
        ],
    )


def change_message(change: images.ImageChange, image: images.Image, addresses: Addresses) -> image_pb2.ImageChange:
    """Show a change, with the image as it stands now."""
    return image_pb2.ImageChange(
        event_id=str(change.id),
        status=_STATUSES[change.status],
        happened_at=_timestamp(change.happened_at),
        image=image_message(image, addresses),
    )


def visibility_of(told: "image_pb2.Visibility.ValueType") -> images.Visibility:
    """Read who may see an image; what this version does not know is private."""
    return next((ours for ours, theirs in _VISIBILITIES.items() if theirs == told), images.Visibility.PRIVATE)


def _timestamp(time: datetime) -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(time)
    return stamp
