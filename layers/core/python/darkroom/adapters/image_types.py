"""What kind of file an original really is, told by its content, and what its structure says before it is decoded."""

import re
import zlib

from darkroom.images.model import Undevelopable

CONTENT_TYPES = {
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/webp",
    "GIF": "image/gif",
    "AVIF": "image/avif",
    "HEIF": "image/heic",
}

_MAGIC = {
    "JPEG": re.compile(rb"\xff\xd8\xff"),
    "PNG": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "WEBP": re.compile(rb"RIFF....WEBP", re.DOTALL),
    "GIF": re.compile(rb"GIF8[79]a"),
}
_AVIF_BRANDS = {b"avif", b"avis"}
_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}

_OTHERS = {
    "TIFF or camera raw": re.compile(rb"II[*+]\0|MM\0[*+]|II(RO|RS|U\0)|FUJIFILMCCD-RAW|\0{4}ftypcrx"),
    "EPS": re.compile(rb"%!PS|\xc5\xd0\xd3\xc6"),
    "PDF": re.compile(rb"%PDF"),
    "Photoshop": re.compile(rb"8BPS"),
    "BMP": re.compile(rb"BM"),
    "JPEG 2000": re.compile(rb"\0{3}\x0cjP  |\xff\x4f\xff\x51"),
    "JPEG XL": re.compile(rb"\xff\x0a|\0{3}\x0cJXL "),
    "ZIP": re.compile(rb"PK\x03\x04"),
    "SVG": re.compile(rb"(\xef\xbb\xbf)?\s*(<\?xml|<!--|<!DOCTYPE svg|<svg)", re.IGNORECASE),
    "video": re.compile(rb"....ftyp|\x1a\x45\xdf\xa3", re.DOTALL),
}

_NEXT_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_START_OF_SCAN, _END_OF_IMAGE = 0xDA, 0xD9


def recognise(data: bytes) -> str:
    """Return Pillow's name of the format that the content shows, a key of `CONTENT_TYPES`.

    Whatever is not one of ours raises `Undevelopable`, naming what it is where that is known.
    """
    if not data:
        raise Undevelopable("This file is empty: export the photo again and upload it again.")
    for name, magic in _MAGIC.items():
        if magic.match(data):
            return name
    if data[4:8] == b"ftyp":
        length = min(int.from_bytes(data[:4], "big"), 256)
        brands = {data[start : start + 4] for start in (8, *range(16, length, 4))}
        if brands & _AVIF_BRANDS:
            return "AVIF"
        if brands & _HEIF_BRANDS:
            return "HEIF"
    name = next((f"{name} " for name, magic in _OTHERS.items() if magic.match(data)), "")
    raise Undevelopable(
        f"This {name}file is not one of the kinds we develop: "
        "export it as JPEG, PNG, WebP, GIF, AVIF or HEIC and upload it again."
    )


def png_is_whole(data: bytes) -> bool:
    """Tell whether every chunk of a PNG up to its end is there and keeps its checksum.

    Pillow does not look at the checksums of pixel data; browsers do.
    """
    view, start = memoryview(data), 8
    while start + 12 <= len(data):
        end = start + 8 + int.from_bytes(view[start : start + 4], "big")
        if zlib.crc32(view[start + 4 : end]) != int.from_bytes(view[end : end + 4], "big"):
            return False
        if data[start + 4 : start + 8] == b"IEND":
            return True
        start = end + 4
    return False


def count_jpeg_scans(data: bytes) -> int:
    """Return how many passes over the picture a JPEG asks for: one, or about ten in a progressive one."""
    scans, start = 0, 2
    while marker := _NEXT_MARKER.search(data, start):
        kind, start = data[marker.start() + 1], marker.end()
        if kind == _END_OF_IMAGE:
            break
        scans += kind == _START_OF_SCAN
        start += int.from_bytes(data[start : start + 2], "big")
    return scans


def count_gif_frames(data: bytes, *, most: int) -> int:
    """Return how many frames a GIF holds, counting no further than one past `most`.

    Pillow decodes what it counts; this only follows the lengths.
    """
    frames, start = 0, 13 + _colour_table_bytes(data, 10)
    while frames <= most and data[start : start + 1] in {b",", b"!"}:
        if data[start] == ord(","):
            frames += 1
            start += 11 + _colour_table_bytes(data, start + 9)
        else:
            start += 2
        while start < len(data) and data[start]:
            start += data[start] + 1
        start += 1
    return frames


def _colour_table_bytes(data: bytes, flags_at: int) -> int:
    flags = int.from_bytes(data[flags_at : flags_at + 1], "big")
    return 3 * 2 ** ((flags & 0x07) + 1) if flags & 0x80 else 0
