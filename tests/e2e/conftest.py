"""A whole local cloud for the tests: its own folder, its own ports, the real command."""

from collections.abc import Iterator

import pytest

from localstack.home import Home
from tests.e2e.handles import LocalCloud, copy_of_the_sources, free_ports


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
