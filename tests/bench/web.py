"""How soon the web app is there: what Lighthouse calls LCP, CLS and TBT, from a scripted Chromium."""

import sys
import tempfile
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, Page, ViewportSize, expect

from localstack.home import Home
from tests.browser import a_browser
from tests.e2e.handles import LocalCloud, copy_of_the_sources, free_ports
from tests.e2e.web_visitor import Visitor
from tests.pictures import a_picture, encoded

ROUNDS = 3
PHOTOS = 12
SETTLED_MILLISECONDS = 2_500
GOOD = "LCP 2.5 s, CLS 0.1, TBT 200 ms"

_LISTEN = """
window.seen = {lcp: 0, cls: 0, tbt: 0, fcp: 0};
const watch = (type, note) =>
  new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({type, buffered: true});
watch('largest-contentful-paint', (entry) => { seen.lcp = entry.startTime; });
watch('layout-shift', (entry) => { if (!entry.hadRecentInput) seen.cls += entry.value; });
watch('paint', (entry) => { if (entry.name === 'first-contentful-paint') seen.fcp = entry.startTime; });
watch('longtask', (entry) => { seen.tbt += Math.max(0, entry.duration - 50); });
"""
_PHONE = {"offline": False, "latency": 150, "downloadThroughput": 1_600_000 / 8, "uploadThroughput": 750_000 / 8}

Figures = tuple[float, float, float]


def section() -> str:
    """Measure the sign-in page and a home with photos, at a desk and on a slow phone, and return the Markdown."""
    with tempfile.TemporaryDirectory(prefix="darkroom-bench-", ignore_cleanup_errors=True) as folder:
        cloud = LocalCloud(Home(Path(folder) / "home"), copy_of_the_sources(Path(folder) / "source"), free_ports())
        cloud.up()
        try:
            with a_browser() as browser:
                state = _somebody_with_photos(browser, cloud.endpoints["web"], Path(folder))
                rows = [
                    (name, where, _median(browser, cloud.endpoints["web"], state if name == "home" else None, where))
                    for name in ("sign in", "home")
                    for where in ("desktop", "slow phone")
                ]
        finally:
            cloud.stop()
            cloud.command("reset", "--yes")
    return _page(rows)


def _somebody_with_photos(browser: Browser, web: str, folder: Path) -> Path:
    """Register somebody, upload photos, and keep the profile's cookies."""
    context = browser.new_context(base_url=web, locale="en-GB")
    ada = Visitor(context.new_page())
    ada.register()
    photos = [folder / f"photo{number}.jpg" for number in range(PHOTOS)]
    for number, photo in enumerate(photos):
        photo.write_bytes(encoded(a_picture(1200 + 40 * number, 800), "JPEG"))
    ada.choose(*photos)
    for photo in photos:
        ada.sees(photo.name, "ready")
    state = folder / "state.json"
    context.storage_state(path=state)
    context.close()
    return state


def _median(browser: Browser, web: str, state: Path | None, where: str) -> Figures:
    rounds = []
    for _ in range(ROUNDS):
        rounds.append(_visit(browser, web, state, where))
        print(f"measured the web app on a {where}", file=sys.stderr)
    lcp, cls, tbt = zip(*rounds, strict=True)
    return median(lcp), median(cls), median(tbt)


def _visit(browser: Browser, web: str, state: Path | None, where: str) -> Figures:
    """Open the page with an empty cache and see it to its rest."""
    size = ViewportSize(width=1440, height=900) if where == "desktop" else ViewportSize(width=390, height=844)
    context = browser.new_context(base_url=web, locale="en-GB", viewport=size, storage_state=state)
    page = context.new_page()
    if where != "desktop":
        line = context.new_cdp_session(page)
        line.send("Network.enable")
        line.send("Network.emulateNetworkConditions", _PHONE)
        line.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    page.add_init_script(_LISTEN)
    page.goto("/" if state else "/sign-in", timeout=60_000)
    _see(page, signed_in=state is not None)
    page.wait_for_timeout(SETTLED_MILLISECONDS)
    seen = page.evaluate("seen")
    if state is not None:
        context.storage_state(path=state)  # the refresh token is another one now
    context.close()
    return seen["lcp"] / 1000, seen["cls"], seen["tbt"]


def _see(page: Page, *, signed_in: bool) -> None:
    if signed_in:
        expect(page.locator("main [data-shown=true] img").first).to_be_visible(timeout=60_000)
    else:
        expect(page.get_by_role("heading", name="Welcome back")).to_be_visible(timeout=60_000)


def _page(rows: list[tuple[str, str, Figures]]) -> str:
    lines = "\n".join(
        f"| {name}, {where} | {lcp:.2f} s | {cls:.3f} | {tbt:.0f} ms |" for name, where, (lcp, cls, tbt) in rows
    )
    return (
        "## The web app\n\n"
        f"The built app from a local cloud in a headless Chromium with an empty cache; home has {PHOTOS} photos. The "
        "slow phone is Lighthouse's: a processor four times slower, 1.6 Mbit/s, 150 ms. The emulator's distribution "
        "does not compress, as CloudFront does, so here the phone receives about three times the bytes. CLS and TBT "
        f"(what tasks take beyond 50 ms) are summed until {SETTLED_MILLISECONDS / 1000} s after the page was there. "
        f"Medians of {ROUNDS} visits. Good by web.dev: {GOOD}.\n\n"
        "| page | LCP | CLS | TBT |\n|---|--:|--:|--:|\n" + lines
    )
