"""`make dev`: the web app from its sources, each edit at once in the browser, against the local cloud that is up."""

import json
import os

from localstack.front import SOCKETS_PATH
from localstack.home import CHECKOUT, Home, Ports, is_free
from localstack.node import folder_of_node
from localstack.supervisor import running_pid
from localstack.trouble import Trouble

_FRONTEND = CHECKOUT / "frontend"


def run(home: Home, ports: Ports) -> None:
    """Become Vite's development server; it leads what is not the app's to the cloud."""
    if running_pid(home) is None or not home.endpoints.exists():
        raise Trouble("The local cloud is not up: run `make up` in another terminal, and `make dev` once that says so.")
    if not is_free(ports.dev):
        raise Trouble(
            f"Port {ports.dev} is taken by another program: stop that, or choose another one, "
            f"for example `make dev DARKROOM_DEV_PORT={ports.dev + 1000}`."
        )
    endpoints = json.loads(home.endpoints.read_text(encoding="utf-8"))
    node = folder_of_node(_FRONTEND)
    settings = {
        "PATH": f"{node}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "DARKROOM_API": endpoints["api"],
        "DARKROOM_SOCKETS": f"ws://localhost:{ports.dev}{SOCKETS_PATH}",
    }
    print(f"The web app with each edit at once: http://localhost:{ports.dev}  (Ctrl-C ends it)", flush=True)
    os.chdir(_FRONTEND)
    vite = str(_FRONTEND / "node_modules/vite/bin/vite.js")
    command = [f"{node}/node", vite, "--port", str(ports.dev), "--strictPort", "--logLevel", "warn"]
    os.execve(command[0], command, {**os.environ, **settings})  # noqa: S606 - becoming it is what this is for
