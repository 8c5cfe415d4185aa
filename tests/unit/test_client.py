"""The command line client, run as people run it, against a small Darkroom over real HTTP."""

import json
import os
import random
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import pytest
from typer.testing import CliRunner, Result

from client.main import app
from tests.client_counterpart import MULTIPART_ABOVE, Fault, Studio, a_studio, sockets_of

JPEG = b"\xff\xd8\xff\xe0"
EMAIL, PASSWORD = "ada@example.com", "correct horse battery"
CLIENT = [sys.executable, "-c", "from client.main import app; app()"]
CHECKOUT = Path(__file__).parents[2]

Run = Callable[..., Result]


@pytest.fixture
def studio() -> Iterator[Studio]:
    with a_studio() as studio:
        yield studio


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder, with settings of its own."""
    for name in ("DARKROOM_API", "DARKROOM_HOME", "DARKROOM_PASSWORD", "DARKROOM_SOCKETS", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "config" / "darkroom"


@pytest.fixture
def run(studio: Studio, config: Path, monkeypatch: pytest.MonkeyPatch) -> Run:  # noqa: ARG001 - it is the client's surroundings
    monkeypatch.setenv("DARKROOM_API", studio.address)

    def run(*arguments: object, typed: str | None = None) -> Result:
        return CliRunner().invoke(app, [str(argument) for argument in arguments], input=typed)

    return run


@pytest.fixture
def signed_in(run: Run) -> Run:
    assert run("register", "--email", EMAIL, "--password-stdin", typed=PASSWORD + "\n").exit_code == 0
    return run


def a_photo(name: str = "photo.jpg", size: int = 300_000, start: bytes = JPEG) -> Path:
    path = Path(name)
    path.write_bytes(start + random.Random(name).randbytes(size - len(start)))  # noqa: S311 - any bytes will do
    return path


def sentence(result: Result) -> str:
    """Return the one line on stderr, after making sure that it is one and no traceback."""
    (line,) = result.stderr.splitlines()
    return line


def test_registering_signs_in_and_only_the_owner_can_read_the_session(run: Run, config: Path) -> None:
    result = run("register", "--email", EMAIL, "--password-stdin", typed=PASSWORD + "\n")

    assert result.output == f"Signed in as {EMAIL}.\n"
    assert stat.S_IMODE((config / "sessions.json").stat().st_mode) == 0o600
    assert stat.S_IMODE(config.stat().st_mode) == 0o700


def test_a_person_signs_in_sees_who_it_is_and_signs_out(
    signed_in: Run, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed_in("logout")
    monkeypatch.setenv("DARKROOM_PASSWORD", PASSWORD)

    login, whoami, logout, after = (
        signed_in(*command) for command in (("login", "--email", EMAIL), ("whoami",), ("logout",), ("whoami",))
    )

    assert login.output == f"Signed in as {EMAIL}.\n"
    assert whoami.output == f"{EMAIL} at {studio.address}\n"
    assert logout.output == f"Signed out {EMAIL}.\n"
    assert not studio.refresh
    assert after.exit_code == 1
    assert "run `darkroom login`" in sentence(after)


def test_what_is_wrong_with_a_registration_is_said_in_the_platforms_words(run: Run) -> None:
    result = run("register", "--email", EMAIL, "--password-stdin", typed="short\n")

    assert result.exit_code == 1
    assert sentence(result) == "The password must be at least 8 characters: a few words together are good."


def test_a_wrong_password_is_said_and_leaves_nobody_signed_in(run: Run, config: Path) -> None:
    result = run("login", "--email", EMAIL, "--password-stdin", typed="wrong password\n")

    assert sentence(result) == "The e-mail address or the password is wrong."
    assert not (config / "sessions.json").exists()


def test_sessions_at_two_addresses_do_not_disturb_each_other(signed_in: Run, studio: Studio) -> None:
    with a_studio() as other:
        elsewhere = signed_in("whoami", "--api", other.address)

    assert elsewhere.exit_code == 1
    assert signed_in("whoami").output == f"{EMAIL} at {studio.address}\n"


def test_the_address_is_found_where_make_up_wrote_it(
    signed_in: Run, studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".darkroom").mkdir()
    (tmp_path / ".darkroom" / "endpoints.json").write_text(json.dumps({"api": studio.address}))
    (tmp_path / "deep" / "down").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "deep" / "down")
    monkeypatch.delenv("DARKROOM_API")

    assert signed_in("whoami").output == f"{EMAIL} at {studio.address}\n"


def test_without_any_address_people_are_told_to_make_up(config: Path) -> None:  # noqa: ARG001 - an empty place
    result = CliRunner().invoke(app, ["whoami"])

    assert result.exit_code == 1
    assert "run `make up`" in sentence(result)


def test_an_api_that_is_down_is_one_sentence(signed_in: Run) -> None:
    with a_studio() as gone:
        address = gone.address

    result = signed_in("login", "--email", EMAIL, "--password-stdin", "--api", address, typed=PASSWORD)

    assert result.exit_code == 1
    assert sentence(result) == (f"Nothing answers at {address}: run `make up`, or name another address with --api.")


def test_photos_are_uploaded_side_by_side_and_each_is_told_until_it_is_ready(signed_in: Run, studio: Studio) -> None:
    names = ["one.jpg", "two.jpg", "drei und vier ü.png"]

    result = signed_in("upload", *(a_photo(name) for name in names))

    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    for image in studio.images.values():
        own = [line for line in lines if line.startswith(image["file_name"] + ":")]
        assert own == [
            f"{image['file_name']}: sending 300 kB",
            f"{image['file_name']}: waiting",
            f"{image['file_name']}: developing",
            f"{image['file_name']}: ready {studio.address}/media/{image['id']}/4000.webp",
        ]
    assert sorted(image["file_name"] for image in studio.images.values()) == sorted(names)
    assert lines[-1].startswith("3 ready · 900 kB → 225 kB WebP · ")


def test_a_photo_is_announced_by_its_content_and_with_its_checksum(signed_in: Run, studio: Studio) -> None:
    signed_in("upload", a_photo("really-a-jpeg.png"), "--visibility", "unlisted")

    (announced,) = studio.announced.values()
    assert announced["content_type"] == "image/jpeg"
    assert announced["visibility"] == "unlisted"
    assert len(announced["checksum_sha256"]) == 64


def test_a_large_photo_goes_in_parts(signed_in: Run, studio: Studio) -> None:
    large = a_photo("large.jpg", MULTIPART_ABOVE + 1_000_000)

    result = signed_in("upload", large)

    assert result.exit_code == 0
    assert studio.count("PUT /storage/.*") == 3
    assert list(studio.stored.values()) == [large.read_bytes()]


def test_a_part_whose_connection_breaks_is_sent_again(signed_in: Run, studio: Studio) -> None:
    studio.fail(r"PUT /storage/[^/]+/2", Fault(after_bytes=1_000_000))

    result = signed_in("upload", a_photo("large.jpg", MULTIPART_ABOVE + 1))

    assert result.exit_code == 0
    assert studio.count("PUT /storage/.*/2") == 2
    assert studio.count("PUT /storage/.*/1") == 1


def test_a_large_upload_that_broke_off_goes_on_where_it_was(
    signed_in: Run, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("client.api._FIRST_PAUSE", 0.01)
    monkeypatch.setattr("client.api._LONGEST_PAUSE", 0.01)
    large = a_photo("large.jpg", MULTIPART_ABOVE + 1_000_000)
    studio.fail(r"PUT /storage/[^/]+/2", *[Fault(after_bytes=1_000_000)] * 9)

    broken = signed_in("upload", large)
    again = signed_in("upload", large)
    once_more = signed_in("upload", large)

    assert broken.exit_code == 1
    assert "try the same command again" in broken.stdout
    assert again.exit_code == 0
    assert "large.jpg: resuming 17 MB" in again.stdout
    assert studio.count("PUT /storage/.*/1") == 2  # the first and the third command
    assert once_more.exit_code == 0
    assert len(studio.images) == 2


def test_a_large_upload_whose_parts_were_forgotten_starts_anew_by_itself(signed_in: Run, studio: Studio) -> None:
    large = a_photo("large.jpg", MULTIPART_ABOVE + 1_000_000)
    studio.fail(r"PUT /storage/[^/]+/2", Fault(status=404))
    studio.fail(r"GET /v1/uploads/.*", Fault(status=409))

    result = signed_in("upload", large)

    forgotten, begun_anew = studio.images.values()
    assert result.exit_code == 0, result.stdout
    assert (forgotten["status"], begun_anew["status"]) == ("refused", "ready")
    assert list(studio.stored.values()) == [large.read_bytes()]


def test_a_changed_file_is_not_mixed_with_what_was_sent_before(
    signed_in: Run, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("client.api._FIRST_PAUSE", 0.01)
    monkeypatch.setattr("client.api._LONGEST_PAUSE", 0.01)
    large = a_photo("large.jpg", MULTIPART_ABOVE + 1_000_000)
    studio.fail(r"PUT /storage/[^/]+/2", *[Fault(after_bytes=10)] * 9)
    signed_in("upload", large)
    large.write_bytes(large.read_bytes()[:-1] + b"!")

    result = signed_in("upload", large)

    assert result.exit_code == 0
    assert len(studio.images) == 2


def test_ctrl_c_ends_calmly_and_the_same_command_goes_on(signed_in: Run, studio: Studio) -> None:
    large = a_photo("large.jpg", MULTIPART_ABOVE + 1_000_000)
    studio.bytes_per_second = 30_000_000
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
    process = subprocess.Popen(  # noqa: S603 - our own client
        [*CLIENT, "upload", str(large)], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, env=environment
    )
    while studio.count("PUT /storage/.*/2") == 0:
        time.sleep(0.01)

    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=10)
    studio.bytes_per_second = 0
    again = signed_in("upload", large)

    assert process.returncode == 130
    assert said.splitlines() == [
        "Stopped: run the same command again for the photos that are missing; large ones go on where they were."
    ]
    assert again.exit_code == 0
    assert studio.count("PUT /storage/.*/1") == 1
    assert len(studio.images) == 1


def test_a_form_that_breaks_is_sent_again(signed_in: Run, studio: Studio) -> None:
    studio.fail(r"POST /storage/.*", Fault(after_bytes=1_000), Fault(status=500))

    result = signed_in("upload", a_photo())

    assert result.exit_code == 0
    assert studio.count("POST /storage/.*") == 3


def test_a_place_whose_time_is_over_is_asked_for_again(signed_in: Run, studio: Studio) -> None:
    studio.fail(r"POST /storage/.*", Fault(status=403))

    result = signed_in("upload", a_photo())

    assert result.exit_code == 0
    assert studio.count("GET /v1/uploads/.*") == 1


def test_a_small_photo_can_go_through_the_api_itself(signed_in: Run, studio: Studio) -> None:
    photo = a_photo("straße.jpg")

    result = signed_in("upload", "--direct", photo)

    assert result.exit_code == 0
    assert studio.count("POST /v1/images") == 1
    assert [image["file_name"] for image in studio.images.values()] == ["straße.jpg"]
    assert list(studio.stored.values()) == [photo.read_bytes()]


def test_a_refused_photo_is_told_with_its_reason_and_the_others_are_ready(signed_in: Run) -> None:
    result = signed_in("upload", a_photo("good.jpg"), a_photo("bad.jpg", start=JPEG + b"broken"))

    assert result.exit_code == 1
    assert "bad.jpg: refused: The file is damaged: export it again." in result.stdout
    assert "1 ready, 1 refused" in result.stdout.splitlines()[-1]


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("empty.jpg", b"", "empty.jpg is empty: choose another file."),
        ("notes.txt", b"words", "notes.txt is not a photo: choose a JPEG, PNG, WebP, GIF, AVIF or HEIC file."),
        ("huge.jpg", JPEG + bytes(25_000_000), "huge.jpg is larger than the 25 MB that we take: export it smaller."),
        ("missing.jpg", None, "There is no file missing.jpg: check the name."),
    ],
)
def test_a_file_that_cannot_be_uploaded_is_one_sentence(
    signed_in: Run, studio: Studio, name: str, data: bytes | None, said: str
) -> None:
    if data is not None:
        Path(name).write_bytes(data)

    result = signed_in("upload", name)

    assert result.exit_code == 1
    assert result.stdout.splitlines()[0] == f"{name}: failed: {said}"
    assert not studio.images


def test_a_folder_is_answered_with_what_to_type(signed_in: Run) -> None:
    Path("holiday").mkdir()

    assert "name the photos in it, like holiday/*.jpg" in signed_in("upload", "holiday").stdout


def test_scripts_get_one_json_object_for_each_photo(signed_in: Run) -> None:
    result = signed_in(
        "upload", "--json", a_photo("good.jpg"), a_photo("bad.jpg", start=JPEG + b"broken"), "missing.jpg"
    )

    told = {photo["path"]: photo for photo in map(json.loads, result.stdout.splitlines())}
    assert result.exit_code == 1
    assert {path: photo["status"] for path, photo in told.items()} == {
        "good.jpg": "ready",
        "bad.jpg": "refused",
        "missing.jpg": "failed",
    }
    assert told["good.jpg"]["variants"][0]["url"].endswith("/4000.webp")
    assert told["missing.jpg"]["error"] == "There is no file missing.jpg: check the name."


def test_nobody_has_to_wait_for_development(signed_in: Run, studio: Studio) -> None:
    result = signed_in("upload", "--no-wait", a_photo())

    assert result.exit_code == 0
    assert studio.count("GET /v1/images/.*") == 0
    assert result.stdout.splitlines()[-1].startswith("1 on the way")


def test_a_wait_that_the_platform_asks_for_is_granted(signed_in: Run, studio: Studio) -> None:
    studio.fail("POST /v1/uploads", Fault(status=429, retry_after=2), Fault(status=503, retry_after=1))
    began = time.monotonic()

    result = signed_in("upload", a_photo())

    assert result.exit_code == 0
    assert time.monotonic() - began >= 3
    assert studio.count("POST /v1/uploads") == 3
    assert "photo.jpg: trying again in 2.0 s" in result.stdout


def test_nobody_waits_for_minutes_before_a_prompt(signed_in: Run, studio: Studio) -> None:
    studio.fail("POST /v1/auth/login", Fault(status=429, retry_after=60))

    result = signed_in("login", "--email", EMAIL, "--password-stdin", typed=PASSWORD)

    assert sentence(result) == "Too many tries: slow down. Try again in 1 min 00 s."


def test_an_upload_waits_until_the_socket_says_that_it_changed(
    signed_in: Run, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio.looks_until_ready = 1_000
    asked: list[int] = []

    def develop_late() -> None:
        while not studio.stored or not studio.sockets:
            time.sleep(0.001)
        time.sleep(2)
        studio.looks_until_ready = 1
        asked.append(studio.count("GET /v1/images/.*"))
        studio.tell(next(iter(studio.stored)))

    with sockets_of(studio) as address:
        monkeypatch.setenv("DARKROOM_SOCKETS", address)
        developing = Thread(target=develop_late)
        developing.start()
        result = signed_in("upload", a_photo())
        developing.join()

    assert result.exit_code == 0
    assert asked[0] <= 4, "it polled, though it had a socket"
    assert studio.count("GET /v1/images/.*") == asked[0] + 1


@pytest.mark.parametrize("address", ["ws://127.0.0.1:9/sockets", "no address", "http://127.0.0.1:9"])
def test_where_sockets_are_blocked_an_upload_looks_now_and_then(
    signed_in: Run, studio: Studio, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("DARKROOM_SOCKETS", address)
    studio.looks_until_ready = 4

    result = signed_in("upload", a_photo())

    assert result.exit_code == 0
    assert "sock" not in result.output + result.stderr
    assert studio.count("GET /v1/images/.*") == 4


def test_a_darkroom_without_tickets_is_looked_at_now_and_then(
    signed_in: Run, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DARKROOM_SOCKETS", "ws://127.0.0.1:9/sockets")
    studio.fail("POST /v1/sockets/tickets", Fault(status=404))

    result = signed_in("upload", a_photo())

    assert result.exit_code == 0


def test_an_upload_goes_on_looking_when_its_socket_breaks(
    signed_in: Run, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio.looks_until_ready = 1_000

    def break_them() -> None:
        while not studio.stored or not studio.sockets:
            time.sleep(0.001)
        time.sleep(0.5)
        studio.looks_until_ready = 1
        for socket in studio.sockets:
            socket.close()

    with sockets_of(studio) as address:
        monkeypatch.setenv("DARKROOM_SOCKETS", address)
        breaking = Thread(target=break_them)
        breaking.start()
        began = time.monotonic()
        result = signed_in("upload", a_photo())
        breaking.join()

    assert result.exit_code == 0
    assert time.monotonic() - began < 8, "it waited for a socket that was gone"


def test_an_access_token_that_is_over_is_renewed_once_by_many_threads(signed_in: Run, studio: Studio) -> None:
    studio.expire_access_tokens()
    studio.seconds_per_answer = 0.02

    result = signed_in("upload", "--jobs", "8", *(a_photo(f"{number}.jpg", 20_000) for number in range(8)))

    assert result.exit_code == 0
    assert studio.count("POST /v1/auth/refresh") == 1


def test_an_access_token_that_ends_while_photos_are_uploaded_is_renewed_once(signed_in: Run, studio: Studio) -> None:
    studio.looks_until_ready = 5
    photos = [a_photo(f"{number}.jpg", 20_000) for number in range(8)]

    def end_it() -> None:
        while studio.count("GET /v1/images/.*") < 8:
            time.sleep(0.001)
        studio.expire_access_tokens()

    ending = Thread(target=end_it)
    ending.start()
    result = signed_in("upload", "--jobs", "8", *photos)
    ending.join()

    assert result.exit_code == 0
    assert studio.count("POST /v1/auth/refresh") == 1
    assert not studio.revoked


@pytest.mark.usefixtures("signed_in")
def test_two_processes_renew_a_session_once_between_them(studio: Studio) -> None:
    studio.expire_access_tokens()
    studio.seconds_per_answer = 0.2
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT)}

    whoami = [*CLIENT, "whoami"]

    processes = [
        subprocess.Popen(whoami, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment)  # noqa: S603 - our own client
        for _ in range(3)
    ]
    said = [process.communicate(timeout=20)[0] for process in processes]

    assert said == [f"{EMAIL} at {studio.address}\n"] * 3
    assert studio.count("POST /v1/auth/refresh") == 1
    assert not studio.revoked


def test_a_session_that_was_ended_elsewhere_asks_for_a_new_sign_in(signed_in: Run, studio: Studio) -> None:
    studio.access.clear()
    studio.refresh.clear()

    first, second = signed_in("upload", a_photo()), signed_in("whoami")

    assert first.exit_code == 1
    assert sentence(first) == f"Your session at {studio.address} has ended: run `darkroom login` and try again."
    assert sentence(second).startswith(f"Nobody is signed in at {studio.address}")


def test_photos_are_listed_newest_first_over_several_pages(signed_in: Run) -> None:
    signed_in("upload", "--jobs", "1", *(a_photo(f"{number}.jpg", 20_000) for number in range(5)))

    listed = signed_in("list", "--json", "--limit", "4")

    names = [json.loads(line)["file_name"] for line in listed.stdout.splitlines()]
    assert names == ["4.jpg", "3.jpg", "2.jpg", "1.jpg"]
    assert "0.jpg" in signed_in("list").stdout


def test_the_newest_photo_is_shown_with_its_addresses(signed_in: Run, studio: Studio) -> None:
    signed_in("upload", a_photo("newest.jpg"))

    shown = signed_in("show", "last")

    assert "newest.jpg" in shown.stdout
    assert f"{studio.address}/media/{next(iter(studio.images))}/640.webp" in shown.stdout


def test_an_image_that_does_not_exist_is_said(signed_in: Run) -> None:
    assert sentence(signed_in("show", "nothing/here")) == "No image nothing%2Fhere."


def test_a_photo_comes_back_as_webp_in_a_width_or_as_it_was(signed_in: Run) -> None:
    photo = a_photo("in.jpg")
    signed_in("upload", photo)

    for options in ([], ["--width", "640", "-o", "small.webp"], ["--original", "-o", "out.jpg"]):
        assert signed_in("download", "last", *options).exit_code == 0

    assert Path("in.webp").read_bytes() == b"webp optimized"
    assert Path("small.webp").read_bytes() == b"webp 640"
    assert Path("out.jpg").read_bytes() == photo.read_bytes()


def test_a_download_replaces_no_file_unasked(signed_in: Run) -> None:
    photo = a_photo("in.jpg")
    signed_in("upload", photo)

    result = signed_in("download", "last", "--original")

    assert result.exit_code == 1
    assert sentence(result) == "in.jpg is already there: choose another name with --output, or replace it with --force."


def test_a_terminal_shows_bars_and_then_a_tick_with_the_address(
    signed_in: Run, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    studio.bytes_per_second = 12_000_000

    shown = signed_in("upload", a_photo("good.jpg", 12_000_000), a_photo("bad.jpg", start=JPEG + b"broken")).stdout

    assert "━" in shown
    assert "%" in shown
    assert "✓" in shown
    assert "/4000.webp" in shown
    assert "refused: The file is damaged: export it again." in shown
    assert "1 ready, 1 refused" in shown


def test_a_reason_cannot_steer_the_terminal(signed_in: Run, studio: Studio) -> None:
    signed_in("upload", "--no-wait", a_photo())
    (image,) = studio.images.values()
    image.update(status="refused", reason="\x1b[2Jgone [bold]")

    shown = signed_in("show", "last")

    assert "\x1b" not in shown.stdout
    assert "[2Jgone [bold]" in shown.stdout
