"""A bridge to test: in a thread of this process against moto, or as the process that a container runs."""

import asyncio
import importlib.util
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import grpc
from bridge.v1 import auth_pb2, auth_pb2_grpc, image_pb2, image_pb2_grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from darkroom.ids import uuid7
from tests.deployed import API_URL, MEDIA_URL, ROOT, Deployed

SERVICE_TOKEN = "between services"
PASSWORD = "correct horse battery"
SOURCE = ROOT / "functions" / "bridge" / "app.py"

Metadata = tuple[tuple[str, str], ...]


def variables(deployed: Deployed, **changes: str) -> dict[str, str]:
    """Return what a bridge is told about a stack."""
    usual = {
        "DATABASE_URL": deployed.database_url,
        "ORIGINALS_BUCKET": deployed.names["OriginalsBucket"],
        "MEDIA_BUCKET": deployed.names["MediaBucket"],
        "MEDIA_URL": MEDIA_URL,
        "TRUSTED_ISSUERS": f'[{{"issuer": "{API_URL}", "audience": "darkroom"}}]',
        "SIGNING_KEYS_SECRET": "darkroom/signing-keys",
        "REFRESH_TOKENS_TABLE": deployed.names["RefreshTokensTable"],
        "THROTTLES_TABLE": deployed.names["ThrottlesTable"],
        "TOKEN_ISSUER": API_URL,
        "TOKEN_AUDIENCE": "darkroom",
        "EVENTS_QUEUE_URL": deployed.names["EventsQueue"],
        "SERVICE_TOKEN": SERVICE_TOKEN,
        "GRPC_PORT": str(free_port()),
    }
    return usual | changes


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def load_app() -> ModuleType:
    spec = importlib.util.spec_from_file_location("function_bridge", SOURCE)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@contextmanager
def bridge_in_a_thread(told: Mapping[str, str]) -> Iterator[str]:
    """Run a bridge and give its address."""
    app = load_app()
    settings = app.BridgeSettings(
        **{name.lower(): int(value) if name == "GRPC_PORT" else value for name, value in told.items()}
    )
    running: dict[str, Any] = {}

    async def serve() -> None:
        running["loop"], running["stop"] = asyncio.get_running_loop(), asyncio.Event()
        begun.set()
        await app.serve(settings, running["stop"])

    begun = threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    assert begun.wait(10)
    address = f"127.0.0.1:{settings.grpc_port}"
    wait_for_health(address)
    yield address
    running["loop"].call_soon_threadsafe(running["stop"].set)
    thread.join(40)
    assert not thread.is_alive()


def wait_for_health(address: str, trust: grpc.ChannelCredentials | None = None) -> None:
    """Wait until a bridge says that it serves."""
    with grpc.secure_channel(address, trust) if trust else grpc.insecure_channel(address) as channel:
        health: Any = health_pb2_grpc.HealthStub(channel)
        answer = health.Check(health_pb2.HealthCheckRequest(), wait_for_ready=True, timeout=20)
        assert answer.status == health_pb2.HealthCheckResponse.SERVING


def start_bridge(told: Mapping[str, str], output: Path) -> "subprocess.Popen[bytes]":
    """Start the container's command."""
    kept = {name: value for name, value in os.environ.items() if name.startswith(("AWS_", "PATH", "VIRTUAL_ENV"))}
    with output.open("ab") as log:
        return subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, str(SOURCE)],
            env=kept | {"PYTHONPATH": str(ROOT / "layers/core/python"), **told},
            stdout=log,
            stderr=subprocess.STDOUT,
        )


class Caller:
    """Somebody with an account, at the bridge."""

    def __init__(self, channel: grpc.Channel, *, signed_in: bool = True) -> None:
        self.auth = auth_pb2_grpc.AuthServiceStub(channel)
        self.images = image_pb2_grpc.ImageServiceStub(channel)
        self.email = f"{uuid7()}@example.com"
        self.metadata: Metadata = ()
        if signed_in:
            session = self.auth.Register(auth_pb2.RegisterRequest(email=self.email, password=PASSWORD)).session
            self.account_id, self.access_token = session.account.id, session.access_token
            self.metadata = (("authorization", f"Bearer {session.access_token}"),)

    def upload(
        self, messages: Iterator[image_pb2.UploadImageRequest], *, timeout: float | None = 30
    ) -> image_pb2.Image:
        return self.images.UploadImage(messages, metadata=self.metadata, timeout=timeout).image

    def get(self, image_id: str) -> image_pb2.Image:
        request = image_pb2.GetImageRequest(image_id=image_id)
        return self.images.GetImage(request, metadata=self.metadata, timeout=10).image


def announcing(size: int, **facts: Any) -> image_pb2.UploadImageRequest:
    usual: dict[str, Any] = {"file_name": "harbour.jpg", "content_type": "image/jpeg", "size_bytes": size}
    return image_pb2.UploadImageRequest(metadata=image_pb2.UploadImageMetadata(**(usual | facts)))


def chunk(data: bytes) -> image_pb2.UploadImageRequest:
    return image_pb2.UploadImageRequest(chunk=data)


def whole(data: bytes, size: int = 65_536, **facts: Any) -> Iterator[image_pb2.UploadImageRequest]:
    """Say what comes, then send it in chunks."""
    yield announcing(len(data), **facts)
    for start in range(0, len(data), size):
        yield chunk(data[start : start + size])
