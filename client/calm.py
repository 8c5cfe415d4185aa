"""The door of every command: whatever goes wrong leaves it as one sentence and an exit code."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from typing import Any

import httpx
import typer
from typer.core import TyperGroup

from client import words
from client.problems import Problem, Stopped, explain

_INTERRUPTED = 130


class Calm(TyperGroup):
    """Commands that end with a sentence on stderr instead of a traceback (`DARKROOM_DEBUG=1` shows it all the same)."""

    def invoke(self, ctx: Any) -> object:
        """Run the chosen command."""
        _survive_odd_letters()
        with _sentences():
            return super().invoke(ctx)


@contextmanager
def _sentences() -> Iterator[None]:
    try:
        yield
    except Problem as problem:
        _leave(str(problem), 1, problem)
    except (KeyboardInterrupt, Stopped) as error:
        _leave(str(error) or "Stopped.", _INTERRUPTED, error)
    except BrokenPipeError:
        raise
    except OSError as error:
        _leave(str(explain(error)), 1, error)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        _leave(f"The conversation with Darkroom broke ({error}): check --api and try again.", 1, error)
    except (KeyError, TypeError, ValueError) as error:
        _leave("Darkroom answered something this client does not understand: bring both to the same version.", 1, error)


def _leave(sentence: str, code: int, error: BaseException) -> None:
    if os.environ.get("DARKROOM_DEBUG"):
        raise error
    typer.secho(words.plain(sentence), fg="red" if code == 1 else None, err=True)
    raise typer.Exit(code) from error


def _survive_odd_letters() -> None:
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
