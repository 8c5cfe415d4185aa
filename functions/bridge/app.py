"""The bridge: a gRPC server for other services and for streams, and beside it the relay of the outbox.

`python app.py` serves until SIGTERM or SIGINT, then drains. If the relay or the listener ends by itself, everything
does, with an exit code that makes whoever started us start us again.
"""

import asyncio
import logging
import signal
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import boto3
from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.utils import copy_config_to_registered_loggers

from darkroom.access.ports import Door
from darkroom.adapters.addresses import MediaAddresses
from darkroom.adapters.dynamo.refresh_tokens import DynamoRefreshTokens
from darkroom.adapters.dynamo.throttle import DynamoThrottle
from darkroom.adapters.passwords import Argon2Passwords
from darkroom.adapters.postgres.listening import Listener
from darkroom.adapters.postgres.pool import PooledUnitOfWork
from darkroom.adapters.postgres.published_keys import publisher, reader
from darkroom.adapters.postgres.relay import Relay
from darkroom.adapters.s3 import S3Uploads, s3_client, session_credentials
from darkroom.adapters.signing_keys import SigningKeys
from darkroom.adapters.sqs import SqsEventsQueue, sqs_client
from darkroom.adapters.tokens import JwtAccessTokens, JwtVerifier
from darkroom.edge.grpc.auth_service import AuthService
from darkroom.edge.grpc.callers import Callers
from darkroom.edge.grpc.image_service import ImageService, Limits, Studio
from darkroom.edge.grpc.server import Certificate, Server
from darkroom.settings import DatabaseSettings, MissingSetting, VerifierSettings

DRAIN_SECONDS = 25.0  # a container has 30 before it is killed
AT_ONCE_SECONDS = 1.0
THREADS = 32
CONNECTIONS = 16

Result = TypeVar("Result")


@dataclass(frozen=True, kw_only=True)
class BridgeSettings(DatabaseSettings, VerifierSettings):
    """Everything that auth, upload and info are told, where events go, and how to be reached.

    Without certificate files the server speaks plaintext; without a service token no service is believed.
    """

    originals_bucket: str
    media_bucket: str
    media_url: str
    signing_keys_secret: str
    refresh_tokens_table: str
    throttles_table: str
    token_issuer: str
    token_audience: str
    events_queue_url: str
    service_token: str = ""
    grpc_port: int
    grpc_host: str = "127.0.0.1"
    tls_certificate_file: str = ""
    tls_private_key_file: str = ""


async def serve(settings: BridgeSettings, stop: asyncio.Event) -> None:
    """Serve and relay until `stop`, then drain; a part that ends before that raises."""
    unit_of_work = PooledUnitOfWork(settings.database_url, size=CONNECTIONS)
    listener = Listener(settings.database_url)
    relay = Relay(settings.database_url, SqsEventsQueue(sqs_client(), settings.events_queue_url), listener)
    drained = asyncio.Event()
    with closing(unit_of_work), ThreadPoolExecutor(THREADS, thread_name_prefix="apart") as threads:
        server = _server(settings, unit_of_work, listener, threads)
        unit_of_work.open()
        async with asyncio.TaskGroup() as parts:
            parts.create_task(_to_the_end("listener", listener.run(drained), drained))
            parts.create_task(_to_the_end("relay", relay.run(drained), drained))
            parts.create_task(_serve(server, stop, drained))


async def _serve(server: Server, stop: asyncio.Event, drained: asyncio.Event) -> None:
    try:
        await server.start()
        await stop.wait()
    finally:
        await server.drain(DRAIN_SECONDS if stop.is_set() else AT_ONCE_SECONDS)
        drained.set()


async def _to_the_end(name: str, work: Awaitable[None], end: asyncio.Event) -> None:
    await work
    if not end.is_set():
        raise RuntimeError(f"The {name} ended by itself: the bridge has to be started again.")


def _server(
    settings: BridgeSettings, unit_of_work: PooledUnitOfWork, listener: Listener, threads: ThreadPoolExecutor
) -> Server:
    def apart(work: Callable[[], Result]) -> Awaitable[Result]:
        return asyncio.get_running_loop().run_in_executor(threads, work)

    keys = SigningKeys(boto3.client("secretsmanager"), settings.signing_keys_secret, publish=publisher(unit_of_work))
    verifier = JwtVerifier.from_json(settings.trusted_issuers, our_keys=reader(unit_of_work))
    callers = Callers(verifier.verify, apart, service_token=settings.service_token)
    door = Door(
        unit_of_work=unit_of_work,
        passwords=Argon2Passwords(),
        access_tokens=JwtAccessTokens(keys, issuer=settings.token_issuer, audience=settings.token_audience),
        refresh_tokens=DynamoRefreshTokens(settings.refresh_tokens_table),
        throttle=DynamoThrottle(settings.throttles_table),
    )
    studio = Studio(
        unit_of_work=unit_of_work,
        uploads=S3Uploads(s3_client(), settings.originals_bucket),
        addresses=MediaAddresses(
            media_url=settings.media_url,
            media_bucket=settings.media_bucket,
            originals_bucket=settings.originals_bucket,
            credentials=session_credentials(),
        ),
        listener=listener,
    )
    return Server(
        AuthService(door, callers, apart),
        ImageService(studio, callers, apart, Limits()),
        address=f"{settings.grpc_host}:{settings.grpc_port}",
        certificate=_certificate(settings),
    )


def _certificate(settings: BridgeSettings) -> Certificate | None:
    if not settings.tls_certificate_file and not settings.tls_private_key_file:
        return None
    if not settings.tls_certificate_file or not settings.tls_private_key_file:
        raise MissingSetting("TLS takes two files: set TLS_CERTIFICATE_FILE and TLS_PRIVATE_KEY_FILE, or neither.")
    return Certificate(chain=Path(settings.tls_certificate_file), key=Path(settings.tls_private_key_file))


def _log_as_json() -> None:
    """Let what the adapters say look like the lines about rpcs."""
    logging.getLogger("darkroom")
    copy_config_to_registered_loggers(source_logger=Logger(service="bridge"), include={"darkroom"})


async def _until_signalled(settings: BridgeSettings) -> None:
    stop = asyncio.Event()
    for told in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(told, stop.set)
    await serve(settings, stop)


if __name__ == "__main__":
    _log_as_json()
    asyncio.run(_until_signalled(BridgeSettings.load()))
