"""The supervisor: brings the cloud up, keeps it up, lets edits in, and takes it down again."""

import fcntl
import json
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO
from urllib.parse import urljoin, urlsplit

import watchfiles

from localstack import cloud, deploy, postgres
from localstack.bridge import Bridge
from localstack.building import WebBuild
from localstack.front import SOCKETS_PATH
from localstack.home import LOOPBACK, SOURCE, Home, Ports, is_free, write
from localstack.processes import Child
from localstack.progress import Progress
from localstack.trouble import Trouble

_LOOK_EVERY_SECONDS = 0.1
_LOOK_AT_DISK_EVERY_SECONDS = 15.0
_SCARCE_BYTES = 50_000_000
_RETRY_DEPLOY_SECONDS = 2.0
_GIVE_UP_AFTER = 8  # deaths of one part within a minute
_BRIDGE_PATIENCE_SECONDS = 60.0
_LOG_LIMIT_BYTES = 20_000_000


class Supervisor:
    """One local cloud on one data folder, for as long as it runs."""

    def __init__(self, home: Home, ports: Ports, progress: Progress) -> None:
        self._home = home
        self._ports = ports
        self._progress = progress
        self._endpoint = os.environ.get("AWS_ENDPOINT_URL") or f"http://{LOOPBACK}:{ports.aws}"
        self._has_emulator = not os.environ.get("AWS_ENDPOINT_URL")
        self._database: postgres.Postgres | None = None
        self._children: dict[str, Child] = {}
        self._bridge = Bridge(home, ports, endpoint=self._endpoint, say=progress.say)
        self._web = WebBuild(home, say=progress.say)
        self._deaths: dict[str, deque[float]] = {}
        self._edits: set[str] = set()
        self._is_up = False
        self._disk_at = 0.0
        self._deploy_at: float | None = 0.0  # when the stack is to be deployed next, if it is
        self._turn = threading.Lock()

    def run(self, when_up: Callable[[dict[str, str]], None]) -> None:
        """Run until Ctrl-C or SIGTERM; `when_up` is told the addresses once all of them answer."""
        self._home.make()
        with _only_one(self._home):
            for signalled in (signal.SIGTERM, signal.SIGHUP):
                signal.signal(signalled, _interrupt)
            try:
                self._home.endpoints.unlink(missing_ok=True)
                self._bring_up()
                when_up(self._tell())
                threading.Thread(target=self._notice_edits, daemon=True).start()
                self._keep_up()
            except KeyboardInterrupt:
                pass
            finally:
                for signalled in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                    signal.signal(signalled, signal.SIG_IGN)
                self._take_down()
                self._web.stop()

    def _bring_up(self) -> None:
        self._check_ports()
        self._home.wipe_temporary()
        for log in self._home.logs.glob("*.log"):
            if log.stat().st_size > _LOG_LIMIT_BYTES:
                log.replace(log.with_suffix(".log.old"))
        self._web.begin()
        if url := os.environ.get("DATABASE_URL"):
            postgres.check(url)
        else:
            with self._progress.step("Starting Postgres"):
                self._database = postgres.Postgres(self._home, self._ports.postgres)
                self._children["postgres"] = self._database.start()
        self._bridge.serve_as_before()
        if self._has_emulator:
            with self._progress.step("Starting the AWS emulator"):
                self._children["emulator"] = cloud.start(self._home, self._ports)
        with self._progress.step("Deploying template.yaml"):
            while self._deploy_at is not None:
                self._look()
        with self._progress.step("Waiting for the bridge"):
            self._wait_for_the_bridge()
        if self._web.is_under_way:
            with self._progress.step("Building the web app"):
                self._wait_for_the_web_app()
        self._is_up = True

    def _deploy(self) -> None:
        """Bring stack and schema to what they should be, and let the sweep find what a crash left lying."""
        deployer = self._deployer()
        write(self._home.routes, deploy.as_text(deployer.deploy()))
        if not self._has_emulator:  # the endpoint gives out the addresses, and functions have to know them
            deployer = self._deployer()
            deployer.deploy()
        self._bridge.serve(deployer.bridge_settings())  # it takes a moment to start; the rest is done meanwhile
        deployer.migrate()
        deployer.recover()
        self._deploy_at = None
        if built := self._web.built:
            self._deployer().publish(built, self._sockets_url)
        if self._has_emulator:
            cloud.checkpoint(self._ports)

    def _deployer(self) -> deploy.Deployer:
        wish = deploy.Wish(
            endpoint=self._endpoint,
            web_url=self._web_url,
            storage_urls=_loopback_names(self._endpoint),
            database_url=os.environ.get("DATABASE_URL") or (self._database.url if self._database else ""),
            api_url=self._api_url,
            media_url=self._media_url,
            sockets_url=self._sockets_url if self._has_emulator else "",
            origins=[urljoin(self._api_url, "/").rstrip("/"), f"http://localhost:{self._ports.web}"],
        )
        return deploy.Deployer(wish, say=self._progress.say)

    @property
    def _api_url(self) -> str:
        if self._has_emulator:
            return f"http://localhost:{self._ports.api}"
        routes = deploy.from_text(self._home.routes)
        return f"{self._endpoint}{routes.api_prefix}" if routes else "http://not-known-yet.invalid"

    @property
    def _media_url(self) -> str:
        if self._has_emulator:
            return f"http://localhost:{self._ports.media}"
        routes = deploy.from_text(self._home.routes)
        port = urlsplit(self._endpoint).port or 80
        return f"http://{routes.media_host}:{port}" if routes else "http://not-known-yet.invalid"

    @property
    def _web_url(self) -> str:
        if self._has_emulator:
            return f"http://localhost:{self._ports.web}"
        routes = deploy.from_text(self._home.routes)
        port = urlsplit(self._endpoint).port or 80
        return f"http://{routes.web_host}:{port}" if routes else "http://not-known-yet.invalid"

    @property
    def _sockets_url(self) -> str:
        if self._has_emulator:
            return f"ws://localhost:{self._ports.api}{SOCKETS_PATH}"
        routes = deploy.from_text(self._home.routes)
        return deploy.sockets_url(self._endpoint, routes.sockets_prefix if routes else "")

    def _tell(self) -> dict[str, str]:
        """Write the addresses for others, once all is up."""
        endpoints = {
            "web": self._web_url,
            "api": self._api_url,
            "graphql": f"{self._api_url}/v1/graphql",
            "sockets": self._sockets_url,
            "grpc": f"localhost:{self._ports.grpc}",
            "media": self._media_url,
            "aws": self._endpoint,
        }
        write(self._home.endpoints, json.dumps(endpoints, indent=2) + "\n")
        return endpoints

    def _keep_up(self) -> None:
        while True:
            time.sleep(_LOOK_EVERY_SECONDS)
            self._look()
            self._let_edits_in()
            self._mind_the_disk()

    def _look(self) -> None:
        """Start what has died, and deploy when that is due."""
        for name, child in list(self._children.items()):
            if not child.is_running():
                self._heal(name, child)
        self._bridge.look()
        if self._deploy_at is not None and time.monotonic() >= self._deploy_at:
            try:
                self._deploy()
            except Trouble as trouble:
                if not self._is_up and all(child.is_running() for child in self._children.values()):
                    raise  # nothing was killed meanwhile: it is the template or a function
                self._progress.say(f"{trouble} Trying again.")
                self._deploy_at = time.monotonic() + _RETRY_DEPLOY_SECONDS

    def _wait_for_the_bridge(self) -> None:
        deadline = time.monotonic() + _BRIDGE_PATIENCE_SECONDS
        while not self._bridge.answers:
            if self._bridge.keeps_ending or time.monotonic() > deadline:
                raise Trouble(f"The bridge does not start: {self._bridge.log} says why.")
            self._look()
            time.sleep(0.02)

    def _wait_for_the_web_app(self) -> None:
        while self._web.is_under_way:
            self._look()
            time.sleep(0.02)
        self._deploy_at = 0.0  # once more, now with the app
        while self._deploy_at is not None:
            self._look()

    def _heal(self, name: str, dead: Child) -> None:
        self._count_death(name)
        self._progress.say(f"{name} ended ({dead.ending()}); starting it again")
        dead.kill_group()
        try:
            if name == "postgres" and self._database:
                self._children[name] = self._database.start()
            elif name == "emulator":
                self._deploy_at = 0.0
                self._children[name] = cloud.start(self._home, self._ports)
        except Trouble as trouble:
            self._progress.say(str(trouble))  # it counts as another death, so this ends
        else:
            self._progress.say(f"{name} is back")

    def _count_death(self, name: str) -> None:
        deaths = self._deaths.setdefault(name, deque(maxlen=_GIVE_UP_AFTER))
        deaths.append(time.monotonic())
        if len(deaths) == _GIVE_UP_AFTER and deaths[-1] - deaths[0] < 60:  # noqa: PLR2004 - a minute
            log = self._home.logs / f"{name}.log"
            raise Trouble(f"{name} keeps ending: {log} says why. Put that right and run `make up` again.")

    def _notice_edits(self) -> None:
        folders = [SOURCE / "functions", SOURCE / "layers/core/python"]
        for changes in watchfiles.watch(*folders, watch_filter=watchfiles.PythonFilter(), debounce=50, step=25):
            with self._turn:
                for _, path in changes:
                    self._edits.update(deploy.functions_touched(Path(path)))

    def _let_edits_in(self) -> None:
        with self._turn:
            edited, self._edits = sorted(self._edits), set()
        if not edited:
            return
        if "bridge" in edited:
            self._bridge.restart()
        deployer = self._deployer()
        for function in edited:
            if function == "bridge":
                continue
            try:
                deployer.refresh(function)
            except Trouble as trouble:  # a restart meanwhile makes it live as well
                self._progress.say(f"{function} could not be brought up to date: {trouble}")
        self._progress.say(f"now live: {', '.join(edited)}")

    def _mind_the_disk(self) -> None:
        if time.monotonic() < self._disk_at:
            return
        self._disk_at = time.monotonic() + _LOOK_AT_DISK_EVERY_SECONDS
        if warning := self._home.lack_of_space(_SCARCE_BYTES):
            self._progress.say(f"{warning}, or uploads will fail.")

    def _check_ports(self) -> None:
        ports = {"DARKROOM_API_PORT": self._ports.api, "DARKROOM_MEDIA_PORT": self._ports.media}
        if not self._has_emulator:
            ports = {}
        else:
            ports["DARKROOM_PORT"] = self._ports.aws
        ports["DARKROOM_GRPC_PORT"] = self._ports.grpc
        if not os.environ.get("DATABASE_URL"):
            ports["DARKROOM_POSTGRES_PORT"] = self._ports.postgres
        if self._has_emulator:
            ports["DARKROOM_WEB_PORT"] = self._ports.web
        for variable, port in ports.items():
            deadline = time.monotonic() + 3  # what a killed supervisor left is ending just now
            while not is_free(port):
                if variable == "DARKROOM_POSTGRES_PORT" and (self._home.postgres / "postmaster.pid").exists():
                    break  # our own, left behind: it is ended before ours starts
                if time.monotonic() > deadline:
                    raise Trouble(
                        f"Port {port} is taken by another program: stop that, or choose another one, "
                        f"for example `make up {variable}={port + 1000}`."
                    )
                time.sleep(0.1)

    def _take_down(self) -> None:
        if not self._children and not self._bridge.runs:
            return
        with self._progress.step("Stopping"):
            self._bridge.stop(patience=15)
            for name, how in (("emulator", signal.SIGTERM), ("postgres", signal.SIGINT)):
                if child := self._children.get(name):
                    child.stop(how, patience=15)


