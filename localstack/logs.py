"""All logs in one stream, each line with its source in front."""

import time
from pathlib import Path

from rich.console import Console
from rich.text import Text

_COLOURS = ("cyan", "magenta", "yellow", "green", "blue", "red")
_TAIL_BYTES = 4000


def follow(folder: Path, *, forever: bool = True) -> None:
    """Print the end of each log, then what is added, until interrupted."""
    console = Console(highlight=False)
    positions: dict[Path, int] = {}
    colours: dict[str, str] = {}
    while True:
        for log in sorted(folder.glob("*.log")):
            size = log.stat().st_size
            position = positions.setdefault(log, max(0, size - _TAIL_BYTES))
            if size < position:  # begun anew
                position = 0
            with log.open("rb") as file:
                file.seek(position)
                text = file.read()
            whole = text[: text.rfind(b"\n") + 1]
            positions[log] = position + len(whole)
            colour = colours.setdefault(log.stem, _COLOURS[len(colours) % len(_COLOURS)])
            for line in whole.decode(errors="replace").splitlines():
                console.print(Text(f"{log.stem:>9} ", style=colour) + Text.from_ansi(line), soft_wrap=True)
        if not forever:
            return
        time.sleep(0.2)
