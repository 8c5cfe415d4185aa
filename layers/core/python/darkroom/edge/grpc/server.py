"""A gRPC server: our services, health and reflection, within limits, over TLS where there is a certificate."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

import grpc
from bridge.v1 import auth_pb2, image_pb2
from bridge.v1.auth_pb2_grpc import add_AuthServiceServicer_to_server
from bridge.v1.image_pb2_grpc import add_ImageServiceServicer_to_server
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from darkroom.edge.grpc.auth_service import AuthService
from darkroom.edge.grpc.guard import Guard
from darkroom.edge.grpc.image_service import ImageService
from darkroom.images.streaming import LONGEST_STREAM

LARGEST_MESSAGE = 128 * 1024
UNREAD_BYTES = 1024 * 1024  # of a stream, before its caller has to wait; over 100 ms of way that is 10 MB/s
LONGEST_WATCH_SECONDS = 900.0  # as long as an access token is good

_MOST_CALLS = 2000
_LAST_WORDS_SECONDS = 1.0
_OPTIONS = (
    ("grpc.max_receive_message_length", LARGEST_MESSAGE),
    ("grpc.http2.bdp_probe", 0),  # it would let a fast caller fill our memory while the storage is slow
    ("grpc.http2.lookahead_bytes", UNREAD_BYTES),
    ("grpc.max_concurrent_streams", 256),
    ("grpc.so_reuseport", 0),  # a port that somebody else holds is an error, not a share
    ("grpc.keepalive_time_ms", 30_000),  # a caller that is gone without a word is noticed
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
    ("grpc.http2.max_ping_strikes", 0),
)
_SERVICES = tuple(
    module.DESCRIPTOR.services_by_name[name].full_name
    for module, name in ((auth_pb2, "AuthService"), (image_pb2, "ImageService"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """Files in PEM: the chain, our own certificate first, and its private key."""

    chain: Path
    key: Path


class Server:
    """Serves until it is drained."""

    def __init__(
        self, auth: AuthService, images: ImageService, *, address: str, certificate: Certificate | None
    ) -> None:
        self._images = images
        self._guard = Guard(
            {"UploadImage": LONGEST_STREAM.total_seconds(), "WatchImage": LONGEST_WATCH_SECONDS},
        )
        self._health = health.aio.HealthServicer()
        self._server = grpc.aio.server(
            interceptors=[self._guard], options=_OPTIONS, maximum_concurrent_rpcs=_MOST_CALLS
        )
        add_AuthServiceServicer_to_server(auth, self._server)
        add_ImageServiceServicer_to_server(images, self._server)
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        reflection.enable_server_reflection((*_SERVICES, health.SERVICE_NAME, reflection.SERVICE_NAME), self._server)
        self._listen(address, certificate)

    async def start(self) -> None:
        """Begin to serve, and say so to whoever asks about our health."""
        await self._server.start()
        for service in _SERVICES:
            await self._health.set(service, health_pb2.HealthCheckResponse.SERVING)

    async def drain(self, within: float) -> None:
        """Say that we are leaving, take no more calls, let those at hand end, and after that cut what is left."""
        await self._health.enter_graceful_shutdown()
        self._images.leave()
        stopping = asyncio.create_task(self._server.stop(within))
        await self._guard.idle(within)
        await self._server.stop(_LAST_WORDS_SECONDS)
        await stopping

    def _listen(self, address: str, certificate: Certificate | None) -> None:
        if certificate is None:
            self._server.add_insecure_port(address)
            return
        pair = (certificate.key.read_bytes(), certificate.chain.read_bytes())
        self._server.add_secure_port(address, grpc.ssl_server_credentials([pair]))
