"""What operators do with the command line: failed messages back on the queue, signing keys rotated."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import pytest
from moto import mock_aws
from typer.testing import CliRunner, Result

from client.main import app
from darkroom.adapters import signing_keys

if TYPE_CHECKING:
    from mypy_boto3_sqs.client import SQSClient

SECRET = "darkroom/signing-keys"
QUEUES = ("UploadsQueue", "UploadsDeadLetters", "EventsQueue", "EventsDeadLetters")
TEMPLATE = {
    "Resources": {name: {"Type": "AWS::SQS::Queue"} for name in QUEUES},
    "Outputs": {f"{name}Url": {"Value": {"Ref": name}} for name in QUEUES},
}


@pytest.fixture(autouse=True)
def aws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_ENDPOINT_URL", "DARKROOM_HOME", "DARKROOM_STACK", "SIGNING_KEYS_SECRET"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.chdir(tmp_path)
    with mock_aws():
        yield


@pytest.fixture
def queues() -> "SQSClient":
    boto3.client("cloudformation").create_stack(StackName="darkroom", TemplateBody=json.dumps(TEMPLATE))
    return boto3.client("sqs")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def address(queues: "SQSClient", name: str) -> str:
    return next(url for url in queues.list_queues()["QueueUrls"] if name in url)


def test_redriving_puts_every_dead_letter_back_on_the_uploads_queue(queues: "SQSClient") -> None:
    dead_letters, uploads = address(queues, "UploadsDeadLetters"), address(queues, "UploadsQueue")
    for number in range(23):
        note = {"note": {"DataType": "String", "StringValue": "kept"}}
        queues.send_message(QueueUrl=dead_letters, MessageBody=f"photo {number}", MessageAttributes=note)  # type: ignore[arg-type]

    first, second = run("redrive"), run("redrive")

    back = [
        message
        for _ in range(23)
        for message in queues.receive_message(QueueUrl=uploads, MessageAttributeNames=["All"]).get("Messages", [])
    ]
    assert first.output == "Put 23 messages back.\n"
    assert second.output == "There are no dead letters.\n"
    assert {message["Body"] for message in back} == {f"photo {number}" for number in range(23)}
    assert all(message["MessageAttributes"]["note"]["StringValue"] == "kept" for message in back)


def test_redriving_puts_each_letter_back_on_the_queue_that_it_came_from(queues: "SQSClient") -> None:
    for name in ("Uploads", "Events"):
        queues.send_message(QueueUrl=address(queues, f"{name}DeadLetters"), MessageBody=f"of {name}")

    result = run("redrive")

    assert result.output == "Put 2 messages back.\n"
    for name in ("Uploads", "Events"):
        (message,) = queues.receive_message(QueueUrl=address(queues, f"{name}Queue"))["Messages"]
        assert message["Body"] == f"of {name}"


def test_a_stack_that_is_not_there_is_one_sentence() -> None:
    result = run("redrive", "--stack", "nowhere")

    assert result.exit_code == 1
    assert len(result.stderr.splitlines()) == 1
    assert "nowhere" in result.stderr


def test_rotating_puts_a_new_key_in_front_and_keeps_the_one_before() -> None:
    secrets = boto3.client("secretsmanager")
    signing_keys.ensure(secrets, SECRET)
    (before,) = signing_keys.SigningKeys(secrets, SECRET, publish=list).jwks()["keys"]

    result = run("rotate-keys")

    kids = [key["kid"] for key in signing_keys.SigningKeys(secrets, SECRET, publish=list).jwks()["keys"]]
    assert kids[1:] == [before["kid"]]
    assert f"signed with {kids[0]}" in result.output


def test_the_first_key_is_made_once() -> None:
    assert run("rotate-keys", "--create").exit_code == 0
    before = boto3.client("secretsmanager").get_secret_value(SecretId=SECRET)["SecretString"]

    assert run("rotate-keys", "--create").exit_code == 0

    assert boto3.client("secretsmanager").get_secret_value(SecretId=SECRET)["SecretString"] == before


def test_rotating_keys_that_do_not_exist_is_one_sentence() -> None:
    result = run("rotate-keys")

    assert result.exit_code == 1
    assert len(result.stderr.splitlines()) == 1
