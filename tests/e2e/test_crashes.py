"""Whatever is killed comes back by itself, and nothing that was promised is lost."""

import contextlib
import io
import os
import signal
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from functools import partial

import boto3
import httpx
import psutil
import pytest
from PIL import Image

from tests.e2e.handles import LocalCloud, eventually


def test_a_killed_emulator_is_started_again_with_its_stack(cloud: LocalCloud) -> None:
    emulator = cloud.part("localstack.emulator")

    emulator.kill()

    _is_back(cloud, "localstack.emulator", was=emulator.pid)
    assert httpx.get(f"{cloud.endpoints['api']}/.well-known/jwks.json").status_code == httpx.codes.OK


def test_a_killed_database_is_started_again(cloud: LocalCloud) -> None:
    database = cloud.part("postgres", "-D")

    database.kill()

    _is_back(cloud, "postgres", "-D", was=database.pid)
    eventually(lambda: "errorMessage" not in str(cloud.invoke("migrate")))


def test_a_killed_bridge_is_started_again(cloud: LocalCloud) -> None:
    bridge = cloud.part("functions/bridge/app.py")

    bridge.kill()

    _is_back(cloud, "functions/bridge/app.py", was=bridge.pid)
    eventually(cloud.bridge_serves)
    assert cloud.process
    assert cloud.process.poll() is None


def test_a_killed_worker_is_replaced_at_the_next_call(cloud: LocalCloud) -> None:
    cloud.invoke("migrate")
    for child in cloud.part("localstack.emulator").children():
        child.kill()

    eventually(lambda: "errorMessage" not in str(cloud.invoke("migrate")))


def test_a_killed_supervisor_takes_its_children_along_and_the_next_one_recovers(cloud: LocalCloud) -> None:
    assert cloud.process
    children = psutil.Process(cloud.process.pid).children(recursive=True)

    cloud.kill_supervisor()

    eventually(lambda: not any(_lives(child) for child in children))
    cloud.up()


def test_objects_and_stack_survive_a_kill_of_everything(cloud: LocalCloud) -> None:
    objects = boto3.client("s3", **cloud.aws())
    objects.put_object(Bucket="darkroom-media-000000000000", Key="survivor.webp", Body=b"still here")
    objects.close()
    assert cloud.process
    everything = [psutil.Process(cloud.process.pid), *psutil.Process(cloud.process.pid).children(recursive=True)]

    for process in everything:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    cloud.process.wait()
    cloud.up()

    assert httpx.get(f"{cloud.endpoints['media']}/survivor.webp").content == b"still here"


def test_a_stack_that_was_lost_is_deployed_again_around_the_buckets_that_stand(cloud: LocalCloud) -> None:
    objects = boto3.client("s3", **cloud.aws())
    objects.put_object(Bucket="darkroom-media-000000000000", Key="adopted.webp", Body=b"adopted")
    objects.close()
    cloud.kill_supervisor()
    (cloud.home.cloud / "checkpoint.json").unlink()

    cloud.up()

    assert httpx.get(f"{cloud.endpoints['media']}/adopted.webp").content == b"adopted"


def test_a_half_finished_deploy_is_healed(cloud: LocalCloud) -> None:
    functions = boto3.client("lambda", **cloud.aws())
    functions.delete_function(FunctionName="darkroom-info")
    functions.close()
    cloud.stop()

    cloud.up()

    functions = boto3.client("lambda", **cloud.aws())
    assert functions.get_function(FunctionName="darkroom-info")["Configuration"]["State"] == "Active"
    functions.close()


def test_half_written_files_of_an_earlier_life_do_no_harm(cloud: LocalCloud) -> None:
    cloud.stop()
    cloud.home.endpoints.write_text('{"api": "http')
    cloud.home.routes.write_text("{")
    cloud.home.lock.write_text("999999")
    making = cloud.home.postgres.resolve().with_name("postgres.making")
    making.mkdir()
    (making / "PG_VERSION").write_text("18\n")
    (cloud.home.postgres / "postmaster.pid").write_text(f"{os.getpid()}\n")

    cloud.up()

    assert cloud.endpoints["api"]


def test_a_kill_in_the_middle_of_a_start_is_recovered_from(cloud: LocalCloud) -> None:
    for seconds in (0.2, 0.5, 0.8, 1.1, 1.5):
        cloud.stop() if cloud.process else None
        cloud.start()
        time.sleep(seconds)
        cloud.kill_supervisor()

    cloud.up()


