"""What each function imports before its first event: exactly what it uses, within a budget."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.deployed import LAMBDAS, ROOT, Deployed, left_out_of_layers

WATCHED = {
    *("PIL", "argon2", "aws_lambda_powertools", "aws_xray_sdk", "boto3", "botocore", "chalice", "cryptography", "grpc"),
    *("graphql", "httpx", "jwt", "msgspec", "multipart", "pillow_heif", "psycopg", "pynamodb", "rich", "strawberry"),
    "typer",
}
POWERTOOLS = {"aws_lambda_powertools", "botocore"}  # it looks whether botocore is there, and loads a little of it
HTTP = {*POWERTOOLS, "chalice", "cryptography", "jwt", "msgspec", "psycopg"}
STRAWBERRY = {"graphql", "strawberry"}
HEAVY_IMPORTS = {
    "auth": HTTP | {"argon2", "boto3", "pynamodb"},
    "upload": HTTP | {"boto3", "multipart"},
    "info": HTTP,
    "images": HTTP | {"boto3"},
    "graphql": HTTP | STRAWBERRY | {"boto3", "pynamodb"},
    "notify": POWERTOOLS | STRAWBERRY | {"msgspec", "psycopg", "pynamodb"},
    "sockets": POWERTOOLS | STRAWBERRY | {"boto3", "psycopg", "pynamodb"},
    "convert": POWERTOOLS | {"PIL", "boto3", "pillow_heif", "psycopg"},
    "sweep": POWERTOOLS | {"boto3", "psycopg"},
    "migrate": POWERTOOLS | {"psycopg"},
}
BUDGETS = {"auth": 3.1, "upload": 3.0, "info": 1.5, "images": 3.0, "convert": 3.1, "sweep": 2.8, "migrate": 1.1} | {
    "graphql": 4.0,
    "notify": 3.3,
    "sockets": 3.6,
}
"""CPU of a cold import as multiples of importing chalice, PyJWT, msgspec and psycopg alone.

A third above what was measured: 2.4, 2.3, 1.1, 2.3, 2.4, 2.1 and 0.8 (that floor took 125 ms); then 3.0, 2.4 and 2.7.
"""

_FLOOR = "import chalice.app, jwt, msgspec, psycopg"
_COLD = """
import json, sys, time

class Absent:  # no layer has pydantic; here a tool brought it, and Strawberry loads it where it is
    def find_spec(name, path=None, target=None):
        if name.partition(".")[0] == "pydantic":
            raise ModuleNotFoundError(name)


sys.meta_path.insert(0, Absent)
begun = time.process_time()
{imports}
print(json.dumps([time.process_time() - begun, sorted({{name.partition(".")[0] for name in sys.modules}})]))
"""


@pytest.mark.parametrize("name", sorted(HEAVY_IMPORTS))
def test_a_function_imports_exactly_what_it_uses(name: str, deployed: Deployed, tmp_path: Path) -> None:
    """REQUIREMENTS 30."""
    _, modules = _import(name, deployed, tmp_path)

    assert set(modules) & (WATCHED | left_out_of_layers()) == HEAVY_IMPORTS[name]


@pytest.mark.parametrize("name", sorted(BUDGETS))
def test_a_cold_start_keeps_its_budget(name: str, deployed: Deployed, tmp_path: Path) -> None:
    """REQUIREMENTS 30: a ratio of CPU within one run, with bytecode at hand as in our layers.

    The least of a few rounds counts; a busy neighbour on the machine gets more of them before it decides.
    """
    _import(name, deployed, tmp_path)
    _cold(_FLOOR, {}, tmp_path)

    function, floor = float("inf"), float("inf")
    for _ in range(10):
        function = min(function, _import(name, deployed, tmp_path)[0])
        floor = min(floor, _cold(_FLOOR, {}, tmp_path)[0])
        if function <= BUDGETS[name] * floor:
            break

    assert function <= BUDGETS[name] * floor


def test_every_function_has_its_lines_here() -> None:
    assert set(LAMBDAS) == set(HEAVY_IMPORTS) == set(BUDGETS)


def _import(name: str, deployed: Deployed, bytecode: Path) -> tuple[float, list[str]]:
    return _cold(
        f"sys.path.insert(0, {str(ROOT / 'functions' / name)!r}); import app", deployed.variables(name), bytecode
    )


def _cold(imports: str, variables: dict[str, str], bytecode: Path) -> tuple[float, list[str]]:
    """Import in a fresh interpreter; return CPU seconds and the names of all packages that were loaded."""
    account = dict.fromkeys(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), "test")
    answer = subprocess.run(  # noqa: S603 - this interpreter
        [sys.executable, "-c", _COLD.format(imports=imports)],
        env={
            **variables,
            **account,
            "AWS_DEFAULT_REGION": "us-east-1",
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT / "layers/core/python"),
            "PYTHONPYCACHEPREFIX": str(bytecode),
        },
        capture_output=True,
        text=True,
        check=True,
    )
    seconds, modules = json.loads(answer.stdout.splitlines()[-1])
    return seconds, modules
