"""What the emulator remembers, in one file that is replaced whole.

ministack saves its state only on a clean stop, one file per service. A kill between two of them would leave a stack
without its functions, so all services go into one file, and that is unpacked into theirs at the next start.
"""

import json
import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from localstack.home import write

_TRIES = 5

_log = logging.getLogger("checkpoint")


class Checkpoint:
    """The saved state of all services: `file` holds it, `folder` is where ministack reads it."""

    def __init__(self, file: Path, folder: Path) -> None:
        self._file = file
        self._folder = folder
        self._services: dict[str, str] = {}
        self._written: dict[str, str] = {}

    def unpack(self) -> None:
        """Lay out the last checkpoint for ministack to read; what a clean stop or a crash left there is dropped."""
        self._folder.mkdir(parents=True, exist_ok=True)
        for stale in self._folder.glob("*.json"):
            stale.unlink()
        try:
            self._services = json.loads(self._file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return
        for name, text in self._services.items():
            (self._folder / f"{name}.json").write_text(text, encoding="utf-8")
        self._written = dict(self._services)

    def save(self, services: Mapping[str, Callable[[], Any]]) -> None:
        """Write a checkpoint if anything changed; a service that cannot be read now keeps its earlier state."""
        for name, state_of in services.items():
            if (text := _serialise(name, state_of)) is not None:
                self._services[name] = text
        if self._services == self._written:
            return
        try:
            write(self._file, json.dumps(self._services))
        except OSError as error:
            _log.error("The state of the cloud could not be saved: %s.", error.strerror)
            return
        self._written = dict(self._services)


def _serialise(name: str, state_of: Callable[[], Any]) -> str | None:
    from ministack.core import persistence  # noqa: PLC0415 - it reads the environment when it is imported

    for _ in range(_TRIES):
        try:
            state = state_of()
            if state is None:
                return None
            wrapped = {"__ministack_format__": persistence._state_format_version(name), "payload": state}  # noqa: SLF001 - its file format
            return json.dumps(wrapped, default=persistence._json_default)  # noqa: SLF001 - the same
        except RuntimeError:  # a dictionary that another thread changed meanwhile
            continue
        except Exception:  # noqa: BLE001 - whatever one service does, the others are saved
            _log.exception("The state of %s could not be read.", name)
            return None
    return None
