"""Every way in, with every kind of photo, and the way out: addresses, headers, and what stays closed."""

from collections.abc import Callable, Iterator
from io import BytesIO
from urllib.parse import urlsplit

import httpx
import pillow_heif
import pytest
from PIL import Image

from tests.e2e.handles import LocalCloud
from tests.e2e.photographers import Photographer
from tests.pictures import a_picture, animated, encoded

WIDE, TALL = (400, 300), (300, 400)
LARGE = (2600, 2200)
SIDEWAYS = range(5, 9)

Send = Callable[[bytes, str, str], str]


@pytest.fixture(scope="module")
def ada(_session_cloud: LocalCloud) -> Iterator[Photographer]:
    _session_cloud.up()
    photographer = Photographer(_session_cloud)
    yield photographer
    photographer.close()


def test_every_kind_of_photo_is_ready_by_every_way_in(ada: Photographer) -> None:
    ways: list[Send] = [ada.send_by_form, ada.send_raw, ada.send_as_a_field]
    photos = _photos()

    sent = [(name, size, send(data, content_type, name)) for send in ways for name, content_type, data, size in photos]

    for name, size, image_id in sent:
        image = ada.finished(image_id)
        assert (name, image["status"], image["reason"]) == (name, "ready", None)
        assert (name, image["width"], image["height"]) == (name, *size)
        assert [_seen(variant["url"]).size for variant in image["variants"]] == _sizes(size)


def test_a_photo_in_parts_is_ready(ada: Photographer) -> None:
    photo = encoded(a_picture(*LARGE), "PNG", compress_level=0)

    image = ada.finished(ada.send_in_parts(photo, "image/png", "large.png"))

    assert (image["status"], image["width"], image["height"]) == ("ready", *LARGE)
    assert [variant["width"] for variant in image["variants"]] == [2600, 2560, 1280, 640, 320]
    assert _seen(image["variants"][0]["url"]).size == LARGE


def test_what_moves_still_moves(ada: Photographer) -> None:
    data = animated("GIF", ["red", "green", "blue"], duration=80)

    image = ada.finished(ada.send_by_form(data, "image/gif", "moving.gif"))

    assert getattr(_seen(image["variants"][0]["url"]), "n_frames", 1) == 3


