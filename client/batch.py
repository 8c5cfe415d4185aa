"""Many photos at once: a few threads take one after the other, and each outcome is told when it is there."""

import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import httpx

from client import photos
from client.api import Api
from client.live import Live
from client.outcomes import Outcome
from client.problems import Ended, Problem, Stopped, explain
from client.unfinished import Unfinished
from client.uploading import LeftDeveloping, Watcher, Wishes, upload

_A_MOMENT = 1.0  # seconds, so that a token which is just being renewed gets saved

Watch = Callable[[photos.Photo], Watcher]


def upload_all(  # noqa: PLR0913 - what, where to, how
    api: Api, paths: Sequence[Path], wishes: Wishes, unfinished: Unfinished, *, jobs: int, watch: Watch, live: Live
) -> Iterator[Outcome]:
    """Upload photos, `jobs` at a time, and yield what became of each in the order in which they end.

    The threads are daemons: one that hangs in a dead connection does not keep the process from ending.
    A problem that all would meet ends the rest and is raised.
    """
    waiting: queue.SimpleQueue[Path] = queue.SimpleQueue()
    for path in paths:
        waiting.put(path)
    ended: queue.SimpleQueue[Outcome | Exception] = queue.SimpleQueue()

    def work() -> None:
        try:
            while not api.stop.is_set():
                ended.put(_outcome(api, waiting.get_nowait(), wishes, unfinished, watch, live))
        except (queue.Empty, Stopped):
            return
        except Exception as error:  # noqa: BLE001 - it is raised again where somebody listens
            ended.put(error)

    threads = [threading.Thread(target=work, daemon=True) for _ in range(min(jobs, len(paths)))]
    for thread in threads:
        thread.start()
    try:
        for _ in paths:
            outcome = ended.get()
            if isinstance(outcome, Exception):
                raise outcome
            yield outcome
    finally:
        api.stop.set()
        for thread in threads:
            thread.join(_A_MOMENT)


def _outcome(  # noqa: PLR0913, PLR0917 - the same
    api: Api, path: Path, wishes: Wishes, unfinished: Unfinished, watch: Watch, live: Live
) -> Outcome:
    began = time.monotonic()
    outcome = Outcome(path=path, name=photos.file_name(path), bytes=0, seconds=0.0)
    try:
        photo = photos.look_at(path)
        outcome = replace(outcome, bytes=photo.bytes)
        outcome = replace(outcome, image=upload(api, photo, wishes, unfinished, watch(photo), live))
    except Ended:
        raise
    except LeftDeveloping as problem:
        outcome = replace(outcome, image=problem.image, problem=str(problem))
    except Problem as problem:
        outcome = replace(outcome, problem=str(problem))
    except OSError as error:
        outcome = replace(outcome, problem=str(explain(error)))
    except httpx.HTTPError as error:
        outcome = replace(outcome, problem=f"The upload broke ({error}): run the same command again.")
    return replace(outcome, seconds=time.monotonic() - began)
