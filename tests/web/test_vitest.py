"""The web app's own tests, which are written in TypeScript."""

import os
import subprocess

import pytest

from localstack.home import CHECKOUT
from localstack.node import folder_of_node

FRONTEND = CHECKOUT / "frontend"


@pytest.mark.timeout(600)
def test_what_vitest_finds_holds() -> None:
    node = folder_of_node(FRONTEND)

    ran = subprocess.run(  # noqa: S603 - our own command
        [f"{node}/node", "node_modules/vitest/vitest.mjs", "run", "--no-color"],
        cwd=FRONTEND,
        env={**os.environ, "PATH": f"{node}{os.pathsep}{os.environ['PATH']}", "CI": "true"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == 0, f"{ran.stdout[-8000:]}\n{ran.stderr[-8000:]}"
