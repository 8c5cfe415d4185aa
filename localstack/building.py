"""The web app's build as the supervisor sees it: begun beside the cloud's start, and no reason to be without one."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

from localstack import processes
from localstack.home import CHECKOUT, Home

DIST = CHECKOUT / "frontend/dist"
_SCRIPT = CHECKOUT / "localstack/web.sh"
_LACKS_SOMETHING = 3


class WebBuild:
    """One run of `web.sh`, which takes a moment where nothing changed."""

    def __init__(self, home: Home, *, say: Callable[[str], None]) -> None:
        self._log = home.logs / "web.log"
        self._say = say
        self._child: processes.Child | None = None

    def begin(self) -> None:
        """Start it."""
        self._child = processes.start("web", ["/bin/sh", str(_SCRIPT)], log=self._log, environment=os.environ)

    @property
    def is_under_way(self) -> bool:
        """Tell whether it has yet to end; the end is told if it is a failure."""
        if self._child and not self._child.is_running():
            code, self._child = self._child.process.returncode, None
            if code:
                self._tell(code)
        return self._child is not None

    @property
    def built(self) -> Path | None:
        """The folder of the built app, once there is one; after a failure that of an earlier build."""
        return DIST if not self.is_under_way and (DIST / ".built").exists() else None

    def stop(self) -> None:
        """Give it up."""
        if self._child:
            self._child.stop(signal.SIGTERM, patience=2)
            self._child = None

    def _tell(self, code: int) -> None:
        left = "you see it as it was built before" if (DIST / ".built").exists() else "the cloud comes up without it"
        if code == _LACKS_SOMETHING:
            self._say(f"The web app needs the network once, to fetch what it is built with: until then {left}.")
        else:
            self._say(f"The web app does not build, so {left}: {self._log} says why.")
