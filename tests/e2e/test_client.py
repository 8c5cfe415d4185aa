"""The main job on the command line: register, upload, see every photo ready, against the whole local cloud."""

import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from PIL import Image, ImageFilter

from tests.e2e.handles import LocalCloud

Run = Callable[..., subprocess.CompletedProcess[str]]

_CLIENT = [sys.executable, "-c", "from client.main import app; app()"]


@pytest.fixture
def environment(cloud: LocalCloud, tmp_path: Path) -> dict[str, str]:
    return {
        **cloud.environment,
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "DARKROOM_API": cloud.endpoints["api"],
        "DARKROOM_PASSWORD": "correct horse battery",
    }


@pytest.fixture
def run(environment: dict[str, str]) -> Run:
    """Run the client as a person who has just registered."""

    def run(*arguments: object) -> subprocess.CompletedProcess[str]:
        command = [*_CLIENT, *map(str, arguments)]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=90)  # noqa: S603 - our own client

    name = f"{random.randbytes(8).hex()}@example.com"  # noqa: S311 - an address of its own
    registered = run("register", "--email", name)
    assert registered.stdout == f"Signed in as {name}.\n", registered.stderr
    return run


def a_photo(path: Path, width: int, height: int) -> Path:
    """Save a soft, colourful picture."""
    noise = Image.frombytes("RGB", (32, 24), random.Random(path.name).randbytes(32 * 24 * 3))  # noqa: S311 - any picture will do
    noise.resize((width, height)).filter(ImageFilter.GaussianBlur(2)).save(path)
    return path


def a_large_photo(path: Path) -> Path:
    """Save a picture of more than 16 MB, so that it goes in parts."""
    Image.frombytes("RGB", (2600, 2200), random.Random(1).randbytes(2600 * 2200 * 3)).save(path, compress_level=0)  # noqa: S311 - any picture will do
    return path


def test_photos_go_in_and_come_out_as_webp(run: Run, tmp_path: Path) -> None:
    photos = [a_photo(tmp_path / name, 900, 600) for name in ("one.jpg", "two.png", "three.webp", "vier ü.gif")]

    result = run("upload", "--json", *photos)

    told = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.returncode == 0, result.stdout + result.stderr
    assert {image["file_name"] for image in told} == {photo.name for photo in photos}
    for image in told:
        assert (image["status"], image["width"], image["height"]) == ("ready", 900, 600)
        assert [variant["width"] for variant in image["variants"]] == [900, 640, 320]
        assert httpx.get(image["variants"][0]["url"]).content[8:12] == b"WEBP"


def test_a_photo_can_go_through_the_api_and_comes_back_as_it_was(run: Run, tmp_path: Path) -> None:
    photo = a_photo(tmp_path / "straight.jpg", 400, 300)

    uploaded = run("upload", "--direct", photo)
    fetched = run("download", "last", "--original", "--output", tmp_path / "back.jpg")

    assert uploaded.returncode == 0, uploaded.stdout + uploaded.stderr
    assert fetched.returncode == 0, fetched.stderr
    assert (tmp_path / "back.jpg").read_bytes() == photo.read_bytes()


def test_what_is_no_photo_is_refused_with_a_reason(run: Run, tmp_path: Path) -> None:
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0" + bytes(2_000))

    result = run("upload", "--json", tmp_path / "broken.jpg")

    told = json.loads(result.stdout)
    assert result.returncode == 1
    assert told["status"] == "refused"
    assert told["reason"]


def test_a_large_upload_goes_on_after_ctrl_c(run: Run, environment: dict[str, str], tmp_path: Path) -> None:
    large = a_large_photo(tmp_path / "large.png")
    unfinished = tmp_path / "config" / "darkroom" / "uploads.json"
    process = subprocess.Popen([*_CLIENT, "upload", large], env=environment, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own client
    while not unfinished.exists():
        assert process.poll() is None
        time.sleep(0.002)

    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)
    again = run("upload", "--json", large)

    listed = run("list", "--json").stdout.splitlines()
    assert process.returncode == 130
    assert again.returncode == 0, again.stdout + again.stderr
    assert json.loads(again.stdout)["status"] == "ready"
    assert len(listed) == 1
    assert json.loads(unfinished.read_text()) == []


def test_dead_letters_go_back(run: Run, environment: dict[str, str], cloud: LocalCloud) -> None:
    environment.update({"AWS_ENDPOINT_URL": cloud.endpoints["aws"]})

    assert run("redrive").stdout == "There are no dead letters.\n"
