"""The web app in a real Chromium, against a whole local cloud: what people do there, and what goes wrong on the way."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, WebSocketRoute, expect

from localstack.home import CHECKOUT, Home
from tests.browser import Complaints
from tests.e2e.handles import LocalCloud, copy_of_the_sources, free_ports
from tests.e2e.web_visitor import PASSWORD, Visitor
from tests.pictures import a_picture, animated, encoded

AXE = CHECKOUT / "frontend/node_modules/axe-core/axe.min.js"
GRAVE = {"serious", "critical"}


@pytest.fixture
def ada(page: Page) -> Visitor:
    return Visitor(page)


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    """Three photos of different kinds."""
    cutout = a_picture(300, 200).convert("RGBA")
    cutout.putalpha(128)
    made = {
        "harbour.jpg": encoded(a_picture(900, 600), "JPEG"),
        "cutout.png": encoded(cutout, "PNG"),
        "signal.gif": animated("GIF", ["red", "lime", "blue"], duration=100, loop=0),
    }
    for name, data in made.items():
        (tmp_path / name).write_bytes(data)
    return [tmp_path / name for name in made]


def test_three_photos_become_ready_before_ones_eyes_and_stay(ada: Visitor, photos: list[Path]) -> None:
    heard: list[str] = []
    ada.page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: heard.append(str(frame))))
    ada.register()
    ada.choose(photos[0])  # it also wakes functions that were never called
    ada.sees("harbour.jpg", "ready")
    ada.waits_until(lambda: any("connection_ack" in frame for frame in heard))

    ada.choose(*photos[1:])
    for photo in photos:
        ada.sees(photo.name, "ready")
    ada.waits_until(lambda: any('"READY"' in frame for frame in heard))
    expect(ada.card("harbour.jpg")).to_contain_text("became")
    ada.page.reload()

    expect(ada.photos).to_have_count(3)
    ada.menu("Sign out")
    expect(ada.page).to_have_url(re.compile("/sign-in"))


def test_a_guarded_page_leads_to_the_door_and_back(ada: Visitor, photos: list[Path]) -> None:
    ada.register()
    ada.choose(photos[0])
    ada.sees("harbour.jpg", "ready")
    ada.card("harbour.jpg").get_by_role("link", name="harbour.jpg", exact=True).click()
    expect(ada.page.get_by_text("Who can see it")).to_be_visible()
    wanted = ada.page.url
    ada.menu("Sign out")
    expect(ada.page.get_by_role("heading", name="Welcome back")).to_be_visible()

    ada.page.goto(wanted)
    ada.sign_in()

    expect(ada.page).to_have_url(wanted)


def test_a_wrong_password_and_a_taken_address_are_told_where_they_were_typed(ada: Visitor) -> None:
    ada.register()
    ada.menu("Sign out")

    ada.sign_in("not my password")
    expect(ada.page.get_by_role("alert")).to_contain_text("The e-mail address or the password is wrong")
    ada.page.goto("/register")
    ada.fill_in(ada.email, PASSWORD, confirmation=PASSWORD)
    expect(ada.page.get_by_text("already has an account")).to_be_visible()
    ada.fill_in("no address", "short", confirmation="other")

    for words in ("does not look like an e-mail address", "Use at least 8 characters", "The two passwords differ"):
        expect(ada.page.get_by_text(words)).to_be_visible()


def test_too_many_tries_say_how_long_to_wait(ada: Visitor) -> None:
    ada.register()
    ada.menu("Sign out")
    expect(ada.page.get_by_role("heading", name="Welcome back")).to_be_visible()
    wrong = {"email": ada.email, "password": "not my password"}
    for _ in range(10):
        ada.page.request.post("/v1/auth/login", data=wrong)

    ada.sign_in()

    expect(ada.page.get_by_role("alert")).to_contain_text(re.compile(r"Too many tries\. You can try again in"))


def test_what_is_no_photo_is_refused_with_what_to_do(ada: Visitor, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no photo at all")
    (tmp_path / "broken.jpg").write_bytes(encoded(a_picture(), "JPEG")[:200])
    ada.register()

    ada.choose(tmp_path / "notes.txt", tmp_path / "broken.jpg")

    expect(ada.card("notes.txt")).to_contain_text("choose a JPEG, PNG, WebP, GIF, AVIF or HEIC")
    ada.sees("broken.jpg", "refused")
    expect(ada.card("broken.jpg")).to_contain_text("Choose another photo, or export this one again.")


def test_where_sockets_are_blocked_photos_become_ready_and_nothing_is_said_of_it(
    ada: Visitor, photos: list[Path], complaints: Complaints
) -> None:
    complaints.allow("WebSocket")

    def close(socket: WebSocketRoute) -> None:
        socket.close()

    ada.page.route_web_socket(re.compile("sockets"), close)
    ada.register()

    ada.choose(photos[0])
    ada.sees("harbour.jpg", "ready")

    expect(ada.page.get_by_text(re.compile("socket|offline", re.IGNORECASE))).to_have_count(0)


def test_two_tabs_refresh_once_see_the_same_and_sign_out_together(
    ada: Visitor, context: BrowserContext, photos: list[Path]
) -> None:
    refreshed: list[str] = []

    def note(request: Request) -> None:
        if request.url.endswith("/v1/auth/refresh"):
            refreshed.append(request.url)

    ada.register()
    bob = Visitor(context.new_page())
    context.on("request", note)
    bob.page.goto("/")
    expect(bob.page.get_by_role("heading", name="What shall we develop?")).to_be_visible()

    ada.choose(photos[0])
    ada.sees("harbour.jpg", "ready")
    expect(bob.photos.first).to_be_visible()
    ada.menu("Sign out")

    expect(ada.page).to_have_url(re.compile("/sign-in"))
    expect(bob.page).to_have_url(re.compile("/sign-in"))
    assert len(refreshed) <= 1


def test_one_photo_gets_words_and_watchers_is_deleted_and_comes_back(ada: Visitor, photos: list[Path]) -> None:
    ada.register()
    ada.choose(photos[0])
    ada.sees("harbour.jpg", "ready")
    page = ada.page
    ada.card("harbour.jpg").get_by_role("link", name="harbour.jpg", exact=True).click()

    page.get_by_label("Title").fill("The harbour at noon")
    page.get_by_label("Title").press("Enter")
    page.get_by_label("Description").fill("Four coloured corners on a grey slope.")
    page.get_by_label("Description").press("Tab")
    expect(page.get_by_role("heading", name="The harbour at noon", level=1)).to_be_visible()
    page.get_by_label("Who has the link").click()
    expect(page.get_by_role("button", name="Copy link")).to_be_visible()
    expect(page.get_by_text("Saved", exact=True).first).to_be_visible()
    page.wait_for_load_state("networkidle")
    page.get_by_role("button", name="Download").click()
    with page.expect_download() as download:
        page.get_by_role("menuitem", name=re.compile("^Original")).click()
    page.reload()
    expect(page.get_by_label("Title")).to_have_value("The harbour at noon")
    expect(page.get_by_label("Who has the link")).to_be_checked()
    page.get_by_role("button", name=re.compile("^Delete")).click()
    expect(page.get_by_text("is deleted.").first).to_be_visible()
    page.get_by_role("button", name="Undo").first.click()

    expect(page.get_by_text("is back.").first).to_be_visible()
    assert download.value.suggested_filename == "harbour.jpg"


def test_the_door_opens_by_keyboard_alone(ada: Visitor) -> None:
    ada.register()
    ada.menu("Sign out")
    expect(ada.page.get_by_role("heading", name="Welcome back")).to_be_visible()

    ada.page.locator("[name=email]").focus()
    ada.page.keyboard.type(ada.email)
    ada.page.keyboard.press("Tab")
    ada.page.keyboard.type(PASSWORD)
    ada.page.keyboard.press("Enter")

    expect(ada.page.get_by_role("heading", name="What shall we develop?")).to_be_visible()


def test_being_offline_is_told_calmly_and_passes(ada: Visitor, context: BrowserContext, complaints: Complaints) -> None:
    complaints.allow("ERR_INTERNET_DISCONNECTED|WebSocket")
    ada.register()

    context.set_offline(offline=True)
    expect(ada.page.get_by_text("You are offline.")).to_be_visible()
    context.set_offline(offline=False)

    expect(ada.page.get_by_text("You are offline.")).to_have_count(0)


def test_an_address_without_a_page_says_so_and_leads_back(ada: Visitor) -> None:
    ada.register()

    ada.page.goto("/nowhere")
    expect(ada.page.get_by_role("heading", name="Nothing on this negative")).to_be_visible()
    ada.page.get_by_role("link", name="Go to your photos").click()

    expect(ada.page.get_by_role("heading", name="What shall we develop?")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_grave_fault_on_any_page(
    cloud: LocalCloud, browser: Browser, photos: list[Path], scheme: str
) -> None:
    context = browser.new_context(
        base_url=cloud.endpoints["web"],
        locale="en-GB",
        reduced_motion="reduce",
        color_scheme="dark" if scheme == "dark" else "light",
        bypass_csp=True,  # for axe alone: the app is held to its policy by every other test
    )
    ada = Visitor(context.new_page())
    faults: dict[str, list[str]] = {}

    def look(name: str) -> None:
        ada.page.add_script_tag(path=AXE)
        ada.page.evaluate("Promise.all(document.getAnimations().map((animation) => animation.finished))")
        found = ada.page.evaluate("axe.run(document)")["violations"]
        faults[name] = [
            f"{fault['id']}: {node['target']} {node['failureSummary']}"
            for fault in found
            if fault["impact"] in GRAVE
            for node in fault["nodes"]
        ]

    ada.page.goto("/sign-in")
    expect(ada.page.get_by_role("heading", name="Welcome back")).to_be_visible()
    look("sign in")
    ada.page.goto("/register")
    ada.page.locator("button[type=submit]").click()
    expect(ada.page.get_by_text("Enter your e-mail address.")).to_be_visible()
    look("register with errors")
    ada.register()
    look("home, empty")
    ada.choose(photos[0])
    ada.sees("harbour.jpg", "ready")
    expect(ada.photos.first).to_be_visible()
    look("home")
    ada.card("harbour.jpg").get_by_role("link", name="harbour.jpg", exact=True).click()
    expect(ada.page.get_by_text("Who can see it")).to_be_visible()
    look("one photo")
    ada.page.goto("/nowhere")
    expect(ada.page.get_by_role("heading", name="Nothing on this negative")).to_be_visible()
    look("no page")
    context.close()

    assert not any(faults.values()), faults


@pytest.fixture
def roomy_cloud(tmp_path: Path) -> Iterator[LocalCloud]:
    """A cloud whose studio takes files of up to 64 MB."""
    roomy = {"DARKROOM_MOST_UPLOAD_BYTES": "64000000"}
    cloud = LocalCloud(Home(tmp_path / "home"), copy_of_the_sources(tmp_path / "source"), free_ports(), settings=roomy)
    cloud.up()
    yield cloud
    cloud.stop()
    assert cloud.command("reset", "--yes").returncode == 0


def test_a_file_of_40_mb_goes_on_after_a_reload_where_it_was(
    roomy_cloud: LocalCloud, browser: Browser, tmp_path: Path
) -> None:
    large = tmp_path / "large.jpg"
    large.write_bytes(encoded(a_picture(), "JPEG").ljust(40_000_000, b"\0"))
    context = browser.new_context(base_url=roomy_cloud.endpoints["web"], locale="en-GB")
    ada = Visitor(context.new_page())
    ada.page.on("dialog", lambda dialog: dialog.accept())
    arrived: list[str] = []
    begun: list[str] = []
    ada.page.on("request", lambda request: _note_part(begun, request))
    ada.page.on("requestfinished", lambda request: _note_part(arrived, request))
    line = context.new_cdp_session(ada.page)
    slow = {"offline": False, "latency": 5, "downloadThroughput": -1, "uploadThroughput": 5_000_000}
    ada.register()

    line.send("Network.emulateNetworkConditions", slow)
    ada.choose(large)
    with ada.page.expect_event("requestfinished", lambda request: request.method == "PUT", timeout=60_000):
        ada.sees("large.jpg", "sending")
    before = set(arrived)
    begun.clear()
    ada.page.reload()
    line.send("Network.emulateNetworkConditions", slow | {"uploadThroughput": -1})
    ada.sees("large.jpg", "ready")

    assert before
    assert len(set(begun) | before) == 5, "a part was left out"
    assert not before & set(begun), "a part was sent twice"
    context.close()


def _note_part(parts: list[str], request: Request) -> None:
    if request.method == "PUT" and (number := re.search(r"partNumber=(\d+)", request.url)):
        parts.append(number[1])
