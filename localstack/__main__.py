"""The command line of the local cloud: `python -m localstack up|dev|down|reset|logs|publish-web`."""

import argparse
import contextlib
import os
import shutil
import signal
import sys

from localstack import developing, logs, postgres, processes, publishing
from localstack.home import Home, Ports
from localstack.progress import Progress
from localstack.supervisor import Supervisor, running_pid
from localstack.trouble import Trouble, explain


def main() -> int:
    """Run one command; what a person can put right is one sentence and exit code 1."""
    parser = argparse.ArgumentParser(prog="localstack", description="Darkroom's local cloud.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("up", help="bring it up and stay with it; Ctrl-C stops it")
    commands.add_parser("dev", help="serve the web app from its sources, against the cloud that is up")
    commands.add_parser("down", help="stop the one that runs")
    reset = commands.add_parser("reset", help="stop it and wipe its data")
    reset.add_argument("--yes", action="store_true", help="do not ask")
    commands.add_parser("publish-web", help="put the web app into a stack on AWS")
    commands.add_parser("logs", help="follow what everything says")
    arguments = parser.parse_args()
    try:
        home = Home.load()
        if arguments.command == "up":
            _up(home)
        elif arguments.command == "dev":
            developing.run(home, Ports.load())
        elif arguments.command == "down":
            _down(home)
        elif arguments.command == "publish-web":
            publishing.run()
        elif arguments.command == "reset":
            _reset(home, asked=arguments.yes)
        else:
            _logs(home)
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return 1
    except OSError as error:
        if (told := explain(error)) is None:
            raise
        print(told, file=sys.stderr)
        return 1
    return 0


def _up(home: Home) -> None:
    progress = Progress()
    Supervisor(home, Ports.load(), progress).run(progress.addresses)


def _down(home: Home) -> None:
    pid = running_pid(home)
    if pid is None:
        print(f"Nothing runs from {home.root}.")
        return
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    if not processes.wait_until_gone(pid, patience=40):
        raise Trouble(f"Process {pid} does not stop: `kill -9 {pid}` ends it, and `make up` recovers from that.")
    print("Stopped.")


def _reset(home: Home, *, asked: bool) -> None:
    if not home.root.exists():
        print(f"There is nothing at {home.root}.")
        return
    if not asked:
        if not sys.stdin.isatty():
            raise Trouble("`reset` wipes every account and image: say `--yes` where nobody can be asked.")
        if input(f"Wipe every account and image in {home.root}? [y/N] ").strip().lower() not in {"y", "yes"}:
            print("Nothing was touched.")
            return
    if running_pid(home) is not None:
        _down(home)
    postgres.remove(home)
    shutil.rmtree(home.root)
    print(f"{home.root} is gone; `make up` starts afresh.")


def _logs(home: Home) -> None:
    if not home.logs.exists():
        raise Trouble("There are no logs yet: `make up` makes them.")
    with contextlib.suppress(KeyboardInterrupt):
        logs.follow(home.logs)


if __name__ == "__main__":
    sys.exit(main())
