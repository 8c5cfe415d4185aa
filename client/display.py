"""What an upload looks like: alive on a terminal, line by line elsewhere, JSON for programs."""

import json
import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import typer
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from client import words
from client.outcomes import Outcome, summary
from client.photos import Photo, file_name
from client.uploading import Watcher

_STEPS: Mapping[str, str] = {
    "reading": "reading",
    "sending": "sending",
    "resuming": "resuming",
    "awaiting": "waiting",
    "processing": "developing",
}
_WIDEST_NAME = 32
_BAR = 28


class Display(Protocol):
    """Shows the photos of one command while they are on their way, and what became of them."""

    def __enter__(self) -> Self:
        """Begin to show."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        """Leave the terminal as it was."""

    def watch(self, photo: Photo) -> Watcher:
        """Show one more photo; what the watcher hears is shown beside it."""

    def ended(self, outcome: Outcome) -> None:
        """Show what became of a photo."""

    def summarise(self, outcomes: Sequence[Outcome], seconds: float) -> None:
        """Show what became of all of them."""


class Row:
    """One photo on its way, on a terminal."""

    def __init__(self, photo: Photo) -> None:
        self.photo = photo
        self.spinner = Spinner("dots", style="cyan")
        self.bytes_sent = 0
        self.step = "reading"
        self.since = time.monotonic()
        self.paused_until = 0.0

    def sent(self, count: int) -> None:
        """Move the bar; what comes after the last byte is a wait of its own."""
        self.bytes_sent = count
        self.since = time.monotonic()
        self.paused_until = 0.0

    def became(self, status: str) -> None:
        """Name the step."""
        if status != self.step:
            self.step, self.since = status, time.monotonic()
            self.paused_until = 0.0

    def pausing(self, seconds: float) -> None:
        """Count down to the next try."""
        self.paused_until = time.monotonic() + seconds

    def progress(self) -> RenderableType:
        """Return the bar while bytes go out, afterwards the step and its time."""
        now = time.monotonic()
        if self.paused_until > now + 1:
            return Text(f"trying again in {self.paused_until - now:.0f} s", style="yellow")
        if self.step in {"sending", "resuming"} and self.bytes_sent < self.photo.bytes:
            bar = ProgressBar(
                total=self.photo.bytes,
                completed=self.bytes_sent,
                width=_BAR,
                complete_style="cyan",
                style="bright_black",
            )
            line = Table.grid(padding=(0, 1))
            line.add_row(bar, Text(f"{self.bytes_sent / self.photo.bytes:4.0%}", style="dim"))
            return line
        step = "waiting" if self.step in {"sending", "resuming"} else _STEPS.get(self.step, self.step)
        spent = now - self.since
        return Text.assemble((step, ""), (f"  {spent:.0f} s" if spent > 1 else "", "dim"))


class Terminal:
    """The display for people: what is finished scrolls away above, what is on its way moves below."""

    def __init__(self, console: Console, paths: Sequence[Path]) -> None:
        self._console = console
        self._rows: list[Row] = []
        self._turn = threading.Lock()
        self._count = len(paths)
        self._ended = 0
        self._name_width = min(_WIDEST_NAME, max(len(file_name(path)) for path in paths))
        self._live = Live(console=console, get_renderable=self._moving, refresh_per_second=12, transient=True)

    def __enter__(self) -> Self:
        """Begin to show."""
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Leave the terminal as it was."""
        self._live.stop()

    def watch(self, photo: Photo) -> Watcher:
        """Add a moving row."""
        row = Row(photo)
        with self._turn:
            self._rows.append(row)
        return row

    def ended(self, outcome: Outcome) -> None:
        """Turn a moving row into two lines that stay."""
        with self._turn:
            self._rows = [row for row in self._rows if row.photo.path != outcome.path.resolve()]
            self._ended += 1
        self._console.print(self._lasting(outcome), highlight=False, soft_wrap=True)

    def summarise(self, outcomes: Sequence[Outcome], seconds: float) -> None:
        """Close with one line."""
        self._console.print(Text(f"\n  {summary(outcomes, seconds)}", style="bold"), highlight=False)
        if any(outcome.full_size and "?" in outcome.full_size["url"] for outcome in outcomes):
            hint = (
                "  Addresses of private photos are shortened: click them, or see them whole with `darkroom show IMAGE`."
            )
            self._console.print(hint, style="dim", highlight=False)

    def _moving(self) -> RenderableType:
        with self._turn:
            rows = list(self._rows)
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column(width=3, justify="right")
        table.add_column(width=self._name_width, no_wrap=True, overflow="ellipsis")
        table.add_column(width=7, justify="right", style="dim", no_wrap=True)
        table.add_column(no_wrap=True)
        for row in rows:
            table.add_row(row.spinner, Text(row.photo.name), words.size(row.photo.bytes), row.progress())
        left = self._count - self._ended - len(rows)
        if not left:
            return table
        return Group(table, Text(f"     {left} more to go", style="dim"))

    def _lasting(self, outcome: Outcome) -> RenderableType:
        mark, style = _MARKS.get(outcome.status, _MARKS["awaiting"])
        name = Text(outcome.name)
        name.truncate(self._name_width, overflow="ellipsis", pad=True)
        line = Text.assemble(("  " + mark, style), "  ", name, "  ")
        if outcome.image is None or not outcome.is_good:
            said = outcome.reason or "no reason was given"
            return line.append(said if outcome.status == "failed" else f"refused: {said}", style="red")
        line.append(f"{words.size(outcome.bytes):>7}", style="dim")
        full = outcome.full_size
        if full is None:
            return line.append(f"  {_STEPS.get(outcome.status, outcome.status)}: darkroom show {outcome.image['id']}")
        line.append(f" → {words.size(full['bytes'])}   {words.pixels(full['width'], full['height'])}   ")
        line.append(words.duration(outcome.seconds), style="dim")
        line.append("\n     ").append_text(_address(words.plain(full["url"])))
        return line.append(f"\n     {outcome.reason}", style="yellow") if outcome.reason else line


