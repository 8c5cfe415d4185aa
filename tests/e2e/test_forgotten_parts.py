"""The storage dies in the middle of a large upload: the emulator forgets the parts it was sent."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from tests.e2e.handles import LocalCloud, eventually
from tests.e2e.photographers import PASSWORD, Photographer
from tests.pictures import a_picture, encoded

LARGE = encoded(a_picture(2600, 2200), "PNG", compress_level=0)

_CLIENT = [sys.executable, "-c", "from client.main import app; app()"]


@pytest.fixture
def environment(cloud: LocalCloud, tmp_path: Path) -> dict[str, str]:
    return {
        **cloud.environment,
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "DARKROOM_API": cloud.endpoints["api"],
        "DARKROOM_PASSWORD": PASSWORD,
    }


def test_a_large_upload_whose_parts_are_forgotten_is_a_conflict_and_the_client_starts_anew(
    cloud: LocalCloud, environment: dict[str, str], tmp_path: Path
) -> None:
    ada = Photographer(cloud)
    (tmp_path / "large.png").write_bytes(LARGE)
    _run(environment, "login", "--email", ada.email)
    forgotten = _interrupted(environment, tmp_path)

    _forget_parts(cloud)
    resumed = ada.http.get(f"/v1/uploads/{forgotten}")
    again = _run(environment, "upload", "--json", str(tmp_path / "large.png"))

    assert resumed.status_code == httpx.codes.CONFLICT
    assert "ask for a new one" in resumed.json()["detail"]
    assert json.loads(again.stdout)["status"] == "ready"
    assert ada.image(forgotten)["status"] == "refused"
    ada.close()


def _interrupted(environment: dict[str, str], folder: Path) -> str:
    """Begin an upload, stop it as Ctrl-C does, and return its image."""
    notes = folder / "config" / "darkroom" / "uploads.json"
    command = [*_CLIENT, "upload", str(folder / "large.png")]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)  # noqa: S603 - our own client
    while not notes.exists():
        assert process.poll() is None
        time.sleep(0.002)
    process.send_signal(signal.SIGINT)
    process.wait(20)
    (kept,) = json.loads(notes.read_text())
    return str(kept["image_id"])


def _forget_parts(cloud: LocalCloud) -> None:
    emulator = cloud.part("localstack.emulator")
    os.kill(emulator.pid, signal.SIGKILL)
    eventually(lambda: not emulator.is_running() or emulator.status() == "zombie")
    cloud.up()


def _run(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(  # noqa: S603 - our own client
        [*_CLIENT, *arguments], env=environment, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done
