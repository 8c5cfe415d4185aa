"""Generates the stubs while a wheel is built, so that nothing generated is kept among the sources."""

import sys
import sysconfig
from importlib.metadata import requires
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory
from typing import Any

from grpc_tools import _proto, protoc
from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface

PACKAGE = "bridge"


class Stubs(BuildHookInterface[Any]):
    """Puts the stubs beside the .proto files in the wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Generate them into a folder that lasts until the wheel is written."""
        del version
        self._generated = TemporaryDirectory(prefix="darkroom-protos-")
        generate(Path(self.root), Path(self._generated.name))
        build_data["force_include"][str(Path(self._generated.name, PACKAGE))] = PACKAGE

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove the folder."""
        del version, build_data, artifact_path
        self._generated.cleanup()


class Needs(MetadataHookInterface):
    """Lets the wheel depend on the grpcio and protobuf that go with the compiler of this build."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Copy the compiler's own bounds."""
        bounds = requires("grpcio-tools") or []
        metadata["dependencies"] = [bound for bound in bounds if bound.startswith(("grpcio", "protobuf"))]


def generate(protos: Path, output: Path) -> None:
    """Compile every .proto below the package into messages, services and the types of both."""
    sources = sorted(str(path) for path in (protos / PACKAGE).rglob("*.proto"))
    outputs = [f"--{kind}_out={output}" for kind in ("python", "grpc_python")]
    outputs += [f"--{kind}_out=quiet:{output}" for kind in ("mypy", "mypy_grpc")]
    plugins = [f"--plugin=protoc-gen-{name}={_plugin(f'protoc-gen-{name}')}" for name in ("mypy", "mypy_grpc")]
    well_known = Path(_proto.__path__[0])
    if protoc.main(["protoc", f"-I{protos}", f"-I{well_known}", *plugins, *outputs, *sources]):
        sys.exit("The .proto files do not compile: the lines above say where. `buf lint` says more.")
    for folder in {output / PACKAGE, *(path.parent for path in output.rglob("*_pb2.py"))}:
        (folder / "__init__.py").touch()
    (output / PACKAGE / "py.typed").touch()


def _plugin(name: str) -> str:
    found = which(name, path=sysconfig.get_path("scripts")) or which(name)
    if not found:
        sys.exit(f"{name} is missing: install mypy-protobuf into the environment that builds, or build with isolation.")
    return found
