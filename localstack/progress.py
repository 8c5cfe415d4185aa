"""What the person at the keyboard sees: steps with a spinner on a terminal, plain lines elsewhere."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from rich.console import Console

_WORTH_TELLING_SECONDS = 1.0
_MEANINGS = {
    "web": "the web app: open this",
    "api": "the API",
    "graphql": "GraphQL and GraphiQL",
    "sockets": "its subscriptions",
    "grpc": "gRPC, with reflection",
    "media": "developed images",
    "aws": "the AWS endpoint",
}


class Progress:
    """Tells what happens, once it takes longer than a second."""

    def __init__(self) -> None:
        self._console = Console(highlight=False)

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """Show that something is under way, and how long it took if that was worth knowing."""
        begun = time.monotonic()
        if self._console.is_terminal:
            with self._console.status(what):
                yield
        else:
            yield
        if (took := time.monotonic() - begun) > _WORTH_TELLING_SECONDS or not self._console.is_terminal:
            self.say(f"{what}: {took:.1f} s")

    def say(self, sentence: str) -> None:
        """Say one line."""
        self._console.print(sentence, markup=False, soft_wrap=True)

    def addresses(self, endpoints: Mapping[str, str]) -> None:
        """Show where everything is and what to do next."""
        self._console.print("\n[bold green]Darkroom is up.[/]  Ctrl-C stops it.\n")
        widest = max(len(endpoints[name]) for name in _MEANINGS)
        for name, meaning in _MEANINGS.items():
            address = f"{endpoints[name]:<{widest}}"
            self._console.print(f"  [bold]{name:<8}[/]  [cyan]{address}[/]  [dim]{meaning}[/]", soft_wrap=True)
        self._console.print("\nNext, in another terminal:\n")
        self._console.print("    .venv/bin/darkroom register\n    .venv/bin/darkroom upload photo.jpg\n")
