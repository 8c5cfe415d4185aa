"""The gRPC contract: what its comments promise, what lint and the comparison with the last release hold."""

import re
import shutil
import subprocess
import sys
from functools import cache
from importlib.resources import files
from pathlib import Path

import grpc
import pytest
from google.protobuf.descriptor_pb2 import FileDescriptorSet

from tests.deployed import ROOT

PROTOS = ROOT / "protos"
CONTRACT = {str(path.relative_to(PROTOS)): path.read_text() for path in PROTOS.glob("bridge/*/*.proto")}


def _buf(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    buf = Path(sys.executable).with_name("buf")
    return subprocess.run([buf, *arguments], capture_output=True, check=False, timeout=30)  # noqa: S603 - our own tool


@cache
def _comments_of_rpcs() -> dict[str, str]:
    built = _buf("build", str(PROTOS), "--output", "-#format=binpb")
    assert built.returncode == 0, built.stderr.decode()
    return {
        f"{service.name}.{rpc.name}": location.leading_comments
        for file in FileDescriptorSet.FromString(built.stdout).file
        if file.name in CONTRACT
        for service_number, service in enumerate(file.service)
        for rpc_number, rpc in enumerate(service.method)
        for location in file.source_code_info.location
        if list(location.path) == [6, service_number, 2, rpc_number]
    }


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The contract in a folder of its own, for a test to change."""
    return Path(shutil.copytree(PROTOS, tmp_path / "protos"))


def _change(copy: Path, file: str, old: str, new: str) -> None:
    path = copy / "bridge/v1" / file
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))


@pytest.mark.parametrize(("rpc", "comment"), sorted(_comments_of_rpcs().items()))
def test_an_rpc_names_the_codes_it_refuses_with(rpc: str, comment: str) -> None:
    _, refuses, codes = " ".join(comment.split()).partition("Refuses with ")
    named = {word for word in re.findall(r"[A-Z_]{4,}", codes) if word in grpc.StatusCode.__members__}

    assert refuses, rpc
    assert named, rpc


def test_the_services_are_these() -> None:
    assert sorted(_comments_of_rpcs()) == [
        *(f"AuthService.{name}" for name in ("Login", "Refresh", "Register", "Verify")),
        *(f"ImageService.{name}" for name in ("GetImage", "GetLastImage", "ListImages", "UploadImage", "WatchImage")),
    ]


def test_the_installed_stubs_are_of_these_protos_and_typed() -> None:
    installed = files("bridge")

    assert installed.joinpath("py.typed").is_file()
    assert {name: files(name.split("/")[0]).joinpath(*name.split("/")[1:]).read_text() for name in CONTRACT} == CONTRACT


def test_the_contract_keeps_what_was_released() -> None:
    compared = _buf("breaking", str(PROTOS), "--against", str(PROTOS / "released"))

    assert compared.returncode == 0, compared.stdout.decode()


@pytest.mark.parametrize(
    ("file", "released", "changed", "complaint"),
    [
        (
            "image.proto",
            "  string file_name = 4;\n",
            "  reserved 4;\n",
            'Previously present field "4" with name "file_name"',
        ),
        ("image.proto", "  string file_name = 4;\n", "  string name = 4;\n", 'changed name from "file_name" to "name"'),
        (
            "image.proto",
            "  string file_name = 4;\n",
            "  bytes file_name = 4;\n",
            'changed type from "string" to "bytes"',
        ),
        ("auth.proto", "rpc Refresh(", "rpc Renew(", 'Previously present RPC "Refresh"'),
    ],
)
def test_a_change_that_breaks_clients_is_caught(
    copy: Path, file: str, released: str, changed: str, complaint: str
) -> None:
    _change(copy, file, released, changed)

    compared = _buf("breaking", str(copy), "--against", str(PROTOS / "released"))

    assert compared.returncode != 0
    assert complaint in compared.stdout.decode()


def test_a_new_field_breaks_nobody(copy: Path) -> None:
    _change(
        copy, "image.proto", "  string file_name = 4;\n", "  string file_name = 4;\n  // New.\n  string camera = 99;\n"
    )

    compared = _buf("breaking", str(copy), "--against", str(PROTOS / "released"))

    assert compared.returncode == 0, compared.stdout.decode()


@pytest.mark.parametrize(
    ("file", "old", "new", "complaint"),
    [
        (
            "image.proto",
            "rpc GetLastImage(GetLastImageRequest)",
            "rpc GetLastImage(GetImageRequest)",
            "GetLastImageRequest",
        ),
        ("auth.proto", "  // Its password.\n", "", 'Field "password" should have a non-empty comment'),
    ],
)
def test_lint_refuses_shared_requests_and_fields_that_say_nothing(
    copy: Path, file: str, old: str, new: str, complaint: str
) -> None:
    _change(copy, file, old, new)

    linted = _buf("lint", str(copy))

    assert linted.returncode != 0
    assert complaint in linted.stdout.decode()
