"""The pipeline under load and faults, over the whole local cloud: a burst, a poison message, a kill, a rotation."""

import contextlib
import io
import json
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import boto3
import httpx
import jwt
import psutil
import psycopg
import pytest
from PIL import Image, ImageFilter

from localstack.postgres import Postgres
from tests.e2e.handles import LocalCloud, eventually
from tests.e2e.photographers import PASSWORD, Photographer
from tests.pictures import a_picture, encoded

TINY = encoded(a_picture(8, 6), "PNG")
QUEUE = "darkroom-uploads"
DEAD_LETTERS = "darkroom-uploads-dead-letters"

Database = psycopg.Connection[tuple[object, ...]]


@pytest.fixture(scope="module", autouse=True)
def _poison(_session_cloud: LocalCloud) -> None:
    """A message that no worker can read: it lies among the others while these tests run.

    What killed emulators left in flight before goes first: it would stay there for twelve minutes.
    """
    _session_cloud.up()
    queues = boto3.client("sqs", **_session_cloud.aws())
    queue, dead_letters = (queues.get_queue_url(QueueName=name)["QueueUrl"] for name in (QUEUE, DEAD_LETTERS))
    queues.purge_queue(QueueUrl=queue)
    queues.purge_queue(QueueUrl=dead_letters)
    queues.send_message(QueueUrl=queue, MessageBody="No S3 event.")
    queues.close()