def test_ctrl_c_in_the_middle_of_a_start_stops_without_a_trace(cloud: LocalCloud) -> None:
    for seconds in (0.6, 1.2):
        cloud.stop() if cloud.process else None
        cloud.start()
        time.sleep(seconds)
        assert cloud.stop(signal.SIGINT) == 0

    assert "Traceback" not in cloud.output


@pytest.mark.timeout(300)  # it starts everything again six times, and a busy machine takes its time
def test_every_acknowledged_upload_ends_whatever_is_killed(cloud: LocalCloud) -> None:
    uploaders = Uploaders(cloud.endpoints["api"], goal=200)
    breaks: list[tuple[int, Callable[[], None]]] = [
        (20, lambda: cloud.part("localstack.emulator").kill()),
        (50, lambda: _kill_workers(cloud)),
        (80, lambda: cloud.part("postgres", "-D").kill()),
        (110, lambda: _kill_workers(cloud)),
        (140, lambda: cloud.part("localstack.emulator").kill()),
        (170, lambda: _kill_and_restart(cloud)),
    ]

    with uploaders.at_work():
        for count, strike in breaks:
            eventually(partial(uploaders.have, count))
            with contextlib.suppress(LookupError, psutil.Error):
                strike()
    cloud.up()

    assert len(uploaders.acknowledged) >= 200
    eventually(lambda: set(uploaders.statuses()) == {"ready"}, within=90)


class Uploaders:
    """Four people who upload tiny pictures, half of them straight to the bucket, and try again when refused."""

    def __init__(self, api: str, *, goal: int) -> None:
        self._api = api
        self._goal = goal
        self._stop = threading.Event()
        self.acknowledged: list[str] = []
        account = {"email": f"{uuid.uuid4()}@example.org", "password": "a long enough password"}
        answer = httpx.post(f"{api}/v1/auth/register", json=account, timeout=30)
        self._headers = {"Authorization": f"Bearer {answer.raise_for_status().json()['access_token']}"}

    @contextlib.contextmanager
    def at_work(self) -> Iterator[None]:
        people = [threading.Thread(target=self._work, args=(person,)) for person in range(4)]
        for person in people:
            person.start()
        try:
            yield
            for person in people:
                person.join(60)
        finally:
            self._stop.set()
            for person in people:
                person.join(30)

    def have(self, count: int) -> bool:
        return len(self.acknowledged) >= count

    def statuses(self) -> list[str]:
        with httpx.Client(headers=self._headers, timeout=10) as client:
            return [
                client.get(f"{self._api}/v1/images/{image}").json().get("status", "?") for image in self.acknowledged
            ]

    def _work(self, person: int) -> None:
        with httpx.Client(timeout=10) as client:
            while len(self.acknowledged) < self._goal and not self._stop.is_set():
                try:
                    way = self._through_the_form if (person + len(self.acknowledged)) % 2 else self._through_the_gateway
                    self.acknowledged.append(way(client))
                except httpx.HTTPError:
                    time.sleep(0.1)

    def _through_the_form(self, client: httpx.Client) -> str:
        content = _tiny_picture()
        asked = {"file_name": "tiny.png", "content_type": "image/png", "bytes": len(content)}
        answer = client.post(f"{self._api}/v1/uploads", json=asked, headers=self._headers).raise_for_status().json()
        form = answer["upload"]
        client.post(form["url"], data=form["fields"], files={"file": ("tiny.png", content)}).raise_for_status()
        return str(answer["image"]["id"])

    def _through_the_gateway(self, client: httpx.Client) -> str:
        headers = self._headers | {"Content-Type": "image/png", "File-Name": "tiny.png"}
        answer = client.post(f"{self._api}/v1/images", content=_tiny_picture(), headers=headers)
        return str(answer.raise_for_status().json()["image"]["id"])


def _tiny_picture() -> bytes:
    output = io.BytesIO()
    Image.frombytes("RGB", (8, 8), os.urandom(192)).save(output, "PNG")
    return output.getvalue()


def _kill_and_restart(cloud: LocalCloud) -> None:
    cloud.kill_supervisor()
    cloud.up()


def _kill_workers(cloud: LocalCloud) -> None:
    for worker in cloud.part("localstack.emulator").children():
        worker.kill()


def _is_back(cloud: LocalCloud, *words: str, was: int) -> None:
    def replaced() -> bool:
        with contextlib.suppress(LookupError, psutil.Error):
            return bool(cloud.part(*words).pid != was)
        return False

    eventually(replaced)
    cloud.up()


def _lives(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess):
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    return False
