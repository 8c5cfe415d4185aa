"""Take a picture of each page: light and dark, on a phone and at a desk. Run as `make screenshots`.

They are for looking at: frontend/screenshots/ is not kept in the repository.
"""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, expect

from localstack.home import CHECKOUT, Home
from tests.browser import a_browser
from tests.e2e.handles import LocalCloud, copy_of_the_sources, free_ports
from tests.e2e.web_visitor import Visitor
from tests.pictures import a_picture, encoded

FOLDER = CHECKOUT / "frontend/screenshots"
PHOTOS = CHECKOUT.parent / "shared/photos"
SIZES = {"phone": (390, 844), "desktop": (1440, 900)}
SCHEMES = ("light", "dark")


def main() -> None:
    """Bring up a cloud of its own, walk through the app in each size and scheme, and write what is seen."""
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.jpg"):
        old.unlink()
    with tempfile.TemporaryDirectory(prefix="darkroom-screenshots-", ignore_cleanup_errors=True) as folder:
        cloud = LocalCloud(Home(Path(folder) / "home"), copy_of_the_sources(Path(folder) / "source"), free_ports())
        cloud.up()
        try:
            with a_browser() as browser:
                for size in SIZES:
                    for scheme in SCHEMES:
                        _walk(browser, cloud.endpoints["web"], Path(folder), size, scheme)
                        print(f"{size}, {scheme}: done", file=sys.stderr)
        finally:
            cloud.stop()
            cloud.command("reset", "--yes")
    print(f"{len(list(FOLDER.glob('*.jpg')))} screenshots are in {FOLDER.relative_to(CHECKOUT)}/.")


def _walk(browser: Browser, web: str, folder: Path, size: str, scheme: str) -> None:
    width, height = SIZES[size]
    context = browser.new_context(
        base_url=web,
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
        locale="en-GB",
        timezone_id="Europe/Berlin",
    )
    ada = Visitor(context.new_page())
    page = ada.page

    def shoot(name: str, *, whole: bool = False) -> None:
        page.wait_for_timeout(400)
        page.screenshot(path=FOLDER / f"{name}-{size}-{scheme}.jpg", type="jpeg", quality=80, full_page=whole)

    page.goto("/sign-in")
    expect(page.get_by_role("heading", name="Welcome back")).to_be_visible()
    shoot("1-sign-in")
    page.goto("/register")
    ada.fill_in("no address", "short", confirmation="other")
    expect(page.get_by_text("The two passwords differ")).to_be_visible()
    shoot("2-register-with-errors", whole=True)
    ada.register()
    shoot("3-home-empty")
    _home(ada, folder, shoot)
    page.get_by_role("article").get_by_role("link").first.click()
    expect(page.get_by_text("Who can see it")).to_be_visible()
    shoot("6-one-photo", whole=True)
    page.goto("/nowhere")
    expect(page.get_by_role("heading", name="Nothing on this negative")).to_be_visible()
    shoot("7-no-page")
    page.goto("/")
    expect(ada.photos.first).to_be_visible()
    context.set_offline(offline=True)
    expect(page.get_by_text("You are offline.")).to_be_visible()
    shoot("8-offline")
    context.set_offline(offline=False)
    page.evaluate("scrollTo(0, 0)")
    page.get_by_role("button", name="Account").click()
    page.get_by_text("Русский").first.click()
    page.keyboard.press("Escape")
    shoot("9-home-in-russian", whole=True)
    context.close()


def _home(ada: Visitor, folder: Path, shoot: Callable[..., None]) -> None:
    photos = _photos(folder)
    (folder / "notes.txt").write_text("no photo")
    ada.choose(folder / "notes.txt", *photos)
    shoot("4-home-on-the-way", whole=True)
    for photo in photos:
        ada.sees(photo.name, "ready")
    expect(ada.photos.first).to_be_visible()
    for height in range(0, 4000, 500):  # so that lazy images come
        ada.page.evaluate(f"scrollTo(0, {height})")
        ada.page.wait_for_timeout(100)
    ada.page.evaluate("scrollTo(0, 0)")
    shoot("5-home", whole=True)


def _photos(folder: Path) -> list[Path]:
    """Return real photos where there are some, else made ones."""
    found = [path for path in sorted(PHOTOS.glob("*")) if path.suffix in {".jpg", ".png", ".webp", ".gif"}]
    if found:
        return found
    made = folder / "harbour.jpg"
    made.write_bytes(encoded(a_picture(1200, 800), "JPEG"))
    return [made]


if __name__ == "__main__":
    main()
