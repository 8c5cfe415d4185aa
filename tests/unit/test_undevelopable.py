"""What is refused, why, how fast; and that hostile bytes get no other answer than a refusal."""

import time
import zlib
from contextlib import suppress
from struct import pack

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from darkroom.adapters.pillow import PillowDeveloper
from darkroom.images.model import Undevelopable
from tests.pictures import (
    a_picture,
    animated,
    encoded,
    gif_of,
    jpeg_claiming,
    png_chunk,
    png_claiming,
    webp_claiming,
)

# The developer ignores what Pillow says about hostile files; pytest begins every test with filters of its own.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning", "ignore::PIL.Image.DecompressionBombWarning")

developer = PillowDeveloper(threads=2)

DAMAGED = "This file is damaged or incomplete: export the photo again and upload it again."
SEEDS = [
    encoded(a_picture(60, 40), "JPEG"),
    encoded(a_picture(60, 40).convert("CMYK"), "JPEG", progressive=True),
    encoded(a_picture(60, 40), "PNG"),
    encoded(a_picture(60, 40), "WEBP"),
    encoded(a_picture(60, 40), "AVIF"),
    encoded(a_picture(60, 40), "HEIF"),
    *(animated(kind, ["red", "lime", "blue"], duration=50) for kind in ("GIF", "WEBP", "PNG", "AVIF")),
]


def refusal_of(original: bytes) -> str:
    with pytest.raises(Undevelopable) as refusal:
        developer.develop(original)
    return refusal.value.reason


@pytest.mark.parametrize(
    ("named", "content"),
    [
        ("TIFF or camera raw ", encoded(a_picture(), "TIFF")),
        ("TIFF or camera raw ", b"MM\0*" + bytes(100)),
        ("EPS ", b"%!PS-Adobe-3.0 EPSF-3.0\n"),
        ("SVG ", b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'),
        ("SVG ", b"\n  <svg onload='alert(1)'/>"),
        ("PDF ", b"%PDF-1.7\n"),
        ("BMP ", encoded(a_picture(), "BMP")),
        ("JPEG 2000 ", encoded(a_picture(), "JPEG2000")),
        ("Photoshop ", b"8BPS\0\x01" + bytes(100)),
        ("ZIP ", b"PK\x03\x04" + bytes(100)),
        ("video ", b"\0\0\0\x20ftypisom" + bytes(100)),
        ("", b"GIF88a" + bytes(100)),
        ("", bytes(range(256))),
        ("", b"\0"),
    ],
)
def test_a_file_of_another_kind_is_refused_by_its_content(named: str, content: bytes) -> None:
    assert refusal_of(content) == (
        f"This {named}file is not one of the kinds we develop: "
        "export it as JPEG, PNG, WebP, GIF, AVIF or HEIC and upload it again."
    )


def test_a_tiff_that_calls_itself_png_is_refused() -> None:
    disguised = b"\x89PNG\r\n\x1a\n" + encoded(a_picture(), "TIFF")

    assert refusal_of(disguised) == DAMAGED


def test_an_empty_file_is_refused() -> None:
    assert refusal_of(b"") == "This file is empty: export the photo again and upload it again."


@pytest.mark.parametrize(
    "original",
    [
        pytest.param(png_claiming(7072, 7072), id="PNG just over"),
        pytest.param(png_claiming(2_000_000_000, 2_000_000_000), id="PNG"),
        pytest.param(jpeg_claiming(65_500, 65_500), id="JPEG"),
        pytest.param(webp_claiming(16_777_216, 255), id="WebP"),
        pytest.param(gif_of(1, size=(65_535, 65_535)), id="GIF"),
        pytest.param(gif_of(501, size=(400, 250)), id="GIF, frames summed"),
        pytest.param(gif_of(60_000, size=(30, 30)), id="GIF of absurdly many frames"),
    ],
)
def test_more_than_50_megapixels_are_refused_from_the_header(original: bytes) -> None:
    started = time.perf_counter()

    reason = refusal_of(original)

    assert reason.endswith("megapixels, and we develop up to 50: export it smaller and upload it again.")
    assert time.perf_counter() - started < 1


def test_the_refusal_says_how_large_the_picture_is() -> None:
    assert refusal_of(png_claiming(8000, 7500)).startswith("This picture has 60.0 megapixels, and we develop up to 50")
    assert refusal_of(gif_of(600, size=(500, 200))).startswith("This animation's 501 frames have 50.1 megapixels")


def test_a_tiny_gif_of_absurdly_many_frames_becomes_its_first_frame_quickly() -> None:
    original = gif_of(500_000, size=(2, 2))
    started = time.perf_counter()

    development = developer.develop(original)

    assert development.note is not None
    assert time.perf_counter() - started < 5


@pytest.mark.parametrize("original", SEEDS, ids=range(len(SEEDS)))
@pytest.mark.parametrize("kept", [0.3, 0.6, 0.9])
def test_a_truncated_file_is_refused(original: bytes, kept: float) -> None:
    assert refusal_of(original[: int(len(original) * kept)]) == DAMAGED


def test_a_png_with_a_wrong_checksum_is_refused() -> None:
    original = bytearray(encoded(a_picture(), "PNG"))
    original[original.index(b"IDAT") + 20] ^= 1

    assert refusal_of(bytes(original)) == DAMAGED


@pytest.mark.parametrize(
    "bomb",
    [
        pytest.param(b"zTXt" + b"Comment\0\0", id="text"),
        pytest.param(b"iTXt" + b"XML:com.adobe.xmp\0\x01\0\0\0", id="XMP"),
        pytest.param(b"iCCP" + b"profile\0\0", id="profile"),
    ],
)
def test_a_png_chunk_that_unpacks_to_gigabytes_is_refused(bomb: bytes) -> None:
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(bytes(10_000_000)) for _ in range(30)) + packer.flush()
    png = encoded(a_picture(), "PNG")
    original = png[:33] + png_chunk(bomb[:4], bomb[4:] + packed) + png[33:]

    assert refusal_of(original) == DAMAGED


