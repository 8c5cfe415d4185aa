"""ThumbHash: about 25 bytes that stand for a picture until it is there (the algorithm of evanw/thumbhash)."""

import base64
from collections.abc import Iterable, Sequence
from math import cos, floor, pi
from operator import mul
from typing import NamedTuple


class _Channel(NamedTuple):
    """One channel's cosine terms: the constant one, the others as fractions of `scale` around 0.5, and their scale."""

    constant: float
    varying: Sequence[float]
    scale: float


def thumbhash(width: int, height: int, rgba: bytes) -> str:
    """Return the base64 ThumbHash of `width` x `height` RGBA pixels, not premultiplied, at most 100 a side.

    The sums over rows and columns are separate, so 48 x 36 pixels cost about 1 ms.
    """
    light, yellow, red, alpha = _channels(rgba)
    has_alpha = sum(alpha) < width * height
    most, longer = (5 if has_alpha else 7), max(width, height)
    across, down = max(1, _round(most * width / longer)), max(1, _round(most * height / longer))
    size = (width, height)
    lightness = _transform(light, size, max(3, across), max(3, down))
    channels = [lightness, _transform(yellow, size, 3, 3), _transform(red, size, 3, 3)]
    is_landscape = width > height
    fields = [
        (_round(63 * lightness.constant), 6),
        (_round(31.5 + 31.5 * channels[1].constant), 6),
        (_round(31.5 + 31.5 * channels[2].constant), 6),
        (_round(31 * lightness.scale), 5),
        (has_alpha, 1),
        (down if is_landscape else across, 3),
        (_round(63 * channels[1].scale), 6),
        (_round(63 * channels[2].scale), 6),
        (is_landscape, 1),
    ]
    if has_alpha:
        channels.append(_transform(alpha, size, 5, 5))
        fields += [(_round(15 * channels[3].constant), 4), (_round(15 * channels[3].scale), 4)]
    fields += [(_round(15 * term), 4) for channel in channels for term in channel.varying]
    return base64.b64encode(_packed(fields)).decode()


def _channels(rgba: bytes) -> tuple[list[float], list[float], list[float], list[float]]:
    """Return lightness, yellow-blue, red-green and alpha, laid over the average colour, each in the picture's order."""
    alpha = [level / 255 for level in rgba[3::4]]
    colours = [[level / 255 for level in rgba[start::4]] for start in range(3)]
    covered = sum(alpha)
    for index, colour in enumerate(colours):
        average = sum(map(mul, colour, alpha)) / covered if covered else 0.0
        colours[index] = [average * (1 - a) + a * level for level, a in zip(colour, alpha, strict=True)]
    pixels = list(zip(*colours, strict=True))
    light = [(r + g + b) / 3 for r, g, b in pixels]
    return light, [(r + g) / 2 - b for r, g, b in pixels], [r - g for r, g, _ in pixels], alpha


def _transform(values: Sequence[float], size: tuple[int, int], across: int, down: int) -> _Channel:
    """Return the lowest cosine terms, a triangle `across` x `down`."""
    width, height = size
    rows = [values[start : start + width] for start in range(0, width * height, width)]
    columns = [[sum(map(mul, row, wave)) for row in rows] for wave in (_wave(width, term) for term in range(across))]
    waves = [_wave(height, term) for term in range(down)]
    terms = [
        sum(map(mul, columns[x], waves[y])) / (width * height)
        for y in range(down)
        for x in range(across)
        if x * down < across * (down - y)
    ]
    constant, varying = terms[0], terms[1:]
    scale = max(map(abs, varying))
    return _Channel(constant, [0.5 + 0.5 / scale * term for term in varying] if scale else varying, scale)


def _wave(length: int, term: int) -> list[float]:
    return [cos(pi / length * term * (position + 0.5)) for position in range(length)]


def _packed(fields: Iterable[tuple[int, int]]) -> bytes:
    """Return (value, bits) fields as bytes, the first in the lowest bits."""
    packed = position = 0
    for value, bits in fields:
        packed |= value << position
        position += bits
    return packed.to_bytes((position + 7) // 8, "little")


def _round(value: float) -> int:
    """Round halves up, as the reference does."""
    return floor(value + 0.5)
