"""Where one local cloud keeps its things, and the ports it listens on."""

import os
import shutil
import socket
from dataclasses import dataclass
from pathlib import Path

from localstack.trouble import Trouble

CHECKOUT = Path(__file__).resolve().parent.parent
SOURCE = Path(os.environ.get("DARKROOM_SOURCE") or CHECKOUT).absolute()  # what is deployed; tests edit a copy
LOOPBACK = "127.0.0.1"

_HIGHEST_PORT = 65535
_ENOUGH_BYTES = 200_000_000


@dataclass(frozen=True, slots=True)
class Ports:
    """The ports of one cloud; two clouds with different ones run side by side."""

    aws: int
    api: int
    media: int
    postgres: int
    grpc: int
    web: int
    dev: int  # of `make dev`

    def __post_init__(self) -> None:  # noqa: D105 - a port that exists is valid
        for port in (self.aws, self.api, self.media, self.postgres, self.grpc, self.web, self.dev):
            if not 0 < port <= _HIGHEST_PORT:
                raise Trouble(f"{port} is not a port: choose DARKROOM_PORT between 1024 and 65000.")

    @classmethod
    def load(cls) -> "Ports":
        """Read `DARKROOM_PORT` (4566); the others follow it, or have a variable of their own."""
        aws = _port("DARKROOM_PORT", 4566)
        return cls(
            aws=aws,
            api=_port("DARKROOM_API_PORT", aws + 14),
            media=_port("DARKROOM_MEDIA_PORT", aws + 15),
            postgres=_port("DARKROOM_POSTGRES_PORT", aws + 16),
            grpc=_port("DARKROOM_GRPC_PORT", aws + 17),
            web=_port("DARKROOM_WEB_PORT", aws + 18),
            dev=_port("DARKROOM_DEV_PORT", aws + 19),
        )


@dataclass(frozen=True, slots=True)
class Home:
    """The data folder: everything that one local cloud remembers is below it."""

    root: Path

    @classmethod
    def load(cls) -> "Home":
        """Read `DARKROOM_HOME`; by default it is `.darkroom` in the checkout."""
        return cls(Path(os.environ.get("DARKROOM_HOME") or CHECKOUT / ".darkroom").absolute())

    @property
    def endpoints(self) -> Path:
        """The addresses of the running cloud, for people and programs."""
        return self.root / "endpoints.json"

    @property
    def lock(self) -> Path:
        """Held by the one supervisor that may run on this folder; it says which process that is."""
        return self.root / "supervisor.lock"

    @property
    def postgres(self) -> Path:
        """The database cluster, or a link to it where the server could not reach it here."""
        return self.root / "postgres"

    @property
    def cloud(self) -> Path:
        """The emulator's checkpoint, its state and the stored objects."""
        return self.root / "cloud"

    @property
    def routes(self) -> Path:
        """Where the api, media and web ports lead: written by the deployer, read by the emulator's front."""
        return self.cloud / "routes.json"

    @property
    def logs(self) -> Path:
        """One file per process and per function."""
        return self.root / "logs"

    @property
    def secrets(self) -> Path:
        """What only the owner of the folder may read."""
        return self.root / "secrets"

    @property
    def temporary(self) -> Path:
        """Wiped at every start."""
        return self.root / "tmp"

    def make(self) -> None:
        """Create the folders, and refuse a disk that has no room for a start."""
        for folder in (self.root, self.cloud, self.logs):
            folder.mkdir(parents=True, exist_ok=True)
        self.secrets.mkdir(mode=0o700, exist_ok=True)
        if warning := self.lack_of_space(_ENOUGH_BYTES):
            raise Trouble(f"{warning} and run `make up` again.")

    def lack_of_space(self, enough: int) -> str | None:
        """Say that the disk is nearly full, if it is."""
        free = shutil.disk_usage(self.root).free
        if free >= enough:
            return None
        return f"Only {free // 1_000_000} MB are free on the disk of {self.root}: free some space (200 MB will do)"

    def wipe_temporary(self) -> None:
        """Start with an empty folder for temporary files; nothing may be running on it."""
        shutil.rmtree(self.temporary, ignore_errors=True)
        self.temporary.mkdir(mode=0o700, exist_ok=True)


def is_free(port: int) -> bool:
    """Tell whether nothing listens on a port of this machine."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def write(path: Path, text: str, *, mode: int = 0o644) -> None:
    """Write a file so that a reader, or a crash, sees the old text or the new one and nothing between."""
    fresh = path.with_name(f".{path.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def _port(variable: str, otherwise: int) -> int:
    text = os.environ.get(variable) or str(otherwise)
    if not text.isdecimal():
        raise Trouble(f"{variable} is {text!r}, which is not a port number: choose one between 1024 and 65000.")
    return int(text)
