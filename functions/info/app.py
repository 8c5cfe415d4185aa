"""Images as they stand: the last one, one, mine, and the way to their WebPs and originals."""

from dataclasses import dataclass

from chalice.app import Response

from darkroom.adapters.addresses import Credentials, MediaAddresses
from darkroom.adapters.postgres.published_keys import reader
from darkroom.adapters.postgres.unit_of_work import PostgresUnitOfWork
from darkroom.adapters.tokens import JwtVerifier
from darkroom.edge.http import Api, found, ok, preflight
from darkroom.edge.wire.images import image_page_view, image_view, parse_width
from darkroom.ids import ImageId, parse_id
from darkroom.images import viewing
from darkroom.images.uploading import own_image
from darkroom.paging import parse_cursor, parse_limit
from darkroom.settings import DatabaseSettings, VerifierSettings


@dataclass(frozen=True, kw_only=True)
class InfoSettings(DatabaseSettings, VerifierSettings):
    """Where developed images and originals are fetched from."""

    media_url: str
    media_bucket: str
    originals_bucket: str


settings = InfoSettings.load()
addresses = MediaAddresses(
    media_url=settings.media_url,
    media_bucket=settings.media_bucket,
    originals_bucket=settings.originals_bucket,
    credentials=Credentials.from_environment(),
)
unit_of_work = PostgresUnitOfWork(settings.database_url)
verifier = JwtVerifier.from_json(settings.trusted_issuers, our_keys=reader(unit_of_work))
app = Api("info", verify=verifier.verify)


@app.route("/v1/images/last", methods=["GET"])
def last_image() -> Response:
    """Tell about the caller's newest image."""
    owner = app.member
    with unit_of_work() as store:
        image = viewing.last_image(store, owner=owner)
    return ok(image_view(image, addresses))


@app.route("/v1/images/{image_id}", methods=["GET"])
def image(image_id: str) -> Response:
    """Tell about one of the caller's images."""
    owner, wanted = app.member, parse_id(ImageId, image_id)
    with unit_of_work() as store:
        mine = own_image(store, owner=owner, image_id=wanted)
    return ok(image_view(mine, addresses))


@app.route("/v1/images", methods=["GET"])
def my_images() -> Response:
    """Tell about the caller's images, a page at a time."""
    owner, after, limit = app.member, parse_cursor(app.query("cursor")), parse_limit(app.query("limit"))
    with unit_of_work() as store:
        page = viewing.my_images(store, owner=owner, after=after, limit=limit)
    return ok(image_page_view(page, addresses))


@app.route("/v1/images/{image_id}/optimized", methods=["GET"])
def optimized(image_id: str) -> Response:
    """Lead to the WebP that fits a width."""
    viewer, wanted, width = app.visitor, parse_id(ImageId, image_id), parse_width(app.query("width"))
    with unit_of_work() as store:
        seen = viewing.view_image(store, viewer=viewer, image_id=wanted)
    return found(addresses.of_variant(seen, viewing.fitting_variant(seen, width=width)))


@app.route("/v1/images/{image_id}/original", methods=["GET"])
def original(image_id: str) -> Response:
    """Lead the owner to the original, as a download."""
    owner, wanted = app.member, parse_id(ImageId, image_id)
    with unit_of_work() as store:
        mine = viewing.original_of(store, owner=owner, image_id=wanted)
    return found(addresses.of_original(mine))


@app.route("/{proxy+}", methods=["OPTIONS"])
def browser_asks() -> Response:
    """Answer a browser's question before a request from another origin, for every address."""
    return preflight()
