"""The AWS emulator as a process of its own: ministack, with a checkpoint, and the public addresses in front.

Run as `python -m localstack.emulator`; the supervisor sets the environment that ministack reads when it is imported.
"""

import asyncio
import contextlib
import os
import resource
import signal
from pathlib import Path
from typing import Any, cast

from hypercorn.asyncio import serve
from hypercorn.config import Config

from localstack import checkpoint
from localstack.front import Front
from localstack.home import LOOPBACK, Home, Ports


def main() -> None:
    """Restore the checkpoint, serve until told to stop, and leave a checkpoint behind."""
    home, ports = Home.load(), Ports.load()
    saved = checkpoint.Checkpoint(home.cloud / "checkpoint.json", Path(os.environ["STATE_DIR"]))
    saved.unpack()
    _allow_many_files()

    from ministack import app as ministack  # noqa: PLC0415 - importing it reads what was just unpacked

    from localstack import repairs  # noqa: PLC0415 - the same

    repairs.apply()
    config = Config()
    config.bind = [f"{LOOPBACK}:{port}" for port in (ports.aws, ports.api, ports.media, ports.web)]
    config.keep_alive_timeout = 75
    config.graceful_timeout = 1
    config.loglevel = "WARNING"
    config.websocket_max_message_size = 128 * 1024  # as the gateway's
    front = Front(ministack.app, home.routes, ports, save=lambda: saved.save(ministack._build_persistence_save_dict()))  # noqa: SLF001 - the only way in
    asyncio.run(_serve(front, config))
    front.save()


async def _serve(front: Front, config: Config) -> None:
    stop = asyncio.Event()
    parent = os.getppid()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    saving = asyncio.create_task(front.save_now_and_then())

    async def told_to_stop() -> None:
        while os.getppid() == parent:  # where the kernel does not end us with the supervisor, we notice
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), timeout=1)
                return

    await serve(cast("Any", front), config, shutdown_trigger=told_to_stop)
    saving.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await saving


def _allow_many_files() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


if __name__ == "__main__":
    main()
