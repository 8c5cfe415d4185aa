"""The hashes are what the npm package `thumbhash` 0.1.1 returns for the same pixels."""

import base64
import time

import pytest

from darkroom.adapters.thumbhash import thumbhash


def some_pixels(width: int, height: int, *, fading: bool) -> bytes:
    return bytes(
        level
        for y in range(height)
        for x in range(width)
        for level in (
            (x * x // 9 + y) % 256,
            (200 + x * 2 - y * 3) % 256,
            (y * y // 7 + x * 2) % 256,
            255 - (x * y) % 200 if fading else 255,
        )
    )


@pytest.mark.parametrize(
    ("width", "height", "fading", "expected"),
    [
        pytest.param(60, 40, False, "XngFLZABeqaQd4e0aJiWhjj/B4ai", id="landscape"),
        pytest.param(30, 50, False, "WTgJTBSAd3dHiItnd5mGj2wJhw==", id="portrait"),
        pytest.param(32, 32, False, "GvkIRwyAh3eFh4eIh3d4iHiHd/hopHAI", id="square"),
        pytest.param(48, 36, True, "3liJNI4KYHeDd5dnePdZoEb53fya6HmNCw==", id="fading"),
        pytest.param(1, 1, False, "EHsgz2II9wiIh4hwj3CI+AiIgIAI94cP", id="one pixel"),
    ],
)
def test_a_thumbhash_is_what_the_reference_makes(width: int, height: int, fading: bool, expected: str) -> None:  # noqa: FBT001
    pixels = some_pixels(width, height, fading=fading)

    assert thumbhash(width, height, pixels) == expected


def test_a_fully_transparent_picture_has_a_thumbhash() -> None:
    nothing = bytes(4 * 5 * 3)

    assert len(base64.b64decode(thumbhash(5, 3, nothing))) == 23


def test_a_thumbhash_costs_a_few_milliseconds() -> None:
    pixels = some_pixels(48, 36, fading=True)

    started = time.process_time()
    thumbhash(48, 36, pixels)

    assert time.process_time() - started < 0.05
