"""Where the client finds the cloud, and where it keeps what it must remember."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from client.problems import Problem

_NO_API = "No Darkroom was found from here: run `make up` in its checkout, or name one with --api or $DARKROOM_API."


def api_address(chosen: str | None) -> str:
    """Return the base address of the API: the chosen one, or what `make up` wrote down."""
    address = chosen or os.environ.get("DARKROOM_API") or endpoint("api")
    if not address:
        raise Problem(_NO_API)
    if not address.startswith(("http://", "https://")):
        raise Problem(f"{address} is not a web address: write it like http://127.0.0.1:4580.")
    return address.rstrip("/")


def sockets_address(api: str) -> str | None:
    """Return where the sockets of the API at `api` are, if that is known; uploads do without."""
    if chosen := os.environ.get("DARKROOM_SOCKETS"):
        return chosen
    return endpoint("sockets") if api == endpoint("api") else None


def endpoint(name: str) -> str | None:
    """Return an address of the local cloud from the nearest `.darkroom/endpoints.json`, looking upwards."""
    here = Path.cwd()
    homes = [folder / ".darkroom" for folder in (here, *here.parents)]
    if chosen := os.environ.get("DARKROOM_HOME"):
        homes.insert(0, Path(chosen))
    for home in homes:
        file = home / "endpoints.json"
        if file.is_file():
            return _strings(file).get(name)
    return None


def own_folder() -> Path:
    """Return the folder for sessions and unfinished uploads; only its owner can look inside."""
    base = os.environ.get("XDG_CONFIG_HOME")
    folder = (Path(base) if base else Path.home() / ".config") / "darkroom"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    return folder


@contextmanager
def locked(name: str) -> Iterator[None]:
    """Let one thread of one process in at a time."""
    descriptor = os.open(own_folder() / f"{name}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def read(path: Path) -> Any:
    """Return what a JSON file of ours says; None if there is none or it was damaged."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None


def write(path: Path, value: object) -> None:
    """Save JSON for the owner's eyes; a crash leaves the old text or the new one and nothing between."""
    fresh = path.with_name(f".{path.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(value, file, indent=2)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def _strings(file: Path) -> dict[str, str]:
    found = read(file)
    if not isinstance(found, dict):
        raise Problem(f"{file} cannot be read: run `make up` again, it writes a new one.")
    return {name: value for name, value in found.items() if isinstance(value, str)}
