"""How photos come out of the developer: sizes, orientation, colour, transparency, movement, and nothing else."""

from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import pytest
from PIL import Image, PngImagePlugin

from darkroom.adapters.pillow import PillowDeveloper
from darkroom.images.model import Development
from tests.pictures import a_picture, animated, chunks, encoded, look_alike, seen
from tests.profiles import ADOBE_RGB, DISPLAY_P3, gray_profile, press_profile, rgb_profile

developer = PillowDeveloper(threads=2)

TURNED = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
INKS = [(60, -20, -30), (60, 40, 0), (90, -5, 60), (10, 0, 0)]


def orientation(value: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = value
    return exif


def colour_of(development: Development) -> tuple[int, ...]:
    colour = seen(development.renditions[0]).getpixel((20, 20))
    assert isinstance(colour, tuple)
    return colour


def frames_of(webp: bytes) -> list[tuple[tuple[int, ...], int]]:
    """Return each frame's colour and how many milliseconds it shows."""
    frames = []
    with Image.open(BytesIO(webp)) as image:
        for index in range(getattr(image, "n_frames", 1)):
            image.seek(index)
            colour = image.convert("RGB").resize((1, 1)).getpixel((0, 0))
            assert isinstance(colour, tuple)
            frames.append((colour, int(image.info["duration"])))
    return frames


def test_a_photo_becomes_webps_of_every_smaller_width() -> None:
    photo = encoded(a_picture(2600, 520), "JPEG")

    development = developer.develop(photo)

    assert (development.width, development.height, development.content_type) == (2600, 520, "image/jpeg")
    sizes = [(rendition.width, rendition.height) for rendition in development.renditions]
    assert sizes == [(2600, 520), (2560, 512), (1280, 256), (640, 128), (320, 64)]
    assert [seen(rendition).size for rendition in development.renditions] == sizes
    shrunk = [a_picture(2600, 520).resize(size) for size in sizes]
    assert all(
        look_alike(seen(each), small, within=24) for each, small in zip(development.renditions, shrunk, strict=True)
    )


@pytest.mark.parametrize(("width", "widths"), [(319, [319]), (320, [320]), (321, [321, 320])])
def test_a_small_photo_is_never_enlarged(width: int, widths: list[int]) -> None:
    photo = encoded(a_picture(width, 100), "PNG")

    assert [rendition.width for rendition in developer.develop(photo).renditions] == widths


def test_a_picture_of_one_pixel_is_developed() -> None:
    development = developer.develop(encoded(Image.new("RGB", (1, 1), "red"), "PNG"))

    assert (development.width, development.height, len(development.renditions)) == (1, 1, 1)


@pytest.mark.parametrize(
    ("kind", "content_type"),
    [
        ("JPEG", "image/jpeg"),
        ("PNG", "image/png"),
        ("WEBP", "image/webp"),
        ("GIF", "image/gif"),
        ("AVIF", "image/avif"),
        ("HEIF", "image/heic"),
    ],
)
def test_every_kind_we_promise_is_developed_and_told_by_content(kind: str, content_type: str) -> None:
    development = developer.develop(encoded(a_picture(), kind, quality=95))

    assert development.content_type == content_type
    assert look_alike(seen(development.renditions[0]), a_picture(), within=24)


@pytest.mark.parametrize("value", TURNED)
def test_all_eight_orientations_render_the_same(value: int) -> None:
    turn = TURNED[value]
    stored = a_picture() if turn is None else a_picture().transpose(turn)

    development = developer.develop(encoded(stored, "JPEG", exif=orientation(value), quality=95))

    assert (development.width, development.height) == (400, 300)
    assert all(look_alike(seen(each), a_picture(each.width, each.height)) for each in development.renditions)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "AVIF", "HEIF"])
def test_orientation_is_applied_once_in_every_kind_that_has_it(kind: str) -> None:
    stored = a_picture().transpose(Image.Transpose.ROTATE_90)

    development = developer.develop(encoded(stored, kind, exif=orientation(6).tobytes(), quality=95))

    assert look_alike(seen(development.renditions[0]), a_picture(), within=24)


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data:UserWarning")
def test_unreadable_exif_does_not_lose_the_photo() -> None:
    photo = encoded(a_picture(), "JPEG", exif=b"Exif\0\0MM\0*\xff\xff\xff\xff")

    assert developer.develop(photo).width == 400


