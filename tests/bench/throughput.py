"""How many photos a second go through the local cloud, from POST to the WebP in hand, against encoding alone."""

import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

import httpx

from darkroom.adapters.decoding import decode
from darkroom.adapters.pillow import encode, smaller_and_smaller
from localstack.home import Home
from tests.bench.photos import photos
from tests.e2e.handles import LocalCloud, copy_of_the_sources, free_ports

CORES = 2
FEW, MANY = 1, 8
SECONDS = 12.0
PATIENCE_SECONDS = 60
ROUNDS = 3
LEAD_SECONDS = 3.0
FIRST_LOOK_SECONDS, LAST_LOOK_SECONDS = 0.1, 1.0


class Studio:
    """Somebody signed in to a running cloud, who uploads one photo again and again."""

    def __init__(self, api: str, photo: Path) -> None:
        self._http = httpx.Client(base_url=api, timeout=PATIENCE_SECONDS)
        self._storage = httpx.Client(timeout=PATIENCE_SECONDS)
        self._photo = photo
        self._data = photo.read_bytes()
        registered = self._http.post(
            "/v1/auth/register", json={"email": f"bench{time.time_ns()}@example.com", "password": "bench password"}
        )
        self._http.headers["Authorization"] = f"Bearer {registered.raise_for_status().json()['access_token']}"

    def upload(self) -> None:
        """Send the photo and come back with its WebP."""
        new = {"file_name": self._photo.name, "content_type": "image/jpeg", "bytes": len(self._data)}
        asked = self._http.post("/v1/uploads", json=new).raise_for_status().json()
        place = asked["upload"]
        self._storage.post(place["url"], data=place["fields"], files={"file": self._data}).raise_for_status()
        pause = FIRST_LOOK_SECONDS
        while True:
            time.sleep(pause)
            pause = min(pause * 1.5, LAST_LOOK_SECONDS)
            image = self._http.get(f"/v1/images/{asked['image']['id']}").raise_for_status().json()
            if image["status"] == "ready":
                break
            if image["status"] == "refused":
                raise RuntimeError(image["reason"])
        webp = self._storage.get(image["variants"][0]["url"]).raise_for_status().content
        if len(webp) != image["variants"][0]["bytes"]:
            raise RuntimeError("The WebP is not the one that was promised.")

    def close(self) -> None:
        """Hang up."""
        self._http.close()
        self._storage.close()


def section() -> str:
    """Measure one and eight clients and the floor in interleaved rounds and return the Markdown."""
    photo = next(path for path in photos() if path.name.endswith("_3mp.jpg"))
    floor = _encoder(photo)
    with tempfile.TemporaryDirectory(prefix="darkroom-bench-", ignore_cleanup_errors=True) as folder:
        cloud = LocalCloud(Home(Path(folder) / "home"), copy_of_the_sources(Path(folder) / "source"), free_ports())
        cloud.up()
        try:
            studios = [Studio(cloud.endpoints["api"], photo) for _ in range(MANY)]
            _rate([studio.upload for studio in studios], 3)  # warms up
            rounds = []
            for number in range(ROUNDS):
                few = _rate([studio.upload for studio in studios[:FEW]], SECONDS)
                many = _rate([studio.upload for studio in studios], SECONDS)
                rounds.append((few, many, _rate([floor] * CORES, SECONDS / 2)))
                print(f"measured throughput, round {number + 1} of {ROUNDS}", file=sys.stderr)
            for studio in studios:
                studio.close()
        finally:
            cloud.stop()
            cloud.command("reset", "--yes")
    return _page(photo, rounds)


def _encoder(photo: Path) -> Callable[[], None]:
    """Return what a core would do if there were nothing but encoding: bare Pillow saving the photo's bitmaps."""
    sizes = list(smaller_and_smaller(decode(photo.read_bytes()).frames))

    def run() -> None:
        for frames in sizes:
            encode(frames, [0], 0)

    return run


def _rate(workers: list[Callable[[], None]], seconds: float) -> float:
    """Let workers repeat themselves and return how often a second they did, once all of them were under way."""
    done: list[float] = []
    begun = time.perf_counter()
    lead, end = begun + LEAD_SECONDS, begun + LEAD_SECONDS + seconds

    def repeat(work: Callable[[], None]) -> None:
        while time.perf_counter() < end:
            work()
            done.append(time.perf_counter())

    with ThreadPoolExecutor(len(workers)) as pool:
        list(pool.map(repeat, workers))
    return sum(lead <= moment < end for moment in done) / seconds


def _page(photo: Path, rounds: list[tuple[float, float, float]]) -> str:
    few, many, floor = (median(column) for column in zip(*rounds, strict=True))
    few_ratio = median(each[0] / each[2] for each in rounds)
    many_ratio = median(each[1] / each[2] for each in rounds)
    return (
        "## Throughput\n\n"
        f"{photo.name}, sent again and again to a local cloud of its own: `POST /v1/uploads`, the form, a look at the "
        f"image after {FIRST_LOOK_SECONDS} s and then ever more seldom, as the command line does, until it is ready, "
        f"its largest WebP fetched. The floor is bare Pillow encoding the photo's bitmaps in {CORES} threads and "
        "nothing else. Everything runs on the same two cores: clients, emulator, Postgres and functions. Medians of "
        f"{ROUNDS} rounds, in turn, each counting {SECONDS:.0f} s of full swing. Goal: at least 0.80 of the floor with "
        "eight clients.\n\n"
        "| | photos a second | of the floor |\n|---|--:|--:|\n"
        f"| {FEW} client | {few:.2f} | {few_ratio:.2f} |\n"
        f"| {MANY} clients | {many:.2f} | {many_ratio:.2f} |\n"
        f"| encoding alone, {CORES} threads | {floor:.2f} | 1.00 |"
    )
