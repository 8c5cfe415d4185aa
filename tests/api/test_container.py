"""The bridge's container: it is given everything that the bridge imports."""

import json
import re
import subprocess
import sys

from tests.deployed import ROOT

DOCKERFILE = (ROOT / "functions/bridge/Dockerfile").read_text()
BUILDS_STUBS = "protos/requirements.txt"  # stays behind in the first stage
START_WITH_NOTHING_ELSE = """
import json, re, runpy, sys
from importlib.metadata import packages_distributions

given = set(json.loads(sys.argv[1]))
owners = {
    package: {re.sub(r"[-_.]+", "-", name).lower() for name in names}
    for package, names in packages_distributions().items()
}

class NotInTheContainer:
    def find_spec(self, name, path=None, target=None):
        if (owned_by := owners.get(name)) and not owned_by & given:
            raise ModuleNotFoundError(f"{name} of {owned_by} is not in the container", name=name)

sys.meta_path.insert(0, NotInTheContainer())
runpy.run_path("functions/bridge/app.py", run_name="function_bridge")
import darkroom.edge.grpc.probe
"""


def test_the_bridge_starts_with_what_the_container_installs() -> None:
    locks = set(re.findall(r"-r (\S+)", DOCKERFILE)) - {BUILDS_STUBS}
    locked = [name for lock in locks for name in re.findall(r"(?m)^([a-z0-9._-]+)==", (ROOT / lock).read_text())]

    started = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", START_WITH_NOTHING_ELSE, json.dumps([*locked, "darkroom", "darkroom-protos"])],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert locked
    assert started.returncode == 0, started.stderr


def test_the_container_is_given_each_file_it_copies() -> None:
    copied = re.findall(r"(?m)^COPY (?!--from)(\S+) ", DOCKERFILE)
    given = re.findall(r"(?m)^!(\S+)", (ROOT / ".dockerignore").read_text())

    assert copied
    for path in copied:
        assert (ROOT / path).exists()
        assert any(one == path or one.startswith(f"{path}/") for one in given), path
