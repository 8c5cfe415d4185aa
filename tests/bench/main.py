"""Measure Darkroom: run every section, print it, and write docs/benchmarks.md.

A section is a module beside this one with `section() -> str`, its Markdown; what it compares it measures in one run.
"""

import os
import platform
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

HERE = Path(__file__).parent
CHECKOUT = HERE.parents[1]
SECTIONS = ("conversion", "throughput", "fanout", "web")


def main() -> None:
    """Print and write what every section measures."""
    sections = [import_module(f"tests.bench.{name}").section() for name in SECTIONS if (HERE / f"{name}.py").exists()]
    page = "\n\n".join([_introduction(), *sections]) + "\n"
    (CHECKOUT / "docs/benchmarks.md").write_text(page)
    print(page)


def _introduction() -> str:
    return (
        "# Benchmarks\n\n"
        "Written by `make bench`. What is compared was measured side by side in one run, so read the ratios; "
        "milliseconds belong to the machine and its day.\n\n"
        f"{datetime.now(UTC):%Y-%m-%d}, {_processor()}, {os.cpu_count()} logical cores, "
        f"{platform.system()}, Python {platform.python_version()}."
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.machine()


if __name__ == "__main__":
    main()
