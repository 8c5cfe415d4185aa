"""The emulator as the supervisor sees it: started, answering, checkpointed."""

import os
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping

from localstack import processes
from localstack.home import CHECKOUT, LOOPBACK, Home, Ports
from localstack.trouble import Trouble

REGION = "us-east-1"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}


def start(home: Home, ports: Ports) -> processes.Child:
    """Start the emulator and return it once it answers."""
    child = processes.start(
        "emulator",
        [sys.executable, "-m", "localstack.emulator"],
        log=home.logs / "emulator.log",
        environment=_environment(home, ports),
        folder=CHECKOUT,
    )
    deadline = time.monotonic() + 60
    while child.is_running() and time.monotonic() < deadline:
        if answers(ports):
            return child
        time.sleep(0.02)
    child.kill_group()
    raise Trouble(f"The AWS emulator does not start: {home.logs / 'emulator.log'} says why.")


def answers(ports: Ports) -> bool:
    """Tell whether the emulator answers."""
    return _request(ports, "GET", "/_ministack/health")


def checkpoint(ports: Ports) -> None:
    """Have the emulator write down what it knows, now."""
    _request(ports, "POST", "/_darkroom/checkpoint")


def _request(ports: Ports, method: str, path: str) -> bool:
    request = urllib.request.Request(f"http://{LOOPBACK}:{ports.aws}{path}", method=method)
    try:
        with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310 - our own
            return bool(response.status < 300)  # noqa: PLR2004 - success
    except (urllib.error.URLError, OSError):
        return False


def _environment(home: Home, ports: Ports) -> Mapping[str, str]:
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "MINISTACK_", "LAMBDA_"))},
        **CREDENTIALS,
        "DARKROOM_HOME": str(home.root),
        "DARKROOM_PORT": str(ports.aws),
        "DARKROOM_API_PORT": str(ports.api),
        "DARKROOM_MEDIA_PORT": str(ports.media),
        "DARKROOM_POSTGRES_PORT": str(ports.postgres),
        "DARKROOM_GRPC_PORT": str(ports.grpc),
        "DARKROOM_WEB_PORT": str(ports.web),
        "DARKROOM_DEV_PORT": str(ports.dev),
        "DARKROOM_LOGS": str(home.logs),
        "GATEWAY_PORT": str(ports.aws),
        "BIND_HOST": LOOPBACK,
        "MINISTACK_REGION": REGION,
        "PERSIST_STATE": "1",
        "STATE_DIR": str(home.cloud / "state"),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(home.cloud / "objects"),
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "LOG_LEVEL": "WARNING",
        "TMPDIR": str(home.temporary),
        # CloudFront functions run in Node; where the machine has none, in the one that the web app was built with.
        "PATH": f"{os.environ.get('PATH', os.defpath)}{os.pathsep}{CHECKOUT / '.tools/node/bin'}",
        "PYTHONUNBUFFERED": "1",
    }
