"""Images as people read them: a table of many, a page of one."""

from collections.abc import Sequence
from datetime import datetime

from rich.console import Console
from rich.table import Table
from rich.text import Text

from client import words
from client.api import Answer

_STYLES = {"ready": "green", "refused": "red", "processing": "cyan", "awaiting": "cyan"}
_WORDS = {"processing": "developing", "awaiting": "waiting"}


def show_many(console: Console, images: Sequence[Answer]) -> None:
    """Print one row for each image, newest first."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
    table.add_column("image", no_wrap=True, style="dim")
    table.add_column("photo", overflow="ellipsis", no_wrap=True, max_width=40)
    table.add_column("status", no_wrap=True)
    table.add_column("size", justify="right", no_wrap=True)
    table.add_column("uploaded", no_wrap=True, style="dim")
    for image in images:
        table.add_row(
            image["id"],
            Text(words.plain(image["file_name"])),
            _status(image),
            _size(image),
            _time(image["uploaded_at"]),
        )
    console.print(table, highlight=False)


def show_one(console: Console, image: Answer) -> None:
    """Print what is known of an image, with the addresses of its WebPs."""
    console.print(
        Text(words.plain(image["file_name"]), style="bold"), _status(image), Text(image["visibility"], style="dim")
    )
    if image["reason"]:
        console.print(Text(words.plain(image["reason"]), style="red" if image["status"] == "refused" else "yellow"))
    facts = Table.grid(padding=(0, 2, 0, 0))
    facts.add_column(style="dim", no_wrap=True)
    facts.add_column()
    facts.add_row("image", image["id"])
    facts.add_row("original", ", ".join([image["content_type"], words.size(image["bytes"])]))
    if image["width"]:
        facts.add_row("pixels", words.pixels(image["width"], image["height"]))
    facts.add_row("uploaded", _time(image["uploaded_at"]))
    if image["developed_at"]:
        facts.add_row("developed", _time(image["developed_at"]))
    console.print(facts, highlight=False)
    for variant in image["variants"]:
        size = f"{words.pixels(variant['width'], variant['height']):>11} {words.size(variant['bytes']):>7}  "
        line = Text.assemble(size, (words.plain(variant["url"]), "cyan"))
        console.print(line, highlight=False, soft_wrap=True)


def _status(image: Answer) -> Text:
    status = str(image["status"])
    return Text(_WORDS.get(status, status), style=_STYLES.get(status, ""))


def _size(image: Answer) -> str:
    return words.size(image["bytes"])


def _time(text: str | None) -> str:
    return datetime.fromisoformat(text).astimezone().strftime("%Y-%m-%d %H:%M:%S") if text else ""
