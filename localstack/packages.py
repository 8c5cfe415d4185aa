"""Thin packages: zips of a kilobyte that run the working tree, so that a start is fast and an edit is live.

`sam build` makes the real ones for AWS, from the same template.
"""

import hashlib
import io
import site
import zipfile
from dataclasses import dataclass
from pathlib import Path

from localstack.home import SOURCE

_CORE = SOURCE / "layers/core/python"
_SHIM = '''\
"""Stands in for a function's app.py: runs the working tree's, and keeps what it says in a log of its own."""
import os, sys, traceback

_name, _source = {name!r}, {source!r}
sys.path[:0] = [{core!r}]
sys.path += [path for path in {libraries!r} if path not in sys.path]


class _Both:
    """Writes to the emulator, which collects a request's lines, and to a file that can be followed."""

    def __init__(self, stream, path):
        self._stream, self._file = stream, open(path, "a", buffering=1, encoding="utf-8", errors="replace")

    def write(self, text):
        self._file.write(text)
        return self._stream.write(text)

    def flush(self):
        self._file.flush()
        self._stream.flush()

    def __getattr__(self, name):
        return getattr(self._stream, name)


if os.environ.get("DARKROOM_LOGS"):
    try:
        sys.stderr = sys.stdout = _Both(sys.stderr, os.path.join(os.environ["DARKROOM_LOGS"], _name + ".log"))
    except OSError:
        pass
__file__ = _source
try:
    with open(_source, encoding="utf-8") as _text:
        exec(compile(_text.read(), _source, "exec"), globals())
except BaseException:
    traceback.print_exc()
    raise
'''


@dataclass(frozen=True, slots=True)
class Package:
    """A zip, named by its content, because the same key would mean no new code."""

    key: str
    content: bytes


def function_package(folder: Path, *, revision: str = "") -> Package:
    """Package `functions/NAME`; another `revision` is another package, which makes the emulator start new workers."""
    shim = _SHIM.format(
        name=folder.name, source=str(folder / "app.py"), core=str(_CORE), libraries=site.getsitepackages()
    )
    return _package(folder.name, {"app.py": shim + (f"# {revision}\n" if revision else "")})


def layer_package(folder: Path) -> Package:
    """Package `layers/NAME`: empty, because a function finds the libraries where the emulator's own are."""
    return _package(folder.name, {"README": "The local cloud has these libraries in its own environment.\n"})


def _package(name: str, files: dict[str, str]) -> Package:
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w") as archive:
        for path, text in files.items():
            entry = zipfile.ZipInfo(path)  # its time is fixed, so the same text is the same zip
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, text)
    content = output.getvalue()
    return Package(f"{name}-{hashlib.sha256(content).hexdigest()[:16]}.zip", content)
