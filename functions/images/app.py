"""One image in its owner's hands: its words and who may see it, deleting it, and taking that back."""

from dataclasses import dataclass

from chalice.app import Response
from msgspec import UNSET

from darkroom.adapters.addresses import Credentials, MediaAddresses
from darkroom.adapters.cloudfront import CloudFrontCdn
from darkroom.adapters.postgres.published_keys import reader
from darkroom.adapters.postgres.unit_of_work import PostgresUnitOfWork
from darkroom.adapters.s3 import S3Media, s3_client
from darkroom.adapters.tokens import JwtVerifier
from darkroom.edge.http import Api, no_content, ok
from darkroom.edge.wire.images import EditedImage, image_view
from darkroom.ids import ImageId, parse_id
from darkroom.images import deleting, editing
from darkroom.images.editing import KEPT
from darkroom.settings import DatabaseSettings, VerifierSettings


@dataclass(frozen=True, kw_only=True)
class ImagesSettings(DatabaseSettings, VerifierSettings):
    """Where developed images lie and are fetched from."""

    media_url: str
    media_bucket: str
    media_distribution: str
    originals_bucket: str


settings = ImagesSettings.load()
addresses = MediaAddresses(
    media_url=settings.media_url,
    media_bucket=settings.media_bucket,
    originals_bucket=settings.originals_bucket,
    credentials=Credentials.from_environment(),
)
media = S3Media(s3_client(), settings.media_bucket)
cdn = CloudFrontCdn(settings.media_distribution)
unit_of_work = PostgresUnitOfWork(settings.database_url)
verifier = JwtVerifier.from_json(settings.trusted_issuers, our_keys=reader(unit_of_work))
app = Api("images", verify=verifier.verify)


@app.route("/v1/images/{image_id}", methods=["PATCH"])
def edit_image(image_id: str) -> Response:
    """Change an image's title, alt text or visibility."""
    owner, wanted, new = app.member, parse_id(ImageId, image_id), app.body(EditedImage)
    image = editing.edit_image(
        unit_of_work,
        media,
        cdn,
        owner=owner,
        image_id=wanted,
        title=KEPT if new.title is UNSET else new.title,
        alt_text=KEPT if new.alt_text is UNSET else new.alt_text,
        visibility=KEPT if new.visibility is UNSET else new.visibility,
    )
    return ok(image_view(image, addresses))


@app.route("/v1/images/{image_id}", methods=["DELETE"])
def delete_image(image_id: str) -> Response:
    """Delete an image; for ten minutes that can be taken back."""
    owner, wanted = app.member, parse_id(ImageId, image_id)
    with unit_of_work() as store:
        deleting.delete_image(store, owner=owner, image_id=wanted)
    return no_content()


@app.route("/v1/images/{image_id}/restore", methods=["POST"])
def restore_image(image_id: str) -> Response:
    """Take the deletion of an image back."""
    owner, wanted = app.member, parse_id(ImageId, image_id)
    with unit_of_work() as store:
        image = deleting.restore_image(store, owner=owner, image_id=wanted)
    return ok(image_view(image, addresses))