@pytest.mark.parametrize(
    ("mode", "stored", "profile", "expected"),
    [
        pytest.param("RGB", (180, 80, 60), rgb_profile(DISPLAY_P3), (196, 70, 49), id="Display-P3"),
        pytest.param("RGB", (140, 160, 90), rgb_profile(ADOBE_RGB), (132, 161, 85), id="Adobe RGB"),
        pytest.param("L", 128, gray_profile(gamma=1.0), (188, 188, 188), id="linear gray"),
        pytest.param("L", 128, rgb_profile(ADOBE_RGB), (128, 128, 128), id="gray with an RGB profile"),
        pytest.param("CMYK", (255, 0, 0, 0), press_profile(INKS), (54, 156, 197), id="cyan ink of this press"),
        pytest.param("CMYK", (0, 0, 0, 0), press_profile(INKS), (255, 255, 255), id="paper of this press"),
        pytest.param("CMYK", (0, 255, 255, 0), None, (255, 0, 0), id="CMYK without a profile"),
        pytest.param("RGB", (180, 80, 60), b"\0" * 300, (180, 80, 60), id="broken profile"),
        pytest.param("RGB", (180, 80, 60), press_profile(INKS), (180, 80, 60), id="profile for other pixels"),
        pytest.param("RGB", (180, 80, 60), rgb_profile(DISPLAY_P3)[:200], (180, 80, 60), id="half a profile"),
    ],
)
def test_colours_come_out_in_srgb(
    mode: str, stored: tuple[int, ...], profile: bytes | None, expected: tuple[int, ...]
) -> None:
    photo = encoded(Image.new(mode, (40, 40), stored), "JPEG", quality=100, icc_profile=profile)

    colour = colour_of(developer.develop(photo))

    assert colour == pytest.approx(expected, abs=5)


@pytest.mark.parametrize(
    ("picture", "expected"),
    [
        pytest.param(Image.new("I;16", (40, 40), 0x8040), (128, 128, 128), id="16-bit gray"),
        pytest.param(Image.new("1", (40, 40), 1), (255, 255, 255), id="1-bit"),
        pytest.param(Image.new("L", (40, 40), 77), (77, 77, 77), id="gray"),
        pytest.param(Image.new("RGB", (40, 40), (90, 60, 30)).quantize(4), (90, 60, 30), id="palette"),
        pytest.param(Image.new("LA", (40, 40), (90, 128)), (90, 90, 90, 128), id="gray with alpha"),
        pytest.param(Image.new("RGBA", (40, 40), (90, 60, 30, 255)), (90, 60, 30), id="opaque alpha"),
    ],
)
def test_every_kind_of_png_pixel_is_developed(picture: Image.Image, expected: tuple[int, ...]) -> None:
    development = developer.develop(encoded(picture, "PNG"))

    assert colour_of(development) == pytest.approx(expected, abs=4)


@pytest.mark.parametrize("mode", ["P", "RGB", "L"])
def test_a_transparent_colour_stays_transparent(mode: str) -> None:
    picture = Image.new("RGB", (40, 40), "black").convert(mode)
    transparent = 0 if mode != "RGB" else (0, 0, 0)

    development = developer.develop(encoded(picture, "PNG", transparency=transparent))

    assert colour_of(development)[3] == 0


def test_colour_hidden_under_transparency_does_not_bleed_into_the_edges() -> None:
    picture = Image.new("RGBA", (640, 64), (255, 0, 0, 255))
    picture.paste((0, 255, 0, 0), (0, 0, 321, 64))

    small = seen(developer.develop(encoded(picture, "PNG")).renditions[1])

    visible = [pixel for pixel in small.get_flattened_data() if isinstance(pixel, tuple) and pixel[3] > 60]
    assert len(visible) > 5000
    assert all(green < 60 < red for red, green, _, _ in visible)


