"""How sizes, times and texts from elsewhere are written for people."""

_THOUSAND = 1000
_TEN = 10
_MINUTE = 60


def size(count: int) -> str:
    """Write a number of bytes: `812 B`, `3.4 MB`, `24 MB`."""
    number, unit = float(count), "B"
    for larger in ("kB", "MB", "GB"):
        if number < _THOUSAND:
            break
        number, unit = number / _THOUSAND, larger
    return f"{number:.1f} {unit}" if number < _TEN and unit != "B" else f"{number:.0f} {unit}"


def duration(seconds: float) -> str:
    """Write a time span: `0.8 s`, `42 s`, `3 min 05 s`."""
    if seconds < _TEN:
        return f"{seconds:.1f} s"
    if seconds < _MINUTE:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), _MINUTE)
    return f"{minutes} min {rest:02} s"


def pixels(width: int, height: int) -> str:
    """Write the size of a picture."""
    return f"{width} \N{MULTIPLICATION SIGN} {height}"


def count(number: int, one: str) -> str:
    """Write a number of things: `1 photo`, `3 photos`."""
    return f"{number} {one}" if number == 1 else f"{number} {one}s"


def plain(text: str) -> str:
    """Drop what would steer the terminal instead of being shown on it."""
    return "".join(letter for letter in text if letter.isprintable())
