"""Peers in JavaScript: programs by others that speak our protocols, each in a process of its own."""

import json
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from queue import Empty, Queue
from types import TracebackType
from typing import Any, Self

from tests.deployed import ROOT

FOLDER = ROOT / "tests/javascript"
PATIENCE_SECONDS = 30.0

_END = ""


class Peer:
    """A script of tests/javascript that runs: it is told JSON lines and says JSON lines.

    It ends when its input does, so that none outlives the tests. What it complains of is in the test's captured stderr.
    """

    def __init__(self, script: str, **options: Any) -> None:
        self.said: list[Mapping[str, Any]] = []
        self._process = subprocess.Popen(  # noqa: S603 - our own scripts
            [_node(), FOLDER / script, json.dumps(options)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )
        self._lines: Queue[str] = Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def tell(self, **line: Any) -> None:
        """Tell it one line."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps(line) + "\n")

    def hear(self, *, within: float = PATIENCE_SECONDS) -> Mapping[str, Any]:
        """Return what it says next."""
        try:
            line = self._lines.get(timeout=within)
        except Empty:
            raise AssertionError(f"It was silent for {within:.1f} s after {self.said}") from None
        assert line != _END, f"It ended after {self.said}"
        said: Mapping[str, Any] = json.loads(line)
        self.said.append(said)
        return said

    def hear_until(
        self, wanted: Callable[[Mapping[str, Any]], Any], *, within: float = PATIENCE_SECONDS
    ) -> Mapping[str, Any]:
        """Return the first thing it says that is wanted."""
        deadline = time.monotonic() + within
        while not wanted(said := self.hear(within=max(0.01, deadline - time.monotonic()))):
            pass
        return said

    def hear_all(self, *, within: float = PATIENCE_SECONDS) -> list[Mapping[str, Any]]:
        """Wait until it has ended by itself, and return everything it said."""
        assert self._process.wait(within) == 0
        self._reader.join()
        self.said += [json.loads(line) for line in iter(self._lines.get_nowait, _END)]
        return self.said

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._reader.join()
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdout.close()
        with suppress(BrokenPipeError):
            self._process.stdin.close()
        self._process.wait(PATIENCE_SECONDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _read(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            self._lines.put(line)
        self._lines.put(_END)


@cache
def _node() -> str:
    """Return the Node that runs the peers, installing what they need where it is not there yet."""
    found = subprocess.run(  # noqa: S603 - our own script
        ["/bin/sh", ROOT / "localstack/node.sh", FOLDER], check=True, stdout=subprocess.PIPE, text=True, timeout=300
    )
    return f"{found.stdout.strip()}/node"
