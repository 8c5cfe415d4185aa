"""Whatever is killed comes back by itself, and nothing that was promised is lost."""

import contextlib
import os
import signal
import time

import boto3
import httpx
import psutil

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
