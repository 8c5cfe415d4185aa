"""Pictures for tests: made with Pillow, encoded to bytes, and looked at again."""

from io import BytesIO
from struct import pack
from typing import Any
from zlib import crc32

from PIL import Image

from darkroom.images.model import Rendition

Colour = tuple[int, ...]


def a_picture(width: int = 400, height: int = 300) -> Image.Image:
    """Return red, green, blue and white quarters on a gradient: it looks different however it is turned."""
    picture = Image.linear_gradient("L").resize((width, height)).convert("RGB")
    corners = [("red", 0, 0), ("lime", 1, 0), ("blue", 0, 1), ("white", 1, 1)]
    for colour, right, low in corners:
        quarter = Image.new("RGB", (width // 3, height // 3), colour)
        picture.paste(quarter, (right * (width - width // 3), low * (height - height // 3)))
    return picture


def encoded(picture: Image.Image, kind: str, **options: Any) -> bytes:
    output = BytesIO()
    picture.save(output, kind, **options)
    return output.getvalue()


def animated(kind: str, colours: list[str], *, size: tuple[int, int] = (64, 48), **options: Any) -> bytes:
    first, *others = [Image.new("RGB", size, colour) for colour in colours]
    return encoded(first, kind, save_all=True, append_images=others, **options)


def seen(rendition: Rendition) -> Image.Image:
    """Return a rendition as a viewer sees it."""
    with Image.open(BytesIO(rendition.data), formats=("WEBP",)) as image:
        image.load()
        return image.copy()


def look_alike(one: Image.Image, other: Image.Image, *, within: int = 12) -> bool:
    """Tell whether two pictures look the same, seen small and allowing for what encoding loses."""
    small = [image.convert("RGBA").resize((16, 16), Image.Resampling.BOX).tobytes() for image in (one, other)]
    return one.size == other.size and all(abs(a - b) <= within for a, b in zip(*small, strict=True))


def chunks(webp: bytes) -> list[str]:
    """Return the names of a WebP's chunks, in order."""
    names, start = [], 12
    while start < len(webp):
        names.append(webp[start : start + 4].decode())
        start += 8 + (int.from_bytes(webp[start + 4 : start + 8], "little") + 1) // 2 * 2
    return names


def png_chunk(name: bytes, content: bytes) -> bytes:
    return pack(">I", len(content)) + name + content + pack(">I", crc32(name + content))


def png_claiming(width: int, height: int) -> bytes:
    """Return a PNG whose header tells a size; there are hardly any pixels behind it."""
    header = png_chunk(b"IHDR", pack(">2I5B", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + png_chunk(b"IDAT", b"\x78\x9c\x03\0\0\0\0\x01") + png_chunk(b"IEND", b"")


def jpeg_claiming(width: int, height: int) -> bytes:
    jpeg = encoded(Image.new("RGB", (8, 8)), "JPEG")
    size_at = jpeg.index(b"\xff\xc0") + 5
    return jpeg[:size_at] + pack(">2H", height, width) + jpeg[size_at + 4 :]


def webp_claiming(width: int, height: int) -> bytes:
    canvas = b"\0\0\0\0" + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    body = b"WEBPVP8X" + pack("<I", 10) + canvas + encoded(Image.new("RGB", (8, 8)), "WEBP")[12:]
    return b"RIFF" + pack("<I", len(body)) + body


def gif_of(frames: int, *, size: tuple[int, int]) -> bytes:
    """Return a GIF of many frames, each of one pixel on a canvas of any size."""
    canvas = b"GIF89a" + pack("<2H3B", *size, 0x80, 0, 0) + bytes(3) + b"\xff\xff\xff"
    frame = b"," + pack("<4HB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\x00"
    return canvas + frame * frames + b";"
