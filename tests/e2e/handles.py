"""Handles on a local cloud: start it, stop it, look at it, break it."""

import contextlib
import functools
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import httpx
import psutil

from localstack.home import CHECKOUT, SOURCE, Home
from localstack.postgres import Postgres

PATIENCE_SECONDS = 60


@dataclass
class LocalCloud:
    """`python -m localstack up` on a folder of its own, from a copy of the sources that a test may edit."""

    home: Home
    source: Path
    port: int
    process: subprocess.Popen[bytes] | None = None
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "DARKROOM_"))}
        kept.pop("DATABASE_URL", None)
        return kept | {
            "DARKROOM_HOME": str(self.home.root),
            "DARKROOM_PORT": str(self.port),
            "DARKROOM_SOURCE": str(self.source),
            **self.settings,
        }

    @property
    def output(self) -> str:
        return (self.home.root.parent / "output").read_text()

    @property
    def endpoints(self) -> dict[str, str]:
        found: dict[str, str] = json.loads(self.home.endpoints.read_text())
        return found

    @property
    def database_url(self) -> str:
        return Postgres(self.home, self.port + 16).url

    def command(self, *arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
        """Run another command of the local cloud on the same folder."""
        return subprocess.run(  # noqa: S603 - our own command
            [sys.executable, "-m", "localstack", *arguments],
            env=self.environment | changes,
            cwd=CHECKOUT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE_SECONDS,
        )

    def start(self) -> None:
        """Begin to start, and come back at once."""
        build_the_web_app()  # here, where it does not count as a slow start
        self.home.root.parent.mkdir(parents=True, exist_ok=True)
        with (self.home.root.parent / "output").open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "localstack", "up"],
                env=self.environment,
                cwd=CHECKOUT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def up(self) -> None:
        """Be up: start if need be, and wait until the addresses answer."""
        if self.process is None or self.process.poll() is not None:
            self.start()
        eventually(self._answers)

    def stop(self, how: signal.Signals = signal.SIGINT) -> int:
        """Stop as Ctrl-C does, and return the exit code."""
        if self.process is None:
            return 0
        self.process.send_signal(how)
        code = self.process.wait(PATIENCE_SECONDS)
        self.process = None
        return code

    def part(self, *words: str) -> psutil.Process:
        """Find the process of this cloud whose command line has all these words."""
        assert self.process
        for child in psutil.Process(self.process.pid).children(recursive=True):
            with contextlib.suppress(psutil.Error):
                if all(word in " ".join(child.cmdline()) for word in words):
                    return child
        raise LookupError(f"No process of the cloud has {words} in its command line.")

    def bridge_serves(self) -> bool:
        """Ask the bridge for its health, over gRPC."""
        from darkroom.edge.grpc.probe import probe  # noqa: PLC0415 - few tests that take ports need gRPC

        return probe(str(self.port + 17), "") == "SERVING"

    def kill_supervisor(self) -> None:
        """Kill it outright, and nothing else."""
        assert self.process
        self.process.kill()
        self.process.wait(PATIENCE_SECONDS)
        self.process = None

    def invoke(self, function: str, event: Mapping[str, Any] | None = None) -> Any:
        """Call a function and return its answer."""
        functions = boto3.client("lambda", **self.aws())
        try:
            answer = functions.invoke(FunctionName=f"darkroom-{function}", Payload=json.dumps(event or {}).encode())
            return json.loads(answer["Payload"].read())
        finally:
            functions.close()

    def aws(self) -> dict[str, Any]:
        """Return what a boto3 client needs."""
        return {
            "endpoint_url": f"http://127.0.0.1:{self.port}",
            "region_name": "us-east-1",
            "aws_access_key_id": "test",
            "aws_secret_access_key": "test",
        }

    def _answers(self) -> bool:
        assert self.process
        assert self.process.poll() is None, self.output
        with contextlib.suppress(OSError, httpx.HTTPError, ValueError):
            return httpx.get(f"{self.endpoints['api']}/.well-known/jwks.json").status_code == httpx.codes.OK
        return False


def eventually(look: Callable[[], Any], *, within: float = PATIENCE_SECONDS) -> Any:
    """Look again until it is so, and return what was seen."""
    deadline = time.monotonic() + within
    while not (seen := look()):
        assert time.monotonic() < deadline, f"Not so within {within} s."
        time.sleep(0.05)
    return seen


@functools.cache
def build_the_web_app() -> str:
    """Build it, once for all clouds, and return what was said about it; a cloud comes up without it as well."""
    script = str(CHECKOUT / "localstack/web.sh")
    ran = subprocess.run(["/bin/sh", script], capture_output=True, text=True, check=False)  # noqa: S603 - our own
    return ran.stderr


def free_ports() -> int:
    """Return a port P such that it and those a cloud derives from it, P+14 to P+18, are free."""
    for first in range(21000 + os.getpid() % 500 * 20, 32000, 20):
        with contextlib.ExitStack() as probes:
            try:
                for port in (first, *range(first + 14, first + 19)):
                    probes.enter_context(socket.socket()).bind(("127.0.0.1", port))
            except OSError:
                continue
            return first
    raise LookupError("No free ports.")


def copy_of_the_sources(folder: Path) -> Path:
    """Copy what is deployed, so that a test can edit it."""
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(SOURCE / "functions", folder / "functions", ignore=ignored)
    shutil.copytree(SOURCE / "layers", folder / "layers", ignore=ignored)
    shutil.copy(SOURCE / "template.yaml", folder)
    return folder
