"""Building the web app: only when there is a reason, and with a word to whoever cannot."""

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from localstack.building import DIST, WebBuild
from localstack.home import CHECKOUT, Home

SOURCES = (
    "src",
    "public",
    "vite",
    "index.html",
    "package.json",
    "package-lock.json",
    "tsconfig.json",
    "vite.config.ts",
)


@pytest.mark.timeout(600)
def test_the_app_is_built_once_for_the_same_sources(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.make()
    said: list[str] = []

    def build() -> float:
        begun = time.monotonic()
        build = WebBuild(home, say=said.append)
        build.begin()
        while build.is_under_way:
            time.sleep(0.01)
        assert build.built == DIST
        return time.monotonic() - begun

    build()
    first = (DIST / ".built").stat().st_mtime_ns
    took = build()

    assert (DIST / ".built").stat().st_mtime_ns == first
    assert took < 2
    assert said == []


@pytest.mark.timeout(300)
def test_without_the_network_and_what_it_is_built_with_it_is_not_built_and_says_so(tmp_path: Path) -> None:
    for name in ("web.sh", "node.sh"):
        _copy(CHECKOUT / "localstack" / name, tmp_path / "localstack" / name)
    for name in SOURCES:
        _copy(CHECKOUT / "frontend" / name, tmp_path / "frontend" / name)
    nowhere = {"npm_config_registry": "http://127.0.0.1:9/", "npm_config_cache": str(tmp_path / "cache")}

    ran = subprocess.run(  # noqa: S603 - our own
        ["/bin/sh", str(tmp_path / "localstack/web.sh")],
        env={**os.environ, **nowhere},
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == 3
    assert "needs the network" in ran.stderr
    assert not (tmp_path / "frontend/dist").exists()


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target)
    else:
        shutil.copy(source, target)
