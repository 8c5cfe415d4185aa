"""The bridge as the process that a container runs: its memory, its end, its certificate."""

import asyncio
import hashlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import boto3
import grpc
import psutil
import pytest
from bridge.v1 import image_pb2
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from grpc_health.v1 import health_pb2, health_pb2_grpc

from tests.bridges import (
    Caller,
    announcing,
    chunk,
    free_port,
    load_app,
    start_bridge,
    variables,
    wait_for_health,
    whole,
)
from tests.deployed import Deployed, deploy_template

MEGABYTE = 1024 * 1024
CHUNK = bytes(65_536)


class Bridge:
    """A process, how to reach it and what it wrote."""

    def __init__(self, told: dict[str, str], output: Path) -> None:
        self.address = f"127.0.0.1:{told['GRPC_PORT']}"
        self.output = output
        self.process = start_bridge(told, output)

    def wait_until_it_serves(self) -> None:
        wait_for_health(self.address)

    def end(self, patience: float = 40) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(patience)


@pytest.fixture(scope="module")
def aws(database_url: str) -> Iterator[Deployed]:
    """AWS as template.yaml has it, in moto's server, where another process can reach it."""
    port = free_port()
    server = subprocess.Popen(  # noqa: S603 - this interpreter
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        patch.setenv("AWS_ACCESS_KEY_ID", "test")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        eventually(lambda: _listens(port))
        yield deploy_template(database_url)
    server.terminate()
    server.wait(10)


@pytest.fixture
def start(aws: Deployed, database: object, tmp_path: Path) -> Iterator[Callable[..., Bridge]]:
    """Start bridges that end with the test."""
    del database  # emptied
    started: list[Bridge] = []

    def start(**changes: str) -> Bridge:
        started.append(Bridge(variables(aws, **changes), tmp_path / f"bridge-{len(started)}.log"))
        return started[-1]

    yield start
    for bridge in started:
        bridge.process.kill()
        bridge.process.wait(10)


@pytest.fixture
def bridge(start: Callable[..., Bridge]) -> Bridge:
    bridge = start()
    bridge.wait_until_it_serves()
    return bridge


def test_a_large_stream_passes_through_without_being_held(bridge: Bridge, aws: Deployed) -> None:
    """A photo of 50 MB arrives whole; meanwhile the memory grows by 3 to 9 MB (measured): one part."""
    size = 50_000_000
    data = hashlib.shake_128(b"a photo").digest(size)
    process = psutil.Process(bridge.process.pid)
    with grpc.insecure_channel(bridge.address) as channel:
        ada = Caller(channel)
        ada.upload(whole(data[: 10 * MEGABYTE]))  # so that every library is there
        before, peak = process.memory_info().rss, Peak(process)
        with peak:
            image = ada.upload(whole(data), timeout=60)

    stored = boto3.client("s3").get_object(Bucket=aws.names["OriginalsBucket"], Key=f"uploads/{image.id}")["Body"]
    assert hashlib.sha256(stored.read()).digest() == hashlib.sha256(data).digest()
    assert peak.rss - before < 20 * MEGABYTE, f"{(peak.rss - before) / MEGABYTE:.1f} MB"


def test_what_is_going_on_may_end_before_the_bridge_does(bridge: Bridge) -> None:
    """SIGTERM: health says so, watches are told to go elsewhere, an upload at hand is taken to its end, exit 0."""
    with grpc.insecure_channel(bridge.address) as channel:
        ada = Caller(channel)
        watched = ada.upload(whole(b"a photo"))
        watch = ada.images.WatchImage(
            image_pb2.WatchImageRequest(image_id=watched.id), metadata=ada.metadata, timeout=60
        )
        assert next(watch).change.status == image_pb2.STATUS_AWAITING
        health = health_watch(channel)
        assert next(health).status == health_pb2.HealthCheckResponse.SERVING
        released, begun = threading.Event(), threading.Event()
        upload = ada.images.UploadImage.future(halfway(begun, released), metadata=ada.metadata, timeout=60)
        assert begun.wait(10)

        bridge.process.send_signal(signal.SIGTERM)
        assert next(health).status == health_pb2.HealthCheckResponse.NOT_SERVING
        with pytest.raises(grpc.RpcError) as told:
            next(watch)
        released.set()
        image = upload.result(timeout=30).image

    error: Any = told.value
    assert error.code() is grpc.StatusCode.UNAVAILABLE
    assert image.size_bytes == 100 * len(CHUNK)
    assert bridge.process.wait(20) == 0
    assert "Traceback" not in bridge.output.read_text()


def test_an_idle_bridge_ends_at_once(bridge: Bridge) -> None:
    begun = time.monotonic()

    assert bridge.end() == 0

    assert time.monotonic() - begun < 10
    assert "Traceback" not in bridge.output.read_text()


def test_a_certificate_is_served_where_there_is_one(start: Callable[..., Bridge], tmp_path: Path) -> None:
    chain, key = a_certificate(tmp_path)
    bridge = start(TLS_CERTIFICATE_FILE=str(chain), TLS_PRIVATE_KEY_FILE=str(key))

    trust = grpc.ssl_channel_credentials(chain.read_bytes())
    wait_for_health(bridge.address, trust)
    with grpc.secure_channel(bridge.address, trust) as channel:
        image = Caller(channel).upload(whole(b"a photo"))
    with grpc.insecure_channel(bridge.address) as channel, pytest.raises(grpc.RpcError) as refusal:
        Caller(channel)

    error: Any = refusal.value
    assert image.size_bytes == len(b"a photo")
    assert error.code() is grpc.StatusCode.UNAVAILABLE


def test_a_port_that_is_taken_ends_the_bridge(bridge: Bridge, start: Callable[..., Bridge]) -> None:
    second = start(GRPC_PORT=bridge.address.rpartition(":")[2])

    assert second.process.wait(20) != 0
    assert bridge.process.poll() is None


@pytest.mark.parametrize(
    ("told", "words"),
    [({"EVENTS_QUEUE_URL": None}, "EVENTS_QUEUE_URL is not set"), ({"TLS_CERTIFICATE_FILE": "x"}, "or neither")],
)
def test_a_setting_that_is_missing_is_named(
    aws: Deployed, tmp_path: Path, told: dict[str, str | None], words: str
) -> None:
    settings = {name: value for name, value in {**variables(aws), **told}.items() if value is not None}

    bridge = Bridge(settings, tmp_path / "log")

    assert bridge.process.wait(20) != 0
    assert words in bridge.output.read_text()


def test_a_relay_that_ends_by_itself_ends_the_bridge() -> None:
    async def ends() -> None: ...

    with pytest.raises(RuntimeError, match="relay ended by itself"):
        asyncio.run(load_app()._to_the_end("relay", ends(), asyncio.Event()))  # noqa: SLF001 - it cannot be made to end


def test_while_the_database_is_away_callers_are_told_to_come_back(start: Callable[..., Bridge]) -> None:
    bridge = start(DATABASE_URL=f"postgresql://nobody@127.0.0.1:{free_port()}/nothing")
    bridge.wait_until_it_serves()

    with grpc.insecure_channel(bridge.address) as channel, pytest.raises(grpc.RpcError) as refusal:
        Caller(channel)

    error: Any = refusal.value
    assert error.code() is grpc.StatusCode.UNAVAILABLE
    assert ("retry-after", "5") in error.trailing_metadata()
    assert bridge.process.poll() is None


def test_the_log_tells_each_rpc_and_nothing_personal(bridge: Bridge) -> None:
    with grpc.insecure_channel(bridge.address) as channel:
        ada = Caller(channel)
        ada.upload(whole(b"a photo"))
    assert bridge.end() == 0

    log = bridge.output.read_text()
    assert '"method":"/bridge.v1.ImageService/UploadImage","code":"OK"' in log
    assert ada.email not in log
    assert ada.access_token not in log
    assert "harbour" not in log


class Peak:
    """The most memory that a process has while this watches."""

    def __init__(self, process: psutil.Process) -> None:
        self.rss = 0
        self._process = process
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(5)

    def _watch(self) -> None:
        while not self._over.is_set():
            self.rss = max(self.rss, self._process.memory_info().rss)
            time.sleep(0.002)


def halfway(begun: threading.Event, released: threading.Event) -> Iterator[image_pb2.UploadImageRequest]:
    yield announcing(100 * len(CHUNK))
    for _ in range(50):
        yield chunk(CHUNK)
    begun.set()
    released.wait(30)
    for _ in range(50):
        yield chunk(CHUNK)


def health_watch(channel: grpc.Channel) -> Iterator[health_pb2.HealthCheckResponse]:
    stub: Any = health_pb2_grpc.HealthStub(channel)
    told: Iterator[health_pb2.HealthCheckResponse] = stub.Watch(health_pb2.HealthCheckRequest(), timeout=60)
    return told


def a_certificate(folder: Path) -> tuple[Path, Path]:
    """Make a certificate for this machine, signed by itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "bridge.test")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    chain_file, key_file = folder / "chain.pem", folder / "key.pem"
    chain_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return chain_file, key_file


def eventually(look: Callable[[], Any], within: float = 20) -> None:
    deadline = time.monotonic() + within
    while not look():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == os.EX_OK
