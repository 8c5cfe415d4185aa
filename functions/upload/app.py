"""Uploads: a place to send a photo to, in one form or in parts, and the direct way for simple clients."""

from dataclasses import dataclass
from urllib.parse import unquote

from chalice.app import Response

from darkroom.adapters.postgres.published_keys import reader
from darkroom.adapters.postgres.unit_of_work import PostgresUnitOfWork
from darkroom.adapters.s3 import S3Uploads, s3_client
from darkroom.adapters.tokens import JwtVerifier
from darkroom.edge.http import Api, accepted, created, no_content, ok
from darkroom.edge.multipart import file_in
from darkroom.edge.wire.images import AcceptedView, CompletedUpload, NewUpload, image_view, upload_view
from darkroom.errors import UnsupportedType
from darkroom.ids import ImageId, parse_id
from darkroom.images import uploading
from darkroom.settings import DatabaseSettings, VerifierSettings


@dataclass(frozen=True, kw_only=True)
class UploadSettings(DatabaseSettings, VerifierSettings):
    """Where originals arrive, and the most bytes one may have."""

    originals_bucket: str
    most_upload_bytes: int


settings = UploadSettings.load()
uploads = S3Uploads(s3_client(), settings.originals_bucket)
unit_of_work = PostgresUnitOfWork(settings.database_url)
verifier = JwtVerifier.from_json(settings.trusted_issuers, our_keys=reader(unit_of_work))
app = Api("upload", verify=verifier.verify)


@app.route("/v1/uploads", methods=["POST"])
def request_upload() -> Response:
    """Announce a file and get a place to upload it."""
    owner, new = app.member, app.body(NewUpload)
    with unit_of_work() as store:
        image, place = uploading.request_upload(
            store,
            uploads,
            owner=owner,
            file_name=new.file_name,
            content_type=new.content_type,
            size=new.bytes,
            checksum_sha256=new.checksum_sha256,
            visibility=new.visibility,
            most=settings.most_upload_bytes,
        )
    return created(upload_view(image, place))


@app.route("/v1/uploads/{image_id}", methods=["GET"])
def resume_upload(image_id: str) -> Response:
    """Get fresh addresses for an upload that has not arrived."""
    owner, image = app.member, parse_id(ImageId, image_id)
    with unit_of_work() as store:
        awaited, place = uploading.resume_upload(store, uploads, owner=owner, image_id=image)
    return ok(upload_view(awaited, place))


@app.route("/v1/uploads/{image_id}/complete", methods=["POST"])
def complete_upload(image_id: str) -> Response:
    """Say that every part is there."""
    owner, image, sent = app.member, parse_id(ImageId, image_id), app.body(CompletedUpload)
    with unit_of_work() as store:
        completed = uploading.complete_upload(
            store, uploads, owner=owner, image_id=image, etags=[(part.number, part.etag) for part in sent.parts]
        )
    return accepted(AcceptedView(image=image_view(completed)))


@app.route("/v1/uploads/{image_id}", methods=["DELETE"])
def abort_upload(image_id: str) -> Response:
    """Give up an upload."""
    owner, image = app.member, parse_id(ImageId, image_id)
    with unit_of_work() as store:
        uploading.abort_upload(store, uploads, owner=owner, image_id=image)
    return no_content()


@app.route("/v1/images", methods=["POST"])
def upload_image() -> Response:
    """Take the bytes of a photo, raw or as the field `file` of a form."""
    owner = app.member
    if app.content_type == "multipart/form-data":
        sent = file_in(app.raw_body, app.request.headers["content-type"])
        name, content_type, data = sent.name, sent.content_type, sent.data
    elif app.content_type.startswith("image/"):
        name, content_type, data = unquote(app.request.headers.get("file-name", "")), app.content_type, app.raw_body
    else:
        raise UnsupportedType("Send the photo itself with its image/* Content-Type, or a form with a field `file`.")
    image = uploading.accept_image(
        unit_of_work,
        uploads,
        owner=owner,
        file_name=name or "photo",
        content_type=content_type,
        data=data,
        most=settings.most_upload_bytes,
    )
    return accepted(AcceptedView(image=image_view(image)))
