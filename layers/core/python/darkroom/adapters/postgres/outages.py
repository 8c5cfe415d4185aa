"""How those who must never give up wait for what is away."""

import asyncio
import logging
import random
from contextlib import suppress

_SHORTEST_SECONDS = 0.1
_LONGEST_SECONDS = 15.0

_log = logging.getLogger(__name__)


class Outage:
    """Says what is away and that it is back; each wait in between is about twice the one before, and never in step."""

    def __init__(self, who: str) -> None:
        self._who = who
        self._pause = _SHORTEST_SECONDS

    async def wait(self, why: Exception | str, stop: asyncio.Event) -> None:
        """Say what went wrong and wait; a stop ends the wait."""
        seconds = self._pause * random.uniform(0.5, 1.0)  # noqa: S311 - jitter is no secret
        told = str(why).strip().splitlines()
        _log.warning("%s: %s Trying again in %.1f s.", self._who, told[0] if told else type(why).__name__, seconds)
        self._pause = min(_LONGEST_SECONDS, self._pause * 2)
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), seconds)

    def is_over(self) -> None:
        """Note that all is well."""
        if self._pause > _SHORTEST_SECONDS:
            _log.info("%s: all is well again.", self._who)
            self._pause = _SHORTEST_SECONDS
