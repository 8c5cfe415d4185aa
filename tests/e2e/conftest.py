"""A whole local cloud for the tests: its own folder, its own ports, the real command."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from localstack.building import DIST
from localstack.home import Home
from tests.browser import Complaints, NoBrowser, a_browser
from tests.e2e.handles import LocalCloud, build_the_web_app, copy_of_the_sources, free_ports


@pytest.fixture(scope="session")
def _session_cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    folder = tmp_path_factory.mktemp("cloud")
    cloud = LocalCloud(Home(folder / "home"), copy_of_the_sources(folder / "source"), free_ports())
    yield cloud
    if cloud.process:
        cloud.stop()
    assert cloud.command("reset", "--yes").returncode == 0


@pytest.fixture
def cloud(_session_cloud: LocalCloud) -> LocalCloud:
    """A local cloud that is up; one for all tests, healed between them."""
    _session_cloud.up()
    return _session_cloud


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A real Chromium for the tests of one file."""
    try:
        with a_browser() as browser:
            yield browser
    except NoBrowser as told:
        pytest.fail(str(told), pytrace=False)


@pytest.fixture
def complaints() -> Complaints:
    """What the pages of a test complained of; `complaints.allow(...)` lets through what the test brings about."""
    return Complaints()


@pytest.fixture
def context(cloud: LocalCloud, browser: Browser, complaints: Complaints) -> Iterator[BrowserContext]:
    """A browser profile of its own, at the web app of the cloud: its pages share cookies and storage."""
    assert (DIST / ".built").exists(), f"The web app was not built: {build_the_web_app()}"
    context = browser.new_context(base_url=cloud.endpoints["web"], locale="en-GB", reduced_motion="reduce")
    complaints.listen(context)
    yield context
    context.close()
    assert complaints.unexpected == []


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """One tab; nothing is opened in it yet."""
    return context.new_page()