def test_what_is_no_photo_is_refused_with_a_reason_by_every_way_in(ada: Photographer) -> None:
    """REQUIREMENTS 1 and 7."""
    whole = encoded(a_picture(), "JPEG")
    tiff = encoded(a_picture(), "TIFF")
    no_photos = [
        ("tiff.png", "image/png", tiff, "TIFF"),
        ("truncated.jpg", "image/jpeg", whole[: len(whole) // 2], ""),
        ("text.jpg", "image/jpeg", b"Dear photographer,\n" * 40, ""),
    ]
    ways: list[Send] = [ada.send_by_form, ada.send_raw, ada.send_as_a_field]

    sent = [(word, send(data, kind, name)) for send in ways for name, kind, data, word in no_photos]
    sent.append(("TIFF", ada.send_in_parts(tiff + bytes(16_000_001), "image/png", "large.png")))

    for word, image_id in sent:
        image = ada.finished(image_id)
        assert (image["status"], image["variants"]) == ("refused", [])
        assert word in image["reason"]
        assert len(image["reason"]) > 20


def test_a_public_photo_is_served_by_the_media_origin_and_kept_for_a_year(ada: Photographer, cloud: LocalCloud) -> None:
    """REQUIREMENTS 8."""
    photo = encoded(a_picture(), "JPEG")
    image = ada.finished(ada.send_by_form(photo, "image/jpeg", visibility="public"))
    url = image["variants"][0]["url"]

    whole = httpx.get(url)
    some = httpx.get(url, headers={"Range": "bytes=8-11"})
    known = httpx.get(url, headers={"If-None-Match": whole.headers["etag"]})

    assert url.startswith(f"{cloud.endpoints['media']}/{image['id']}/")
    assert (whole.status_code, whole.headers["content-type"]) == (200, "image/webp")
    assert whole.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert whole.headers["x-content-type-options"] == "nosniff"
    assert whole.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert (some.status_code, some.content) == (206, b"WEBP")
    assert known.status_code == httpx.codes.NOT_MODIFIED


def test_a_private_photo_opens_by_its_signed_address_and_not_by_a_changed_one(ada: Photographer) -> None:
    image = ada.finished(ada.send_by_form(encoded(a_picture(), "JPEG"), "image/jpeg"))
    url = image["variants"][0]["url"]
    other = next(variant["url"] for variant in image["variants"][1:])

    assert _seen(url).size == WIDE
    assert httpx.get(url[:-8] + "00000000").status_code == httpx.codes.FORBIDDEN
    assert httpx.get(f"{url.partition('?')[0]}?{other.partition('?')[2]}").status_code == httpx.codes.FORBIDDEN
    assert httpx.put(url, content=b"other").status_code == httpx.codes.FORBIDDEN
    assert httpx.delete(url).status_code == httpx.codes.FORBIDDEN
    assert _seen(url).size == WIDE


def test_a_signed_address_that_is_over_leads_nowhere_on_the_media_origin(ada: Photographer, cloud: LocalCloud) -> None:
    """Its key was told to everybody who ever saw it."""
    image = ada.finished(ada.send_by_form(encoded(a_picture(), "JPEG"), "image/jpeg"))
    key = urlsplit(image["variants"][0]["url"]).path.removeprefix("/darkroom-media-000000000000/")

    for path in (f"/{key}", f"//{key}", f"/x/../{key}", f"/{key.replace('p', '%70', 1)}", f"/%2e/{key}"):
        assert httpx.get(cloud.endpoints["media"] + path).status_code in {403, 404}


def test_the_media_origin_lists_nothing_and_reaches_no_original(ada: Photographer, cloud: LocalCloud) -> None:
    image_id = ada.finished(ada.send_raw(encoded(a_picture(), "JPEG"), "image/jpeg"))["id"]
    original = urlsplit(ada.http.get(f"/v1/images/{image_id}/original").headers["location"]).path
    media = cloud.endpoints["media"]

    for path in ("/", "/?list-type=2", original, f"/originals/{image_id}", f"/..{original}", f"/%2e%2e{original}"):
        assert httpx.get(media + path).status_code in {403, 404}
    for method in ("POST", "PUT", "DELETE"):
        assert httpx.request(method, f"{media}/x.webp").status_code == httpx.codes.FORBIDDEN


def _photos() -> list[tuple[str, str, bytes, tuple[int, int]]]:
    """Return a name, a type, a file and its upright size for each kind we take."""
    picture = a_picture(*WIDE)
    see_through = picture.convert("RGBA")
    see_through.putalpha(Image.linear_gradient("L").resize(WIDE))
    deep = Image.linear_gradient("L").resize(WIDE).convert("I;16")
    return [
        *((f"turned {turn}.jpg", "image/jpeg", _turned(picture, turn), _upright(turn)) for turn in range(1, 9)),
        ("see-through.png", "image/png", encoded(see_through, "PNG"), WIDE),
        ("deep.png", "image/png", encoded(deep, "PNG"), WIDE),
        ("moving.gif", "image/gif", animated("GIF", ["red", "green"], size=WIDE, duration=80), WIDE),
        ("photo.webp", "image/webp", encoded(picture, "WEBP"), WIDE),
        ("photo.avif", "image/avif", encoded(picture, "AVIF"), WIDE),
        ("photo.heic", "image/heic", _heic(picture), WIDE),
        ("print.jpg", "image/jpeg", encoded(picture.convert("CMYK"), "JPEG"), WIDE),
    ]


def _turned(picture: Image.Image, orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return encoded(picture, "JPEG", exif=exif)


def _upright(orientation: int) -> tuple[int, int]:
    return TALL if orientation in SIDEWAYS else WIDE


def _heic(picture: Image.Image) -> bytes:
    output = BytesIO()
    pillow_heif.from_pillow(picture).save(output)
    return output.getvalue()


def _sizes(size: tuple[int, int]) -> list[tuple[int, int]]:
    """Return the sizes that are made of a photo between 320 and 640 pixels wide, or below."""
    width, height = size
    return [size] if width <= 320 else [size, (320, round(height * 320 / width))]


def _seen(url: str) -> Image.Image:
    with Image.open(BytesIO(httpx.get(url).raise_for_status().content), formats=("WEBP",)) as image:
        image.load()
        return image.copy() if getattr(image, "n_frames", 1) == 1 else image
