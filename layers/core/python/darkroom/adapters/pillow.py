"""Photos are developed here: any original becomes WebPs in five sizes, and a thumbhash."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from io import BytesIO

from PIL import Image

from darkroom.adapters.decoding import Picture, decode
from darkroom.adapters.thumbhash import thumbhash
from darkroom.images.model import VARIANT_WIDTHS, Development, Rendition

QUALITY, METHOD = 80, 4
"""Method 2 halves the time for 5 % more bytes, method 6 doubles it for 12 % fewer (12 MP photo)."""

LONGEST_SIDE = 16_383
"""What WebP can hold, in pixels."""

MANY_PIXELS = 1_500_000
"""A step that starts from more than this is made faster; see `smaller_and_smaller`."""

THUMB_SIDE = 32
"""Enough pixels for the seven cosine terms of a thumbhash."""

Size = tuple[int, int]
Frames = list[Image.Image]


class PillowDeveloper:
    """Develops originals, any number at once from any threads, with at most `threads` encoders running together."""

    def __init__(self, threads: int) -> None:
        self._encoders = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="encode")

    def develop(self, original: bytes) -> Development:
        """Develop one original; what cannot or may not be developed raises `Undevelopable`.

        The same bytes always give the same development. The caller's thread decodes and shrinks; what is larger is
        being encoded meanwhile.
        """
        picture = _fit(decode(original))
        encoded: list[tuple[Size, Future[bytes]]] = []
        smallest = picture.frames
        for frames in smaller_and_smaller(picture.frames):
            encoded.append((frames[0].size, self._encoders.submit(encode, frames, picture.durations, picture.plays)))
            smallest = frames
        hashed = thumbhash_of(smallest[0])
        return Development(
            width=encoded[0][0][0],
            height=encoded[0][0][1],
            content_type=picture.content_type,
            thumbhash=hashed,
            renditions=tuple(
                Rendition(width=width, height=height, data=data.result()) for (width, height), data in encoded
            ),
            note=picture.note,
        )


def _fit(picture: Picture) -> Picture:
    """Shrink what is longer than WebP can hold, and say so."""
    width, height = picture.frames[0].size
    longest = max(width, height)
    if longest <= LONGEST_SIDE:
        return picture
    size = (max(1, width * LONGEST_SIDE // longest), max(1, height * LONGEST_SIDE // longest))
    note = (
        f"Full size is {size[0]:,} x {size[1]:,} pixels instead of {width:,} x {height:,}: "
        f"WebP holds {LONGEST_SIDE:,} pixels a side."
    )
    frames = [frame.resize(size, Image.Resampling.BICUBIC) for frame in picture.frames]
    return replace(picture, frames=frames, note=" ".join(filter(None, (picture.note, note))))


def smaller_and_smaller(frames: Frames) -> Iterator[Frames]:
    """Yield the frames in full size and in every variant's, each made from the one before.

    Steps are bicubic; from more than `MANY_PIXELS`, where that costs most, they halve by boxes as far as that goes and
    do the rest by Hamming: 65 instead of 140 ms for all of 12 MP. Against Lanczos straight from the full size (190 ms)
    photos of 3, 12 and 24 MP and a cut-out keep at least 44.5 dB PSNR and 0.988 SSIM in every variant, and lose 0.4 to
    1.2 of the 36 to 38 dB that WebP leaves; a small photo, all fine detail, keeps 38.7 dB. Fast steps all the way
    would lose up to 2.6 dB of those.
    """
    yield frames
    width, height = frames[0].size
    has_alpha = frames[0].mode == "RGBA"
    if has_alpha:  # premultiplied once, or hidden colours would bleed into the edges
        frames = [frame.convert("RGBa") for frame in frames]
    for smaller in (each for each in VARIANT_WIDTHS if each < width):
        size = (smaller, max(1, round(height * smaller / width)))
        frames = [_shrink(frame, size) for frame in frames]
        yield [frame.convert("RGBA") for frame in frames] if has_alpha else frames


def _shrink(frame: Image.Image, size: Size) -> Image.Image:
    if frame.width * frame.height > MANY_PIXELS:
        return frame.resize(size, Image.Resampling.HAMMING, reducing_gap=1.0)
    return frame.resize(size, Image.Resampling.BICUBIC)


def encode(frames: Frames, durations: list[int], plays: int) -> bytes:
    """Encode one rendition; nothing but pixels and timing goes in."""
    output = BytesIO()
    if len(frames) == 1:
        frames[0].save(output, "WEBP", quality=QUALITY, method=METHOD)
        return output.getvalue()
    frames[0].save(
        output,
        "WEBP",
        quality=QUALITY,
        method=METHOD,
        save_all=True,
        append_images=frames[1:],
        duration=durations,
        loop=plays,
        background=(0, 0, 0, 0),
    )
    webp = bytearray(output.getvalue())
    if frames[0].mode == "RGBA" and webp[12:16] == b"VP8X":
        # libwebp crops frames to what is drawn; where that is opaque it forgets to say that the rest shows through
        webp[20] |= 0x10
    return bytes(webp)


def thumbhash_of(frame: Image.Image) -> str:
    """Return the thumbhash of a frame in about 1 ms."""
    small = frame.convert("RGBA")
    small.thumbnail((THUMB_SIDE, THUMB_SIDE), Image.Resampling.HAMMING)
    return thumbhash(*small.size, small.tobytes())
