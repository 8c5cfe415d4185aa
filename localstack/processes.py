"""Child processes: started on a leash, stopped in order, seen when they die."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_LEASH = Path(__file__).with_name("leash.py")


@dataclass(frozen=True, slots=True)
class User:
    """Whom a process runs as."""

    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Child:
    """A running part of the local cloud, in a process group of its own so that Ctrl-C reaches only the supervisor."""

    name: str
    process: subprocess.Popen[bytes]

    @property
    def pid(self) -> int:
        """The process id."""
        return self.process.pid

    def is_running(self) -> bool:
        """Tell whether it lives."""
        return self.process.poll() is None

    def ending(self) -> str:
        """Say how it ended."""
        code = self.process.returncode
        return f"signal {-code}" if code and code < 0 else f"exit code {code}"

    def stop(self, how: signal.Signals, *, patience: float) -> None:
        """Ask it to stop; after `patience` seconds, kill it and what it started."""
        if self.is_running():
            self.process.send_signal(how)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(patience)
        self.kill_group()

    def kill_group(self) -> None:
        """Kill whatever is left of it and its own children."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(5)


def start(  # noqa: PLR0913 - a process has this many sides
    name: str,
    command: Sequence[str],
    *,
    log: Path,
    environment: Mapping[str, str],
    dies_by: signal.Signals = signal.SIGKILL,
    folder: Path | None = None,
    user: User | None = None,
) -> Child:
    """Start a child whose output goes to `log`, and that gets `dies_by` when this process dies."""
    who = [str(user.uid), str(user.gid)] if user else ["-", "-"]
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(_LEASH), str(int(dies_by)), *who, str(os.getpid()), *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(environment),
            cwd=folder,
            start_new_session=True,
        )
    return Child(name, process)


def is_alive(pid: int) -> bool:
    """Tell whether a process lives; a zombie does not."""
    with contextlib.suppress(OSError):
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        return stat.rpartition(")")[2].split()[0] not in {"Z", "X"}
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not Path("/proc/self/stat").exists()


def wait_until_gone(pid: int, *, patience: float) -> bool:
    """Wait for a process that is not our child; tell whether it is gone."""
    deadline = time.monotonic() + patience
    while is_alive(pid):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
