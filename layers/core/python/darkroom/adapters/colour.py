"""Any of Pillow's pixels become sRGB, as the embedded profile says."""

from io import BytesIO
from itertools import product

from PIL import Image, ImageChops, ImageCms

LARGEST_PROFILE_BYTES = 4_000_000
"""Larger profiles are ignored; the largest in use, for CMYK presses, have about 2.5 MB."""

_SPACES = {"L": "GRAY", "RGB": "RGB", "CMYK": "CMYK"}
_PROBE = Image.frombytes(
    "RGB", (729, 1), bytes(level for colour in product(range(0, 256, 31), repeat=3) for level in colour)
)


def to_srgb(image: Image.Image) -> Image.Image:
    """Return 8-bit sRGB pixels: `RGB`, or `RGBA` where anything is transparent.

    16-bit samples keep their high byte. A profile that is broken, or is for other pixels than these, counts as absent;
    without one, CMYK is taken as plain ink (`255 - c` times `255 - k`) and the rest as sRGB, as browsers do.
    """
    profile = image.info.get("icc_profile")
    image = _eight_bits(image)
    if "A" not in image.mode:
        return _coloured(image, profile)
    alpha = image.getchannel("A")
    is_opaque = alpha.getextrema() == (255, 255)
    if not is_opaque and not profile and image.mode == "RGBA":
        return image
    coloured = _coloured(image.convert("L" if image.mode == "LA" else "RGB"), profile)
    if not is_opaque:
        coloured.putalpha(alpha)
    return coloured


def _eight_bits(image: Image.Image) -> Image.Image:
    """Return the image as L, LA, RGB, RGBA or CMYK."""
    if image.mode.startswith("I"):
        transparent = image.info.get("transparency")
        image = image.convert("I").point([level >> 8 for level in range(65_536)], "L")
        if isinstance(transparent, int):
            image.info["transparency"] = transparent >> 8
    if image.has_transparency_data and image.mode not in {"LA", "RGBA"}:
        return image.convert("RGBA")
    if image.mode == "1":
        return image.convert("L")
    return image if image.mode in {"L", "LA", "RGB", "RGBA", "CMYK"} else image.convert("RGB")


def _coloured(image: Image.Image, profile: bytes | None) -> Image.Image:
    if profile and len(profile) <= LARGEST_PROFILE_BYTES:
        try:
            return _through_profile(image, profile)
        except (ImageCms.PyCMSError, KeyError, OSError, ValueError):
            pass
    return image if image.mode == "RGB" else image.convert("RGB")


def _through_profile(image: Image.Image, profile: bytes) -> Image.Image:
    """Convert relative to white with black point compensation, as photo software does by default.

    It costs 11 ms of CPU per megapixel of RGB, so profiles that come to sRGB within two levels are left alone.
    """
    source = ImageCms.ImageCmsProfile(BytesIO(profile))
    if source.profile.xcolor_space.strip() == "RGB" and image.mode == "L":
        image = image.convert("RGB")
    if source.profile.xcolor_space.strip() != _SPACES[image.mode]:
        raise ValueError(f"This profile is not for {image.mode} pixels.")
    transform = ImageCms.buildTransform(
        source,
        ImageCms.createProfile("sRGB"),
        image.mode,
        "RGB",
        ImageCms.Intent.RELATIVE_COLORIMETRIC,
        ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )
    if image.mode == "RGB" and _changes_little(transform):
        return image
    converted = ImageCms.applyTransform(image, transform)
    return image if converted is None else converted


def _changes_little(transform: ImageCms.ImageCmsTransform) -> bool:
    probe = ImageCms.applyTransform(_PROBE, transform)
    difference = ImageChops.difference(_PROBE, probe) if probe else _PROBE
    return max(high for _, high in difference.getextrema()) <= 2  # type: ignore[misc] # noqa: PLR2004
