"""A real browser for the tests: found, or fetched where that can be done, and watched for what it complains of."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, WebError, sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_PLACES = (
    Path("/Applications/Chromium.app/Contents/MacOS/Chromium"),
    Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
)
_FETCHING_SECONDS = 600
_REFUSED_BY_THE_API = re.compile(r"^Failed to load resource: the server responded with a status of 4\d\d")


class NoBrowser(Exception):  # noqa: N818 - it is told, not reported
    """One sentence that says how to get one."""


@contextmanager
def a_browser() -> Iterator[Browser]:
    """Run a headless Chromium. While it runs, this thread has an event loop: do not call `asyncio.run`."""
    with sync_playwright() as playwright:
        path = _on_the_machine() or _playwrights_own(Path(playwright.chromium.executable_path)) or _the_distributions()
        if path is None:
            raise NoBrowser(
                "The web app's tests need a browser: install Chromium (Debian, Ubuntu: 'apt-get install chromium'; "
                "else '.venv/bin/playwright install chromium') and run this again."
            )
        browser = playwright.chromium.launch(executable_path=path)
        yield browser
        browser.close()


@dataclass
class Complaints:
    """What pages complained of: errors in the console, uncaught exceptions, what the security policy held back.

    That the API refuses something is no complaint: it is what many tests are about.
    """

    heard: list[str] = field(default_factory=list)
    _allowed: list[re.Pattern[str]] = field(default_factory=list)

    def listen(self, context: BrowserContext) -> None:
        """Hear all pages and workers of a context."""
        context.on("console", self._console)
        context.on("weberror", self._error)

    def allow(self, pattern: str) -> None:
        """Let through what a test brings about."""
        self._allowed.append(re.compile(pattern))

    @property
    def unexpected(self) -> list[str]:
        """What was heard and not allowed."""
        return [text for text in self.heard if not any(allowed.search(text) for allowed in self._allowed)]

    def _console(self, message: ConsoleMessage) -> None:
        if message.type != "error":
            return
        address = message.location.get("url", "")
        if "/v1/" in address and _REFUSED_BY_THE_API.search(message.text):
            return
        self.heard.append(f"{message.text} ({address})")

    def _error(self, error: WebError) -> None:
        self.heard.append(f"uncaught: {error.error}")


def _on_the_machine() -> Path | None:
    found = [Path(path) for name in _NAMES if (path := shutil.which(name))]
    return next((path for path in (*found, *_PLACES) if path.exists()), None)


def _playwrights_own(path: Path) -> Path | None:
    if not path.exists():
        _try([sys.executable, "-m", "playwright", "install", "chromium"])
    return path if path.exists() else None


def _the_distributions() -> Path | None:
    if os.geteuid() == 0 and shutil.which("apt-get"):
        _try(["apt-get", "update", "-qq"])
        _try(["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"])
    return _on_the_machine()


def _try(command: list[str]) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with suppress(OSError, subprocess.TimeoutExpired):
        subprocess.run(  # noqa: S603 - our own commands
            command, env=environment, capture_output=True, timeout=_FETCHING_SECONDS, check=False
        )