@pytest.fixture
def database(cloud: LocalCloud) -> Iterator[Database]:
    with psycopg.connect(Postgres(cloud.home, cloud.port + 16).url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def ada(cloud: LocalCloud) -> Iterator[Photographer]:
    photographer = Photographer(cloud)
    yield photographer
    photographer.close()


def test_a_burst_of_a_thousand_uploads_stays_under_the_databases_connection_cap(
    ada: Photographer, database: Database
) -> None:
    """REQUIREMENTS 13. The cap is 200; the workers, one connection each, are as many as people upload at once."""
    acknowledged: list[str] = []
    people = [threading.Thread(target=_upload, args=(ada, 125, acknowledged)) for _ in range(8)]

    for person in people:
        person.start()
    busiest = 0
    while any(person.is_alive() for person in people):
        busiest = max(busiest, _connections(database))
        time.sleep(0.1)
    eventually(lambda: _statuses(database, ada) <= {"ready", "refused"})

    assert len(acknowledged) == 1_000
    assert _statuses(database, ada) == {"ready"}
    assert 0 < max(busiest, _connections(database)) <= 40


def test_a_worker_killed_while_it_develops_leaves_one_ready_image_and_one_event(
    cloud: LocalCloud, ada: Photographer, database: Database
) -> None:
    """REQUIREMENTS 12."""
    ada.finished(ada.send_raw(TINY, "image/png"))  # so that a worker is there

    image_id = ada.send_by_form(_a_photo_that_takes_a_while(), "image/jpeg")
    eventually(lambda: _status(database, image_id) == "processing")
    killed = _kill_workers(cloud, "convert")
    left = _status(database, image_id)
    image = ada.finished(image_id)

    told = database.execute(
        "SELECT payload ->> 'status' FROM outbox WHERE payload ->> 'image_id' = %s ORDER BY happened_at, id",
        [image_id],
    ).fetchall()
    attempts = database.execute("SELECT attempts FROM images WHERE id = %s", [image_id]).fetchone()
    assert (killed > 0, left) == (True, "processing")
    assert image["status"] == "ready"
    assert [status for (status,) in told] == ["awaiting", "processing", "ready"]
    assert attempts == (2,)


def test_keys_are_rotated_while_people_are_signed_in(cloud: LocalCloud, ada: Photographer) -> None:
    """REQUIREMENTS 24. A worker reads the keys again within a minute; killing it stands for that minute."""
    secrets = boto3.client("secretsmanager", **cloud.aws())
    kept = json.loads(secrets.get_secret_value(SecretId="darkroom/signing-keys")["SecretString"])["keys"]
    secrets.close()

    rotated = _client(cloud, "rotate-keys")
    _kill_workers(cloud, "auth")
    published = eventually(lambda: httpx.get(f"{cloud.endpoints['api']}/.well-known/jwks.json").json().get("keys"))
    again = ada.http.post("/v1/auth/login", json={"email": ada.email, "password": PASSWORD}).raise_for_status().json()

    assert rotated.returncode == 0, rotated.stderr
    assert len(published) == 2
    assert published[0]["kid"] not in {key["kid"] for key in kept}
    for token in (ada.session["access_token"], again["access_token"]):
        assert jwt.get_unverified_header(token)["kid"] in {key["kid"] for key in published}
        for path in ("/v1/auth/me", "/v1/images"):
            assert ada.http.get(path, headers={"Authorization": f"Bearer {token}"}).status_code == httpx.codes.OK


def test_a_poison_message_harms_no_other_and_a_redrive_brings_it_back(cloud: LocalCloud, ada: Photographer) -> None:
    """REQUIREMENTS 10. On AWS each try waits for the visibility timeout; here `localstack/repairs.py` shortens it."""
    queues = boto3.client("sqs", **cloud.aws())
    queue, dead_letters = (queues.get_queue_url(QueueName=name)["QueueUrl"] for name in (QUEUE, DEAD_LETTERS))

    def lying(url: str) -> int:
        told = queues.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        return int(told["ApproximateNumberOfMessages"]) + int(told["ApproximateNumberOfMessagesNotVisible"])

    good = [ada.send_raw(TINY, "image/png") for _ in range(9)]
    developed = {ada.finished(image_id)["status"] for image_id in good}
    eventually(lambda: (lying(dead_letters), lying(queue)) == (1, 0))
    told = _client(cloud, "redrive")

    assert developed == {"ready"}
    assert told.stdout == "Put 1 message back.\n", told.stdout + told.stderr
    assert (lying(dead_letters), lying(queue)) == (0, 1)
    queues.purge_queue(QueueUrl=queue)
    queues.close()


def _upload(photographer: Photographer, count: int, acknowledged: list[str]) -> None:
    acknowledged.extend(photographer.send_by_form(TINY, "image/png") for _ in range(count))


def _connections(database: Database) -> int:
    counted = database.execute("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'").fetchone()
    assert counted
    return int(str(counted[0]))


def _statuses(database: Database, photographer: Photographer) -> set[str]:
    owner = photographer.session["account"]["id"]
    found = database.execute("SELECT DISTINCT status FROM images WHERE owner_id = %s", [owner]).fetchall()
    return {str(status) for (status,) in found}


def _status(database: Database, image_id: str) -> str:
    found = database.execute("SELECT status FROM images WHERE id = %s", [image_id]).fetchone()
    assert found
    return str(found[0])


def _kill_workers(cloud: LocalCloud, function: str) -> int:
    """Kill all workers of a function outright, and return how many there were."""
    killed = 0
    for child in cloud.part("localstack.emulator").children(recursive=True):
        with contextlib.suppress(psutil.Error):
            if f"ministack-lambda-darkroom-{function}-" in " ".join(child.cmdline()):
                child.kill()
                killed += 1
    return killed


def _client(cloud: LocalCloud, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own client
        [sys.executable, "-c", "from client.main import app; app()", *arguments],
        env=cloud.environment | {"AWS_ENDPOINT_URL": cloud.endpoints["aws"]},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def _a_photo_that_takes_a_while() -> bytes:
    noise = Image.frombytes("RGB", (320, 240), random.Random(1).randbytes(320 * 240 * 3))  # noqa: S311 - any picture will do
    output = io.BytesIO()
    noise.resize((4800, 3600)).filter(ImageFilter.GaussianBlur(1)).save(output, "JPEG", quality=85)
    return output.getvalue()
