"""Each function in the real Lambda runtime, with real Postgres, and AWS by moto over HTTP."""

import json
import platform
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import psycopg
import pytest
from moto.server import ThreadedMotoServer

from darkroom.ids import uuid7
from tests.deployed import ROOT, Deployed, deploy_template, handler_of, routes_of
from tests.gateway import Gateway
from tests.pictures import a_picture, encoded
from tests.runtime_interface import Runtime

pytestmark = pytest.mark.skipif(
    platform.system() != "Linux", reason="AWS builds its runtime interface emulator for Linux only"
)

PHOTO = encoded(a_picture(400, 300), "JPEG")

Start = Callable[[str], Runtime]


@pytest.fixture(scope="module")
def cloud(database_url: str) -> Iterator[Deployed]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in _account(server.get_host_and_port()[1]).items():
            patch.setenv(name, value)
        yield deploy_template(database_url)
    server.stop()


@pytest.fixture(scope="module")
def start(cloud: Deployed) -> Iterator[Start]:
    started: dict[str, Runtime] = {}
    port = int(cloud.names["UploadsQueue"].split(":")[2].partition("/")[0])

    def start(name: str) -> Runtime:
        if name not in started:
            variables = cloud.variables(name) | _account(port)
            started[name] = Runtime(name, handler_of(name), variables, routes=routes_of(name))
        return started[name]

    yield start
    for runtime in started.values():
        runtime.stop()


def test_the_main_job_runs_in_the_real_runtime(cloud: Deployed, start: Start) -> None:
    new = {"email": f"{uuid7()}@example.com", "password": "correct horse battery"}
    session = Gateway(start("auth")).post("/v1/auth/register", new)
    token = session.json["access_token"]
    headers = {"Content-Type": "image/jpeg", "File-Name": "harbour.jpg"}
    sent = Gateway(start("upload"), token=token).post("/v1/images", PHOTO, headers=headers)
    sqs = boto3.client("sqs")
    messages = sqs.receive_message(QueueUrl=cloud.names["UploadsQueue"], MaxNumberOfMessages=10)["Messages"]
    bodies = [message["Body"] for message in messages] + ["poison"]
    records = [{"messageId": body, "body": body, "eventSource": "aws:sqs"} for body in bodies]

    converted = start("convert")({"Records": records})
    last = Gateway(start("info"), token=token).get("/v1/images/last")

    assert (session.status, sent.status) == (201, 202)
    assert converted == {"batchItemFailures": [{"itemIdentifier": "poison"}]}
    assert (last.json["id"], last.json["status"]) == (sent.json["image"]["id"], "ready")
    assert [variant["width"] for variant in last.json["variants"]] == [400, 320]


def test_the_sweep_counts_in_the_real_runtime(start: Start) -> None:
    assert start("sweep")({}) == {"refused": 0, "requeued": 0, "forgotten": 0, "purged": 0, "tidied": 0}


def test_migrations_are_applied_once_in_the_real_runtime(cloud: Deployed, database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE to_migrate")
    variables = cloud.variables("migrate") | {"DATABASE_URL": database_url.replace("/postgres", "/to_migrate")}
    migrate = Runtime("migrate", handler_of("migrate"), variables)

    first, second = migrate({}), migrate({})
    migrate.stop()

    assert first["applied"][0] == "0001_accounts_images_outbox.sql"
    assert second == {"applied": []}


def test_a_missing_setting_fails_the_first_start_by_its_name(cloud: Deployed) -> None:
    variables = {name: value for name, value in cloud.variables("migrate").items() if name != "DATABASE_URL"}
    migrate = Runtime("migrate", handler_of("migrate"), variables)

    answer = migrate({})
    migrate.stop()

    assert answer["errorType"].endswith("MissingSetting")
    assert "DATABASE_URL" in answer["errorMessage"]


def test_a_handler_that_crashes_is_told_as_lambda_tells_it_and_lives_on(start: Start) -> None:
    crashed = start("sweep")([])

    assert crashed["errorType"] == "AttributeError"
    assert start("sweep")({}) == {"refused": 0, "requeued": 0, "forgotten": 0, "purged": 0, "tidied": 0}


def test_the_sample_events_are_answered_in_the_real_runtime(start: Start) -> None:
    registered = start("auth")(_sample("auth-register"))
    signed_in = start("auth")(_sample("auth-login"))
    token = json.loads(signed_in["body"])["access_token"]
    asked, sent, last = (
        start(name.partition("-")[0])(_sample(name, token)) for name in ("upload-request", "upload-image", "info-last")
    )

    assert [registered["statusCode"], signed_in["statusCode"]] == [201, 200]
    assert [asked["statusCode"], sent["statusCode"], last["statusCode"]] == [201, 202, 200]
    assert start("convert")(_sample("convert-object-created")) == {"batchItemFailures": []}
    assert len(start("convert")(_sample("convert-poison"))["batchItemFailures"]) == 1
    image_id = json.loads(last["body"])["id"]
    in_hand = [start("images")(_sample(f"images-{what}", token, image_id)) for what in ("edit", "delete", "restore")]
    assert [answer["statusCode"] for answer in in_hand] == [200, 204, 200]
    assert json.loads(in_hand[2]["body"])["title"] == "Harbour"
    graphql, ticket = (start("graphql")(_sample(name, token)) for name in ("graphql-my-images", "graphql-ticket"))
    assert [graphql["statusCode"], ticket["statusCode"]] == [200, 201]
    assert len(json.loads(graphql["body"])["data"]["myImages"]["edges"]) == 2
    for name in ("notify-image-changed", "notify-session-ended", "notify-socket-opened"):
        assert start("notify")(_sample(name)) == {"batchItemFailures": []}
    assert len(start("notify")(_sample("notify-poison"))["batchItemFailures"]) == 1
    assert start("sweep")(_sample("sweep")).keys() == start("sweep")(_sample("sweep-recover")).keys()
    assert start("migrate")(_sample("migrate")) == {"applied": []}


def _sample(name: str, token: str = "", image_id: str = "") -> Any:
    """Return a sample event, signed in and about an image where it asks for that."""
    text = (ROOT / f"localstack/events/{name}.json").read_text()
    return json.loads(text.replace("ACCESS_TOKEN", token).replace("IMAGE_ID", image_id))


def _account(port: int) -> dict[str, str]:
    return {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_REGION": "us-east-1",
    }
