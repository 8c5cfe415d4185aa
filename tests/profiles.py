"""Small ICC profiles, made where a test needs one."""

from collections.abc import Mapping, Sequence
from itertools import product
from struct import pack

DISPLAY_P3 = {"rXYZ": (0.5151, 0.2412, -0.0011), "gXYZ": (0.2920, 0.6922, 0.0419), "bXYZ": (0.1571, 0.0666, 0.7841)}
ADOBE_RGB = {"rXYZ": (0.6097, 0.3111, 0.0195), "gXYZ": (0.2053, 0.6257, 0.0609), "bXYZ": (0.1492, 0.0632, 0.7446)}
SRGB = {"rXYZ": (0.4361, 0.2225, 0.0139), "gXYZ": (0.3851, 0.7169, 0.0971), "bXYZ": (0.1431, 0.0606, 0.7141)}
WHITE = (0.9642, 1.0, 0.8249)


def rgb_profile(primaries: Mapping[str, Sequence[float]], *, gamma: float = 2.2) -> bytes:
    """Return a display's profile: where its primaries lie in XYZ, and one gamma."""
    curves = {name: _curve(gamma) for name in ("rTRC", "gTRC", "bTRC")}
    return _profile(b"mntr", b"RGB ", b"XYZ ", {name: _xyz(at) for name, at in primaries.items()} | curves)


def gray_profile(*, gamma: float) -> bytes:
    return _profile(b"mntr", b"GRAY", b"XYZ ", {"kTRC": _curve(gamma)})


def press_profile(inks: Sequence[tuple[int, int, int]]) -> bytes:
    """Return a press's profile: the Lab (L, a, b) of cyan, magenta, yellow and black, each alone on white paper.

    Inks printed over each other lower L together and add up their a and b.
    """
    corners = []
    for amounts in product((0, 1), repeat=4):
        used = [ink for ink, amount in zip(inks, amounts, strict=True) if amount]
        lightness = 100 - sum(100 - ink[0] for ink in used)
        corners += [
            max(0, lightness) * 255 // 100,
            *(min(255, max(0, 128 + sum(ink[axis] for ink in used))) for axis in (1, 2)),
        ]
    identity = [value for row in range(3) for value in (65536 if row == column else 0 for column in range(3))]
    table = (
        b"mft1"
        + pack(">4x4B9i", 4, 3, 2, 0, *identity)
        + bytes(range(256)) * 4
        + bytes(corners)
        + bytes(range(256)) * 3
    )
    return _profile(b"prtr", b"CMYK", b"Lab ", {"A2B0": table})


def _profile(device: bytes, space: bytes, connection: bytes, tags: Mapping[str, bytes]) -> bytes:
    everything = {"wtpt": _xyz(WHITE), **tags}
    start = 132 + 12 * len(everything)
    directory, body = pack(">I", len(everything)), b""
    for name, content in everything.items():
        directory += pack(">4s2I", name.encode(), start + len(body), len(content))
        body += content + bytes(-len(content) % 4)
    size = start + len(body)
    header = pack(">I4xI4s4s4s12x4s", size, 0x02400000, device, space, connection, b"acsp")
    return (header + bytes(28) + pack(">3i", *map(_fixed, WHITE))).ljust(128, b"\0") + directory + body


def _xyz(at: Sequence[float]) -> bytes:
    return b"XYZ " + pack(">4x3i", *map(_fixed, at))


def _curve(gamma: float) -> bytes:
    return b"curv" + pack(">4xIH2x", 1, round(gamma * 256))


def _fixed(value: float) -> int:
    return round(value * 65536)
