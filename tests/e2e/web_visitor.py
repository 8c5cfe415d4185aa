"""Somebody in front of the web app: what is done there, in the words that the page has."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from playwright.sync_api import Locator, Page, expect

PASSWORD = "correct horse battery"

_PATIENCE_SECONDS = 60


@dataclass
class Visitor:
    """A person at a tab of the web app."""

    page: Page
    email: str = field(default_factory=lambda: f"{uuid4()}@example.org")

    def register(self) -> None:
        self.page.goto("/register")
        self.fill_in(self.email, PASSWORD, confirmation=PASSWORD)
        expect(self.page.get_by_role("heading", name="What shall we develop?")).to_be_visible()

    def sign_in(self, password: str = PASSWORD) -> None:
        expect(self.page.get_by_role("heading", name="Welcome back")).to_be_visible()
        self.fill_in(self.email, password)

    def fill_in(self, email: str, password: str, *, confirmation: str | None = None) -> None:
        self.page.locator("[name=email]").fill(email)
        self.page.locator("[name=password]").fill(password)
        if confirmation is not None:
            self.page.locator("[name=confirmation]").fill(confirmation)
        self.page.locator("button[type=submit]").click()

    def choose(self, *files: Path) -> None:
        self.page.get_by_test_id("photos").set_input_files(list(files))

    def card(self, name: str) -> Locator:
        """Find an upload in the tray."""
        return self.page.get_by_role("article", name=name, exact=True)

    def sees(self, name: str, phase: str) -> None:
        """Wait until an upload is there."""
        expect(self.card(name)).to_have_attribute("data-phase", phase, timeout=_PATIENCE_SECONDS * 1000)

    @property
    def photos(self) -> Locator:
        """Find the developed photos that the page shows whole."""
        return self.page.locator("main [data-shown=true] img")

    def waits_until(self, seen: Callable[[], bool]) -> None:
        """Let the page go on until something was seen."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not seen():
            assert time.monotonic() < deadline, f"Not so within {_PATIENCE_SECONDS} s."
            self.page.wait_for_timeout(50)

    def menu(self, item: str) -> None:
        self.page.get_by_role("button", name="Account").click()
        self.page.get_by_role("menuitem", name=item, exact=True).click()