def test_a_jpeg_with_thousands_of_scans_is_refused() -> None:
    jpeg = encoded(Image.new("RGB", (2000, 1000), "red"), "JPEG", progressive=True)
    last_scan = jpeg[jpeg.rindex(b"\xff\xda") : -2]
    original = jpeg[:-2] + last_scan * 5000 + jpeg[-2:]
    started = time.perf_counter()

    assert refusal_of(original) == DAMAGED
    assert time.perf_counter() - started < 1


def test_a_huge_broken_profile_does_not_lose_the_photo() -> None:
    original = encoded(a_picture(), "JPEG", icc_profile=bytes(5_000_000))

    assert developer.develop(original).width == 400


@settings(max_examples=150, deadline=5000, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(
    seed=st.sampled_from(SEEDS),
    edits=st.lists(
        st.tuples(
            st.integers(0, 1500), st.sampled_from([b"", b"\0", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"AAAA"])
        ),
        min_size=1,
        max_size=6,
    ),
    end=st.integers(0, 3000),
)
def test_hostile_bytes_are_developed_or_refused_and_nothing_else(
    seed: bytes, edits: list[tuple[int, bytes]], end: int
) -> None:
    original = bytearray(seed)
    for at, replacement in edits:
        original[at : at + max(1, len(replacement))] = replacement

    for hostile in (bytes(original), bytes(original[:end])):
        with suppress(Undevelopable):
            assert developer.develop(hostile).renditions


@settings(max_examples=100, deadline=5000, derandomize=True)
@given(
    magic=st.sampled_from([seed[:24] for seed in SEEDS] + [b"", b"II*\0", pack(">I", 24) + b"ftypmif1"]),
    noise=st.binary(max_size=600),
)
def test_noise_behind_a_real_beginning_is_refused(magic: bytes, noise: bytes) -> None:
    assert refusal_of(magic + noise).endswith("upload it again.")
