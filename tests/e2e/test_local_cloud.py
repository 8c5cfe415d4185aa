"""The local cloud as a person meets it: addresses, edits, sentences that help."""

import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import boto3
import httpx
import pytest
from websockets import InvalidStatus, Subprotocol
from websockets.sync.client import connect

from localstack.home import CHECKOUT
from tests.e2e.handles import LocalCloud, eventually


def test_the_addresses_it_tells_answer(cloud: LocalCloud) -> None:
    endpoints = cloud.endpoints

    assert httpx.get(f"{endpoints['api']}/.well-known/jwks.json").status_code == httpx.codes.OK
    assert httpx.get(f"{endpoints['media']}/nothing.webp").status_code in {403, 404}
    assert httpx.get(f"{endpoints['aws']}/_ministack/health").status_code == httpx.codes.OK
    assert httpx.post(endpoints["graphql"], json={"query": "{ __typename }"}).status_code == httpx.codes.OK
    assert endpoints["grpc"] == f"localhost:{cloud.port + 17}"
    assert cloud.bridge_serves()


def test_a_refused_socket_is_told_why(cloud: LocalCloud) -> None:
    with pytest.raises(InvalidStatus) as refused:
        connect(f"{cloud.endpoints['sockets']}?ticket=made-up", subprotocols=[Subprotocol("graphql-transport-ws")])
    with pytest.raises(InvalidStatus) as absent:
        connect(f"{cloud.endpoints['sockets']}/elsewhere")

    assert refused.value.response.status_code == httpx.codes.UNAUTHORIZED
    assert absent.value.response.status_code == httpx.codes.NOT_FOUND


def test_media_is_served_from_its_own_origin_and_cannot_run(cloud: LocalCloud) -> None:
    objects = boto3.client("s3", **cloud.aws())
    year = "public, max-age=31536000, immutable"
    objects.put_object(
        Bucket="darkroom-media-000000000000", Key="a/b.webp", Body=b"RIFF", ContentType="image/webp", CacheControl=year
    )
    objects.close()

    answer = httpx.get(f"{cloud.endpoints['media']}/a/b.webp")

    assert (answer.status_code, answer.content) == (200, b"RIFF")
    assert answer.headers["content-type"] == "image/webp"
    assert answer.headers["cache-control"] == year
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"


def test_the_emulators_own_doors_do_not_open_onto_the_public_addresses(cloud: LocalCloud) -> None:
    for address in (cloud.endpoints["api"], cloud.endpoints["media"]):
        assert httpx.post(f"{address}/_ministack/reset").status_code >= httpx.codes.BAD_REQUEST
        assert httpx.post(f"{address}/_darkroom/checkpoint").status_code >= httpx.codes.BAD_REQUEST
        assert httpx.get(f"{address}/health").status_code >= httpx.codes.BAD_REQUEST


def test_an_unknown_address_is_a_problem_in_json(cloud: LocalCloud) -> None:
    answer = httpx.get(f"{cloud.endpoints['api']}/v1/nothing-here")

    assert answer.status_code == httpx.codes.NOT_FOUND
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json()["detail"] == "There is nothing at this address."


def test_an_edit_of_a_handler_and_of_the_layer_goes_live(cloud: LocalCloud) -> None:
    handler = cloud.source / "functions/migrate/app.py"
    layer = cloud.source / "layers/core/python/darkroom/errors.py"
    handler_before, layer_before = handler.read_text(), layer.read_text()
    edit = "\n\ndef handler(event, context):\n    from darkroom import errors\n    return vars(errors).get('EDIT', 0)\n"

    try:
        handler.write_text(handler_before + edit)
        eventually(lambda: cloud.invoke("migrate") == 0, within=10)
        layer.write_text(layer_before + "\nEDIT = 7\n")
        eventually(lambda: cloud.invoke("migrate") == 7, within=10)
    finally:
        handler.write_text(handler_before)
        layer.write_text(layer_before)
    eventually(lambda: cloud.invoke("migrate") not in (0, 7), within=10)