def test_no_metadata_is_left_in_any_rendition() -> None:
    exif = orientation(1)
    exif[0x010E] = exif[0x013B] = "SECRET"
    exif.get_ifd(0x8825)[1] = "SECRET"
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", "SECRET")
    notes.add_itxt("XML:com.adobe.xmp", "SECRET")
    profile = rgb_profile(DISPLAY_P3)
    originals = [
        encoded(a_picture(), "JPEG", exif=exif, comment=b"SECRET", xmp=b"SECRET", icc_profile=profile),
        encoded(a_picture(), "PNG", pnginfo=notes, exif=exif, icc_profile=profile),
        encoded(a_picture(), "WEBP", exif=exif, xmp=b"SECRET", icc_profile=profile),
        encoded(a_picture(), "HEIF", exif=exif, xmp=b"SECRET", icc_profile=profile),
        encoded(a_picture(), "GIF", comment=b"SECRET"),
    ]

    webps = [rendition.data for original in originals for rendition in developer.develop(original).renditions]

    assert all(b"SECRET" in original for original in originals[:3])
    assert {name for webp in webps for name in chunks(webp)} == {"VP8 "}
    assert not any(b"SECRET" in webp for webp in webps)


@pytest.mark.parametrize(
    ("kind", "loop", "plays"), [("GIF", 3, 4), ("GIF", 0, 0), ("GIF", None, 1), ("WEBP", 3, 3), ("PNG", 2, 2)]
)
def test_an_animation_keeps_its_frames_times_and_loops(kind: str, loop: int | None, plays: int) -> None:
    options = {} if loop is None else {"loop": loop}
    original = animated(kind, ["red", "lime", "blue"], size=(400, 40), duration=[50, 100, 150], **options)

    development = developer.develop(original)

    assert development.note is None
    assert [rendition.width for rendition in development.renditions] == [400, 320]
    for rendition in development.renditions:
        colours, durations = zip(*frames_of(rendition.data), strict=True)
        assert [colour.index(max(colour)) for colour in colours] == [0, 1, 2]
        assert durations == (50, 100, 150)
        assert seen(rendition).info["loop"] == plays


def test_an_animated_avif_stays_animated() -> None:
    development = developer.develop(animated("AVIF", ["red", "lime", "blue"], duration=[50, 100, 150]))

    assert [duration for _, duration in frames_of(development.renditions[0].data)] == [50, 100, 150]


def test_an_animation_shows_what_each_frame_left_behind() -> None:
    clear, dot = Image.new("RGBA", (60, 60)), Image.new("RGBA", (20, 20), "red")
    frames = [clear.copy() for _ in range(2)]
    frames[0].paste(dot, (0, 0))
    frames[1].paste(dot, (40, 40))
    original = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:], disposal=2, duration=50)

    development = developer.develop(original)

    with Image.open(BytesIO(development.renditions[0].data)) as image:
        image.seek(1)
        second = image.convert("RGBA")
    assert [second.getpixel(at)[3] for at in ((10, 10), (50, 50))] == [0, 255]  # type: ignore[index]


def test_an_animation_over_its_frame_budget_becomes_its_first_frame_and_says_so() -> None:
    colours = ["red", *["lime", "blue"] * 150]
    original = animated("WEBP", colours, size=(16, 16), duration=20)

    development = developer.develop(original)

    assert frames_of(development.renditions[0].data)[0][0] == pytest.approx((255, 0, 0), abs=5)
    assert chunks(development.renditions[0].data) == ["VP8 "]
    assert development.note is not None
    assert development.note.startswith("Only the first frame was developed: the animation's 301 frames")


def test_a_picture_longer_than_webp_can_hold_is_fitted_and_says_so() -> None:
    development = developer.develop(encoded(Image.new("RGB", (20_000, 20), "red"), "PNG"))

    assert (development.width, development.height) == (16_383, 16)
    assert (
        development.note == "Full size is 16,383 x 16 pixels instead of 20,000 x 20: WebP holds 16,383 pixels a side."
    )
    assert [rendition.width for rendition in development.renditions] == [16_383, 2560, 1280, 640, 320]


def test_the_same_bytes_give_the_same_development_however_many_run_at_once() -> None:
    original = encoded(a_picture(700, 500), "JPEG")
    alone = PillowDeveloper(threads=1).develop(original)

    with ThreadPoolExecutor(max_workers=4) as callers:
        together = list(callers.map(developer.develop, [original] * 8))

    assert together == [alone] * 8
