"""An original becomes upright sRGB frames; what is too large, damaged or of a foreign kind is refused."""

import warnings
from dataclasses import dataclass
from io import BytesIO

from PIL import AvifImagePlugin, GifImagePlugin, Image, ImageFile, JpegImagePlugin, PngImagePlugin, WebPImagePlugin
from pillow_heif import register_heif_opener

from darkroom.adapters.colour import to_srgb
from darkroom.adapters.image_types import (
    CONTENT_TYPES,
    count_gif_frames,
    count_jpeg_scans,
    png_is_whole,
    recognise,
)
from darkroom.images.model import Undevelopable

MOST_PIXELS = 50_000_000
"""Width x height x frames; what declares more is refused before a pixel is decoded."""

MOST_MOVING_FRAMES = 300
MOST_MOVING_PIXELS = 25_000_000
"""An animation within both stays animated; up to `MOST_PIXELS` its first frame is developed, and a note says so."""

MOST_SCAN_PIXELS = 2_500_000_000
"""JPEG scans x pixels: encoders make about ten scans, hostile files thousands, each a pass over the whole picture."""

UNTIMED_FRAME_MS = 100
"""How long browsers show a frame that gives no time."""

LONGEST_FRAME_MS = 655_350
"""What a GIF can ask for; more is a lie."""

MOST_PLAYS = 65_535
"""What WebP can count."""

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_ORIENTATION = 0x0112

_DAMAGED = "This file is damaged or incomplete: export the photo again and upload it again."

# The decoders that may run. Each registers itself when its module is imported; HEIC has to be asked.
_PLUGINS = (AvifImagePlugin, GifImagePlugin, JpegImagePlugin, PngImagePlugin, WebPImagePlugin)
register_heif_opener(thumbnails=False)
# Pillow warns of what is odd in a file; in the log of a platform that is noise that strangers control.
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")
warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)
# Pillow refuses above double of this from the header, some of its decoders before they reserve memory; we refuse at it.
Image.MAX_IMAGE_PIXELS = MOST_PIXELS
# Keep up to eight blocks of 16 MB for the next photo: 20 ms fewer page faults in 12 MP for 17 MB more at the peak.
Image.core.set_blocks_max(8)  # type: ignore[attr-defined] # documented, though not in the stubs


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """Upright sRGB frames of one size and one mode, RGB or RGBA; one frame where it does not move.

    `durations` are milliseconds per frame, `plays` is how often it runs (0: for ever), `note` what was left out.
    """

    content_type: str
    frames: list[Image.Image]
    durations: list[int]
    plays: int = 0
    note: str | None = None


def decode(original: bytes) -> Picture:
    """Return the picture in a file; a file that holds none we may develop raises `Undevelopable`.

    Memory stays below about 8 bytes a pixel of `MOST_PIXELS` plus the file.
    """
    name = recognise(original)
    if name == "PNG" and not png_is_whole(original):
        raise Undevelopable(_DAMAGED)
    try:
        with Image.open(BytesIO(original), formats=(name,)) as image:
            return _decode(image, name, original)
    except Undevelopable:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Undevelopable(_too_large("This picture has far more")) from error
    except Exception as error:  # whatever a decoder says about hostile bytes, the answer is the same
        raise Undevelopable(_DAMAGED) from error


def _decode(image: ImageFile.ImageFile, name: str, original: bytes) -> Picture:
    pixels = image.width * image.height
    count = _count_frames(image, name, original)
    if pixels * count > MOST_PIXELS:
        shape = "picture has" if count == 1 else f"animation's {count:,} frames have"
        raise Undevelopable(_too_large(f"This {shape} {pixels * count / 1e6:,.1f}"))
    if name == "JPEG" and pixels * count_jpeg_scans(original) > MOST_SCAN_PIXELS:
        raise Undevelopable(_DAMAGED)
    if count == 1:
        return _still(image, name)
    if count > MOST_MOVING_FRAMES or pixels * count > MOST_MOVING_PIXELS:
        return _still(
            image,
            name,
            note=f"Only the first frame was developed: the animation's {count:,} frames have "
            f"{pixels * count / 1e6:,.1f} megapixels together, and we keep up to {MOST_MOVING_FRAMES} frames with "
            f"{MOST_MOVING_PIXELS // 1_000_000} megapixels moving.",
        )
    return _moving(image, name, count)


def _count_frames(image: ImageFile.ImageFile, name: str, original: bytes) -> int:
    """Return how many frames there are, at least one; a JPEG's or HEIC's further pictures do not count."""
    if name == "GIF":
        most = max(MOST_MOVING_FRAMES, MOST_PIXELS // (image.width * image.height))
        return max(1, count_gif_frames(original, most=most))
    return getattr(image, "n_frames", 1) if name in {"PNG", "WEBP", "AVIF"} else 1


def _too_large(declared: str) -> str:
    limit = MOST_PIXELS // 1_000_000
    return f"{declared} megapixels, and we develop up to {limit}: export it smaller and upload it again."


def _still(image: ImageFile.ImageFile, name: str, *, note: str | None = None) -> Picture:
    turn = _turn(image)
    return Picture(content_type=CONTENT_TYPES[name], frames=[_frame(image, turn)], durations=[0], note=note)


def _moving(image: ImageFile.ImageFile, name: str, count: int) -> Picture:
    """Return every frame as it is seen, with what earlier frames left behind; the first one sets the size."""
    turn, durations = _turn(image), []
    frames: list[Image.Image] = []
    first = 1 if image.info.get("default_image") else 0  # a PNG's picture for viewers that do not animate
    for index in range(first, count):
        image.seek(index)
        frame = _frame(image, turn)
        size = frames[0].size if frames else frame.size
        frames.append(frame.crop((0, 0, *size)))  # a copy, too: the decoder reuses its pixels for the next frame
        durations.append(_duration(image))
    mode = "RGBA" if any(frame.mode == "RGBA" for frame in frames) else "RGB"
    return Picture(
        content_type=CONTENT_TYPES[name],
        frames=[frame.convert(mode) for frame in frames],
        durations=durations,
        plays=_plays(image, name),
    )


def _frame(image: ImageFile.ImageFile, turn: Image.Transpose | None) -> Image.Image:
    image.load()
    if image.width * image.height > MOST_PIXELS:  # some headers lie, and some animations grow on their way
        raise Undevelopable(_DAMAGED)
    frame = to_srgb(image)
    return frame if turn is None else frame.transpose(turn)


def _turn(image: ImageFile.ImageFile) -> Image.Transpose | None:
    """Return what makes the picture upright; unreadable EXIF turns nothing."""
    try:
        return _TURNS.get(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # noqa: BLE001 - EXIF is hostile bytes, too, but no reason to lose a photo
        return None


def _duration(image: ImageFile.ImageFile) -> int:
    duration = round(image.info.get("duration") or 0)
    return duration if 0 < duration <= LONGEST_FRAME_MS else UNTIMED_FRAME_MS


def _plays(image: ImageFile.ImageFile, name: str) -> int:
    """Return how often an animation plays, 0 for ever: a GIF tells its repetitions, or nothing and plays once."""
    told = image.info.get("loop")
    if name == "GIF":
        return 1 if told is None else told and min(told + 1, MOST_PLAYS)
    return min(told or 0, MOST_PLAYS)