class _only_one:  # noqa: N801 - reads as a sentence
    """Holds the data folder for one supervisor; the kernel lets go when it dies."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._file: IO[str] | None = None

    def __enter__(self) -> None:
        self._file = self._home.lock.open("a+")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Trouble(already_running(self._home)) from None
        self._file.truncate(0)
        self._file.write(str(os.getpid()))
        self._file.flush()

    def __exit__(self, *_: object) -> None:
        if self._file:
            self._file.truncate(0)
            self._file.close()


def running_pid(home: Home) -> int | None:
    """Return the process that runs this cloud, if one does."""
    with suppress(FileNotFoundError), home.lock.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            text = file.read().strip()
            return int(text) if text.isdecimal() else None
    return None


def already_running(home: Home) -> str:
    """Say that it runs, and where."""
    where = "it is still starting"
    with suppress(FileNotFoundError, ValueError, KeyError):
        where = f"the API is at {json.loads(home.endpoints.read_text(encoding='utf-8'))['api']}"
    return f"Darkroom is already running from {home.root} (process {running_pid(home)}): {where}. `make down` stops it."


def _loopback_names(endpoint: str) -> list[str]:
    """Return an endpoint's origin under both names of this machine: signed addresses have the one, people the other."""
    origin = f"{urlsplit(endpoint).scheme}://{urlsplit(endpoint).netloc}"
    return sorted({origin, origin.replace(LOOPBACK, "localhost"), origin.replace("localhost", LOOPBACK)})


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt
