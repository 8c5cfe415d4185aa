"""The bridge as the supervisor sees it: the gRPC server with the relay inside, kept up and let drain."""

import json
import os
import secrets
import signal
import socket
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from h2.connection import H2Connection
from h2.events import ConnectionTerminated, DataReceived, StreamEnded, StreamReset

from localstack import processes
from localstack.cloud import CREDENTIALS, REGION
from localstack.home import LOOPBACK, SOURCE, Home, Ports, write

_SOON_SECONDS = 10.0  # a bridge that ends sooner than this will most likely do so again
_LONGEST_PAUSE_SECONDS = 15.0
_GIVE_UP_AFTER = 3
_SERVING = b"\x08\x01"


class Bridge:
    """At most one bridge. One that ends is started again; one that keeps ending, after longer and longer pauses.

    Unlike the database and the emulator it runs code that is being edited, so its ending never ends the cloud.
    """

    def __init__(self, home: Home, ports: Ports, *, endpoint: str, say: Callable[[str], None]) -> None:
        self._home = home
        self._kept = home.secrets / "bridge.json"
        self._ports = ports
        self._endpoint = endpoint
        self._say = say
        self._settings: Mapping[str, str] | None = None
        self._child: processes.Child | None = None
        self._started_at = 0.0
        self._start_at: float | None = None  # when it is to be started, if it is
        self._ended_soon = 0
        self._answers = False

    @property
    def log(self) -> Path:
        """What it says."""
        return self._home.logs / "bridge.log"

    @property
    def runs(self) -> bool:
        """Tell whether there is one."""
        return self._child is not None

    @property
    def answers(self) -> bool:
        """Tell whether it has answered since it was started."""
        return self._answers

    @property
    def keeps_ending(self) -> bool:
        """Tell whether it ended again and again soon after its start."""
        return self._ended_soon >= _GIVE_UP_AFTER

    def serve_as_before(self) -> None:
        """Run with the settings of the last time, if there was one: they seldom change, and it can start meanwhile."""
        with suppress(FileNotFoundError, ValueError):
            self._settings = json.loads(self._kept.read_text(encoding="utf-8"))
            self.restart()

    def serve(self, settings: Mapping[str, str]) -> None:
        """Run with these settings; one that does so already is left alone."""
        if settings != self._settings:
            write(self._kept, json.dumps(settings), mode=0o600)
            self._settings = dict(settings)
            self.restart()

    def restart(self) -> None:
        """Start it anew: with other settings, or with code that was edited."""
        if self._settings is None:
            return
        self.stop(patience=3)
        self._ended_soon = 0
        self._start()

    def look(self) -> None:
        """Notice that it ended or that it answers, and start it when that is due."""
        if self._child and not self._child.is_running():
            self._note_the_end(self._child)
        if self._start_at is not None and time.monotonic() >= self._start_at:
            self._start()
        if self._child and not self._answers and _is_healthy(self._ports.grpc):
            self._answers = True
            if self._ended_soon:
                self._say("bridge is back")

    def stop(self, *, patience: float) -> None:
        """Let it finish what it is at, for so many seconds."""
        self._start_at = None
        self._answers = False
        if self._child:
            self._child.stop(signal.SIGTERM, patience=patience)
            self._child = None

    def _start(self) -> None:
        self._start_at = None
        self._started_at = time.monotonic()
        self._child = processes.start(
            "bridge",
            [sys.executable, str(SOURCE / "functions/bridge/app.py")],
            log=self.log,
            environment=self._environment(),
            folder=SOURCE,
        )

    def _note_the_end(self, child: processes.Child) -> None:
        lived = time.monotonic() - self._started_at
        self._ended_soon = self._ended_soon + 1 if lived < _SOON_SECONDS else 1
        pause = 0.0 if self._ended_soon == 1 else min(_LONGEST_PAUSE_SECONDS, 2.0 ** (self._ended_soon - 2))
        self._start_at = time.monotonic() + pause
        again = "starting it again" if not pause else f"{self.log} says why; starting it again in {pause:.0f} s"
        self._say(f"bridge ended ({child.ending()}); {again}")
        child.kill_group()
        self._child, self._answers = None, False

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        own = {name: value for name, value in os.environ.items() if name in CREDENTIALS or name == "AWS_REGION"}
        return {
            **kept,
            "AWS_REGION": REGION,
            **CREDENTIALS,
            **own,
            "AWS_DEFAULT_REGION": own.get("AWS_REGION", REGION),
            "AWS_ENDPOINT_URL": self._endpoint,
            "PYTHONPATH": str(SOURCE / "layers/core/python"),
            "PYTHONUNBUFFERED": "1",
            "TMPDIR": str(self._home.temporary),
            **(self._settings or {}),
            "GRPC_HOST": LOOPBACK,
            "GRPC_PORT": str(self._ports.grpc),
            "SERVICE_TOKEN": _service_token(self._home),
        }


def _service_token(home: Home) -> str:
    file = home.secrets / "service-token"
    with suppress(FileNotFoundError):
        if kept := file.read_text(encoding="utf-8").strip():
            return kept
    token = secrets.token_urlsafe(32)
    write(file, token, mode=0o600)
    return token


def _is_healthy(port: int) -> bool:
    """Ask `grpc.health.v1.Health/Check`, in so few frames that the supervisor needs no gRPC of its own."""
    connection = H2Connection()
    connection.initiate_connection()
    connection.send_headers(
        1,
        [
            (":method", "POST"),
            (":scheme", "http"),
            (":authority", "localhost"),
            (":path", "/grpc.health.v1.Health/Check"),
            ("content-type", "application/grpc"),
            ("te", "trailers"),
        ],
    )
    connection.send_data(1, bytes(5), end_stream=True)
    said = b""
    with suppress(OSError), socket.create_connection((LOOPBACK, port), timeout=2) as wire:
        wire.sendall(connection.data_to_send())
        while received := wire.recv(65_536):
            for event in connection.receive_data(received):
                if isinstance(event, DataReceived):
                    said += event.data
                elif isinstance(event, (StreamEnded, StreamReset, ConnectionTerminated)):
                    return said.endswith(_SERVING)
            wire.sendall(connection.data_to_send())
    return False
