"""Node, from the machine or from a wheel, and what the lock of a folder of JavaScript asks for."""

import subprocess
from pathlib import Path

from localstack.home import CHECKOUT
from localstack.trouble import Trouble


def folder_of_node(installed_for: Path | None = None) -> Path:
    """Return where `node` is; with a folder of JavaScript, install there what its package-lock.json says."""
    command = ["/bin/sh", str(CHECKOUT / "localstack/node.sh"), *([str(installed_for)] if installed_for else [])]
    found = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if found.returncode:
        raise Trouble("The line above says what is missing here: Node 20, or what it is to install.")
    return Path(found.stdout.strip())
