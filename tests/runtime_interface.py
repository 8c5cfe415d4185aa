"""The real Lambda runtime without Docker: AWS's runtime interface emulator in front of AWS's runtime client."""

import json
import os
import platform
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import requests

from tests.deployed import ROOT

_MACHINE = {"x86_64": "x86_64", "amd64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}[platform.machine().lower()]
_START_SECONDS = 20
_LEASH = ROOT / "localstack/leash.py"  # so that they end with the tests, however those end


class Runtime:
    """One function in the runtime that Lambda runs it in; one event at a time, as there."""

    def __init__(self, name: str, handler: str, variables: Mapping[str, str], *, routes: Sequence[str] = ()) -> None:
        self.routes = routes
        self._port = _free_port()
        self._process = subprocess.Popen(  # noqa: S603 - AWS's own programs
            [
                *(sys.executable, str(_LEASH), str(int(signal.SIGTERM)), "-", "-", str(os.getpid())),
                str(_emulator()),
                *("--runtime-interface-emulator-address", f"127.0.0.1:{self._port}"),
                *("--runtime-api-address", f"127.0.0.1:{_free_port()}"),
                *(sys.executable, "-m", "awslambdaric", handler),
            ],
            cwd=ROOT / "functions" / name,
            env={
                **variables,
                "AWS_LAMBDA_FUNCTION_NAME": name,
                "AWS_LAMBDA_FUNCTION_TIMEOUT": "60",
                "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1024",
                "LAMBDA_TASK_ROOT": str(ROOT / "functions" / name),
                "PYTHONPATH": f"{ROOT / 'functions' / name}:{ROOT / 'layers/core/python'}",
                "PATH": "/usr/bin:/bin",
            },
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def __call__(self, event: Any, context: Any = None) -> Any:
        """Invoke the function with an event and return its answer; the runtime makes the context."""
        del context
        return self.invoke(json.dumps(event).encode()).json()

    def invoke(self, payload: bytes) -> requests.Response:
        """Invoke the function with raw bytes."""
        self._wait()
        address = f"http://127.0.0.1:{self._port}/2015-03-31/functions/function/invocations"
        return requests.post(address, data=payload, timeout=60)

    def stop(self) -> None:
        """End the runtime and the function in it."""
        self._process.terminate()
        self._process.wait(10)

    def _wait(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", self._port), timeout=1).close()
            except OSError:
                time.sleep(0.02)
            else:
                return
        raise TimeoutError("The runtime interface emulator does not listen.")


def _emulator() -> Path:
    """Return the emulator, which the SAM CLI's package carries."""
    subprocess.run(["/bin/sh", str(ROOT / "localstack/sam.sh")], check=True)  # noqa: S603 - our own script
    (found,) = (ROOT / ".tools/sam").glob(f"lib/python*/site-packages/samcli/local/rapid/aws-lambda-rie-{_MACHINE}")
    found.chmod(0o755)
    return found


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
