"""What one photo costs: our whole conversion against sharp making the same files, and against encoding alone."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import PIL
from PIL import features

from darkroom.adapters.decoding import decode
from darkroom.adapters.pillow import PillowDeveloper, encode, smaller_and_smaller, thumbhash_of
from tests.bench.photos import photos
from tests.bench.sharp_peer import Sharp

ROUNDS = 7

Costs = dict[str, float]
"""Milliseconds by what was measured."""


def section() -> str:
    """Measure every photo in interleaved rounds and return the Markdown."""
    sharp = Sharp.start()
    one, two = PillowDeveloper(threads=1), PillowDeveloper(threads=2)
    measured: dict[Path, list[Costs]] = {}
    for photo in photos():
        measured[photo] = [_round(photo, one, two, sharp) for _ in range(ROUNDS + 1)][1:]  # the first one warms up
        print(f"measured {photo.name}", file=sys.stderr)
    versions = f"Pillow {PIL.__version__}, libwebp {features.version('webp')}"
    if sharp:
        versions += f"; {sharp.close()}"
    tables = [_comparison(measured), _stages_table(measured)]
    return "\n\n".join([_introduction(versions, has_peer=sharp is not None), *tables])


def _round(photo: Path, one: PillowDeveloper, two: PillowDeveloper, sharp: Sharp | None) -> Costs:
    original = photo.read_bytes()
    costs = {"ours": _cpu(lambda: one.develop(original)), **_stages(original)}
    if sharp:
        costs |= sharp.develop(photo)
    return costs | {"wall_1": _wall(lambda: one.develop(original)), "wall_2": _wall(lambda: two.develop(original))}


def _stages(original: bytes) -> Costs:
    """Return CPU by stage; `encode` alone is the floor: bare Pillow saving the same bitmaps."""
    made: dict[str, Any] = {}

    def run(name: str, stage: Callable[[], Any]) -> float:
        return _cpu(lambda: made.update({name: stage()}))

    return {
        "decode": run("picture", lambda: decode(original)),
        "shrink": run("sizes", lambda: list(smaller_and_smaller(made["picture"].frames))),
        "thumbhash": run("hash", lambda: thumbhash_of(made["sizes"][-1][0])),
        "encode": run("webps", lambda: [encode(frames, [0], 0) for frames in made["sizes"]]),
    }


def _cpu(action: Callable[[], object]) -> float:
    started = time.process_time()
    action()
    return (time.process_time() - started) * 1000


def _wall(action: Callable[[], object]) -> float:
    started = time.perf_counter()
    action()
    return (time.perf_counter() - started) * 1000


def _introduction(versions: str, *, has_peer: bool) -> str:
    peer = (
        "sharp makes the same set with `rotate()`, `toColourspace('srgb')`, quality 80, effort 4, in whichever of two "
        "ways is cheaper for the photo: every output from the file, or from pixels decoded once."
        if has_peer
        else "sharp was left out: there is no node and npm on the PATH."
    )
    return (
        "## Conversion\n\n"
        "One photo becomes WebPs of quality 80, method 4, in full size and 2560, 1280, 640 and 320 pixels where "
        "smaller, and a thumbhash. CPU milliseconds (user + system) with one encoder at a time, because two hardware "
        f"threads of one core slow each other; medians of {ROUNDS} rounds, everything in turn within a round, ratios "
        f"taken within a round. The floor is bare Pillow saving the same bitmaps. {peer} Wall milliseconds with one "
        f"and two encoders; memory is the peak of a process that develops this photo with two.\n\n{versions}. "
        "Goals: at most 0.90 x sharp, at most 1.15 x the floor."
    )


def _comparison(measured: dict[Path, list[Costs]]) -> str:
    lines = [
        "| photo | ours | sharp | floor | ours / sharp | ours / floor | wall, 1 | wall, 2 | peak MB |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for photo, rounds in measured.items():
        walls = f"{_middle(rounds, 'wall_1'):.0f} | {_middle(rounds, 'wall_2'):.0f}"
        lines.append(f"{_row(photo.name, rounds)} {walls} | {_peak_megabytes(photo)} |")
    together = [
        {name: sum(costs[name] for costs in costs_of_all) for name in costs_of_all[0]}
        for costs_of_all in zip(*measured.values(), strict=True)
    ]
    return "\n".join([*lines, _row("together", together) + " | | |"])


def _row(name: str, rounds: list[Costs]) -> str:
    ways = [way for way in ("fromTheFile", "fromThePixels") if way in rounds[0]]
    sharp = min(ways, key=lambda way: _middle(rounds, way), default="")
    peer = f"{_middle(rounds, sharp):.0f}" if sharp else "-"
    ratio = f"{median(each['ours'] / each[sharp] for each in rounds):.2f}" if sharp else "-"
    floor = median(each["ours"] / each["encode"] for each in rounds)
    ours = f"{_middle(rounds, 'ours'):.0f}"
    return f"| {name} | {ours} | {peer} | {_middle(rounds, 'encode'):.0f} | {ratio} | {floor:.2f} |"


def _stages_table(measured: dict[Path, list[Costs]]) -> str:
    stages = ("decode", "shrink", "thumbhash", "encode")
    lines = [f"| CPU ms | {' | '.join(stages)} |", "|---|--:|--:|--:|--:|"]
    for photo, rounds in measured.items():
        lines.append(f"| {photo.name} | {' | '.join(f'{_middle(rounds, stage):.1f}' for stage in stages)} |")
    return "\n".join(lines)


def _middle(rounds: list[Costs], name: str) -> float:
    return median(each[name] for each in rounds)


def _peak_megabytes(photo: Path) -> str:
    """Return how much memory a fresh process took at most while it developed a photo; only Linux tells."""
    status = Path("/proc/self/status")
    if not status.exists():
        return "-"
    code = (
        f"import sys; sys.path[:0] = {sys.path!r}\n"
        "from darkroom.adapters.pillow import PillowDeveloper\n"
        f"PillowDeveloper(threads=2).develop(open({str(photo)!r}, 'rb').read())\n"
        f"print(open({str(status)!r}).read())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    peak = next(line for line in done.stdout.splitlines() if line.startswith("VmHWM"))
    return f"{int(peak.split()[1]) / 1024:.0f}"