def test_an_edit_of_the_bridge_goes_live_and_a_broken_one_does_not_end_the_cloud(cloud: LocalCloud) -> None:
    app = cloud.source / "functions/bridge/app.py"
    before = app.read_text()
    first, log = cloud.part("functions/bridge/app.py").pid, cloud.home.logs / "bridge.log"

    try:
        app.write_text("raise SystemExit('This is being edited.')\n")
        eventually(lambda: log.read_text().count("This is being edited.") >= 2)
        assert httpx.get(f"{cloud.endpoints['api']}/.well-known/jwks.json").status_code == httpx.codes.OK
    finally:
        app.write_text(before)
    eventually(cloud.bridge_serves)

    assert cloud.part("functions/bridge/app.py").pid != first


def test_a_second_up_says_that_it_runs_and_where(cloud: LocalCloud) -> None:
    second = cloud.command("up")

    assert second.returncode == 1
    assert "already running" in second.stderr
    assert cloud.endpoints["api"] in second.stderr
    assert "Traceback" not in second.stderr


def test_a_busy_port_is_named_with_a_way_out(cloud: LocalCloud, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused = cloud.command("up", DARKROOM_HOME=str(tmp_path / "other"), DARKROOM_API_PORT=str(port))

    assert refused.returncode == 1
    assert f"Port {port} is taken" in refused.stderr
    assert "make up DARKROOM_API_PORT=" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_nonsense_port_is_refused_in_words(cloud: LocalCloud) -> None:
    for nonsense in ("99999", "abc", "-1"):
        refused = cloud.command("up", DARKROOM_PORT=nonsense)

        assert refused.returncode == 1
        assert nonsense in refused.stderr
        assert "Traceback" not in refused.stderr


def test_a_folder_that_cannot_be_written_is_named(cloud: LocalCloud, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    refused = cloud.command("up", DARKROOM_HOME=str(tmp_path / "file" / "home"))

    assert refused.returncode == 1
    assert str(tmp_path / "file") in refused.stderr
    assert "Traceback" not in refused.stderr


def test_reset_asks_before_it_wipes(cloud: LocalCloud) -> None:
    refused = cloud.command("reset")

    assert refused.returncode == 1
    assert "--yes" in refused.stderr
    assert cloud.home.endpoints.exists()


def test_secrets_are_for_their_owner_only(cloud: LocalCloud) -> None:
    assert stat.S_IMODE(cloud.home.secrets.stat().st_mode) == 0o700
    for name in ("database-password", "service-token"):
        secret = cloud.home.secrets / name
        assert stat.S_IMODE(secret.stat().st_mode) == 0o600
        assert secret.read_text() not in cloud.output


def test_logs_name_their_source(cloud: LocalCloud) -> None:
    httpx.get(f"{cloud.endpoints['api']}/.well-known/jwks.json")

    following = subprocess.Popen(
        [sys.executable, "-m", "localstack", "logs"],
        env=cloud.environment,
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
    )
    try:
        os.set_blocking(following.stdout.fileno(), False)  # type: ignore[union-attr]
        (cloud.home.logs / "sweep.log").open("a").close()
        eventually(lambda: b"postgres" in (following.stdout.read() or b""))  # type: ignore[union-attr]
    finally:
        following.terminate()
        following.communicate()


def test_it_stops_cleanly_and_starts_again_on_what_it_left(cloud: LocalCloud) -> None:
    tables = boto3.client("dynamodb", **cloud.aws())
    objects = boto3.client("s3", **cloud.aws())
    tables.put_item(TableName="darkroom-throttles", Item={"id": {"S": "kept"}, "expires_at": {"N": "9999999999"}})
    objects.put_object(Bucket="darkroom-media-000000000000", Key="kept.webp", Body=b"kept")

    stopped = cloud.stop()
    cloud.up()

    assert stopped == 0
    assert "Item" in tables.get_item(TableName="darkroom-throttles", Key={"id": {"S": "kept"}})
    assert httpx.get(f"{cloud.endpoints['media']}/kept.webp").content == b"kept"
    tables.close()
    objects.close()


def test_down_stops_it(cloud: LocalCloud) -> None:
    told = cloud.command("down")

    assert (told.returncode, told.stdout) == (0, "Stopped.\n")
    assert cloud.process
    assert cloud.process.wait(10) == 0
    cloud.process = None
    assert cloud.command("down").stdout.startswith("Nothing runs")


def test_short_lived_records_carry_a_time_to_live(cloud: LocalCloud) -> None:
    tables = boto3.client("dynamodb", **cloud.aws())

    for table in ("darkroom-throttles", "darkroom-refresh-tokens"):
        told = tables.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
        assert told == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires_at"}

    tables.close()