class Lines:
    """The display for logs and pipes: one line for each change, nothing that moves."""

    def __init__(self) -> None:
        self._turn = threading.Lock()

    def __enter__(self) -> Self:
        """Begin to show."""
        return self

    def __exit__(self, *_: object) -> None:
        """Leave nothing behind."""

    def watch(self, photo: Photo) -> Watcher:
        """Write a line for each step of a photo."""
        return _Steps(self._say, photo)

    def ended(self, outcome: Outcome) -> None:
        """Write what became of a photo, with its address or the reason."""
        full = outcome.full_size
        detail = outcome.reason if full is None else " ".join([words.plain(full["url"]), outcome.reason]).rstrip()
        status = _STEPS.get(outcome.status, outcome.status)
        self._say(f"{outcome.name}: {status}" + (f": {detail}" if full is None and detail else f" {detail}".rstrip()))

    def summarise(self, outcomes: Sequence[Outcome], seconds: float) -> None:
        """Close with one line."""
        self._say(summary(outcomes, seconds))

    def _say(self, line: str) -> None:
        with self._turn:
            typer.echo(line)


class Json:
    """The display for programs: one JSON object for each photo, nothing else."""

    def __enter__(self) -> Self:
        """Begin to show."""
        return self

    def __exit__(self, *_: object) -> None:
        """Leave nothing behind."""

    def watch(self, photo: Photo) -> Watcher:
        """Say nothing on the way."""
        return _Steps(lambda _: None, photo)

    def ended(self, outcome: Outcome) -> None:
        """Write the image's own fields with `path`, `seconds` and `error` (null if nothing failed)."""
        told = {
            "path": os.fsencode(outcome.path).decode("utf-8", "replace"),
            **(outcome.image or {}),
            "status": outcome.status,
            "seconds": round(outcome.seconds, 3),
            "error": outcome.problem,
        }
        typer.echo(json.dumps(told))

    def summarise(self, outcomes: Sequence[Outcome], seconds: float) -> None:
        """Say nothing: who reads JSON can count."""


class _Steps:
    """A watcher that says each step once."""

    def __init__(self, say: Callable[[str], None], photo: Photo) -> None:
        self._say = say
        self._photo = photo
        self._last = ""

    def sent(self, count: int) -> None:
        """Say nothing: bytes are no change."""

    def became(self, status: str) -> None:
        """Say the step."""
        if status != self._last:
            self._last = status
            of = f" {words.size(self._photo.bytes)}" if status in {"sending", "resuming"} else ""
            self._say(f"{self._photo.name}: {_STEPS.get(status, status)}{of}")

    def pausing(self, seconds: float) -> None:
        """Say why nothing happens, where it takes long."""
        if seconds > 1:
            self._say(f"{self._photo.name}: trying again in {words.duration(seconds)}")


def _address(url: str) -> Text:
    """Return an address to click; the signature that a private one carries is not for reading."""
    shown, signature, _ = url.partition("?")
    return Text.assemble((shown + "?…" * bool(signature), f"cyan link {url}"))


_MARKS = {
    "ready": ("✓", "bold green"),
    "refused": ("✗", "bold red"),
    "failed": ("✗", "bold red"),
    "awaiting": ("·", "cyan"),
}
