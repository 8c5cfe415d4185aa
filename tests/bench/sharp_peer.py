"""The npm package sharp in a process of its own."""

import json
import subprocess
import sys
from pathlib import Path
from shutil import which
from typing import Self

FOLDER = Path(__file__).parent / "sharp"


class Sharp:
    """A running peer that develops photos one at a time."""

    def __init__(self) -> None:
        self._versions = ""
        self._process = subprocess.Popen(
            ["node", "peer.js"],  # noqa: S607 - whichever node is on the PATH
            cwd=FOLDER,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    @classmethod
    def start(cls) -> Self | None:
        """Start the peer, installing it where it is not yet; without node, say so and return None."""
        if not (which("node") and which("npm")):
            print("There is no node and npm on the PATH: sharp is left out.", file=sys.stderr)
            return None
        if not (FOLDER / "node_modules").exists():
            install = ["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"]
            subprocess.run(install, cwd=FOLDER, check=True)  # noqa: S603
        return cls()

    def develop(self, photo: Path) -> dict[str, float]:
        """Return CPU milliseconds of the two ways to develop a photo."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{photo.resolve()}\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        self._versions = answer.pop("versions")
        return {name: float(cost) for name, cost in answer.items()}

    def close(self) -> str:
        """End the peer and return its versions."""
        self._process.communicate()
        return self._versions
