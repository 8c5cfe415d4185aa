"""The commands of `darkroom`: sign in, upload photos and watch them develop, look at them, operate the platform."""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

from client import downloading, operating, places, showing, words
from client.api import connected
from client.batch import upload_all
from client.calm import Calm
from client.display import Display, Json, Lines, Terminal
from client.live import listening
from client.problems import Problem, Stopped
from client.session import Session
from client.unfinished import Unfinished
from client.uploading import Wishes

app = typer.Typer(
    cls=Calm,
    help="Upload photos to Darkroom and watch them develop.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
_OPERATING = "Operating"
_PAGE = 100
_GO_ON = "Stopped: run the same command again for the photos that are missing; large ones go on where they were."

ApiAddress = Annotated[
    str | None,
    typer.Option("--api", metavar="URL", help="Where Darkroom is. [default: $DARKROOM_API, or what `make up` wrote]"),
]
Email = Annotated[str | None, typer.Option("--email", help="Your e-mail address; asked for if left out.")]
PasswordFromStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input ($DARKROOM_PASSWORD works too).")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object per image.")]
ImageId = Annotated[str, typer.Argument(metavar="IMAGE", help="An image's id, or `last` for your newest.")]


class Visibility(StrEnum):
    """Who may see an image."""

    PRIVATE = "private"
    UNLISTED = "unlisted"
    PUBLIC = "public"


@app.command()
def register(email: Email = None, password_stdin: PasswordFromStdin = False, api: ApiAddress = None) -> None:
    """Open an account and sign in."""
    _enter("register", api, email, from_stdin=password_stdin, confirm=True)


@app.command()
def login(email: Email = None, password_stdin: PasswordFromStdin = False, api: ApiAddress = None) -> None:
    """Sign in."""
    _enter("login", api, email, from_stdin=password_stdin, confirm=False)


@app.command()
def logout(api: ApiAddress = None) -> None:
    """Sign out here and end the session at Darkroom."""
    with connected(places.api_address(api)) as darkroom:
        session = darkroom.sessions.forget()
        if session is None:
            typer.echo("Nobody was signed in.")
            return
        try:
            darkroom.ask_openly("/v1/auth/logout", {"refresh_token": session.refresh_token})
        except Problem as problem:
            raise Problem(f"Signed out here, but Darkroom could not be told: {problem}") from problem
    typer.echo(f"Signed out {session.email}.")


@app.command()
def whoami(api: ApiAddress = None) -> None:
    """Say who is signed in, and where."""
    with connected(places.api_address(api)) as darkroom:
        account = darkroom.ask("GET", "/v1/auth/me")["account"]
        typer.echo(f"{words.plain(account['email'])} at {darkroom.address}")


@app.command()
def upload(  # noqa: PLR0913, PLR0917 - the options of a command
    photos: Annotated[list[Path], typer.Argument(metavar="PHOTO...", help="The files to upload.")],
    visibility: Annotated[Visibility, typer.Option(help="Who may see them.")] = Visibility.PRIVATE,
    jobs: Annotated[int, typer.Option(min=1, max=16, help="How many at a time.")] = 4,
    direct: Annotated[
        bool, typer.Option("--direct", help="Send the bytes through the API itself (small photos).")
    ] = False,
    no_wait: Annotated[bool, typer.Option("--no-wait", help="Do not wait until they are developed.")] = False,
    as_json: AsJson = False,
    api: ApiAddress = None,
) -> None:
    """Upload photos and wait until each is ready or refused.

    A large upload that was interrupted goes on where it was when you run the same command again.
    """
    paths = list({path.resolve(): path for path in photos}.values())
    wishes = Wishes(visibility=visibility.value, direct=direct, wait=not no_wait)
    began = time.monotonic()
    outcomes = []
    with connected(places.api_address(api), jobs=jobs) as darkroom:
        account_id = darkroom.ask("GET", "/v1/auth/me")["account"]["id"]
        unfinished = Unfinished(darkroom.address, account_id)
        sockets = places.sockets_address(darkroom.address) if wishes.wait else None
        with _display(paths, as_json=as_json) as display, listening(darkroom, sockets) as live:
            try:
                for outcome in upload_all(
                    darkroom.persistent(), paths, wishes, unfinished, jobs=jobs, watch=display.watch, live=live
                ):
                    outcomes.append(outcome)
                    display.ended(outcome)
            except KeyboardInterrupt as interrupt:
                raise Stopped(_GO_ON) from interrupt
    display.summarise(outcomes, time.monotonic() - began)
    if not all(outcome.is_good for outcome in outcomes):
        raise typer.Exit(1)


@app.command("list")
def list_images(
    limit: Annotated[int, typer.Option(min=1, help="How many, from the newest.")] = 20,
    as_json: AsJson = False,
    api: ApiAddress = None,
) -> None:
    """List your photos, newest first."""
    images: list[Any] = []
    cursor: str | None = None
    with connected(places.api_address(api)) as darkroom:
        while len(images) < limit:
            params = {"limit": str(min(_PAGE, limit - len(images)))} | ({"cursor": cursor} if cursor else {})
            page = darkroom.ask("GET", "/v1/images", params=params)
            images += page["images"]
            cursor = page["next_cursor"]
            if not cursor:
                break
    if as_json:
        for image in images:
            typer.echo(json.dumps(image))
    elif images:
        showing.show_many(Console(), images)
    else:
        typer.echo("No photos yet: `darkroom upload PHOTO` brings the first one in.")


@app.command()
def show(image: ImageId, as_json: AsJson = False, api: ApiAddress = None) -> None:
    """Show what is known of a photo, with the addresses of its WebPs."""
    with connected(places.api_address(api)) as darkroom:
        found = darkroom.ask("GET", _image_path(image))
    if as_json:
        typer.echo(json.dumps(found))
    else:
        showing.show_one(Console(), found)


@app.command()
def download(  # noqa: PLR0913, PLR0917 - the options of a command
    image: ImageId,
    original: Annotated[bool, typer.Option("--original", help="What was uploaded, instead of the WebP.")] = False,
    width: Annotated[int | None, typer.Option(min=1, help="A WebP for this many pixels.")] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="The file to write.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is already there.")] = False,
    api: ApiAddress = None,
) -> None:
    """Save a photo's WebP, or its original, as a file."""
    if original and width:
        raise typer.BadParameter("An original has one size: leave out --width or --original.")
    kind = "original" if original else "optimized"
    wanted = f"{kind}?width={width}" if width else kind
    with connected(places.api_address(api)) as darkroom:
        found = darkroom.ask("GET", _image_path(image))
        target = output or Path(downloading.suggested_name(found, kind))
        if target.is_dir():
            target /= downloading.suggested_name(found, kind)
        if target.exists() and not force:
            raise Problem(f"{target} is already there: choose another name with --output, or replace it with --force.")
        with _download_bar(target.name) as on_bytes:
            count = downloading.download(darkroom, found, wanted, target, on_bytes)
    typer.echo(f"{target}  {words.size(count)}")


@app.command(rich_help_panel=_OPERATING)
def redrive(
    stack: Annotated[str, typer.Option(envvar="DARKROOM_STACK", help="The stack whose queues are meant.")] = "darkroom",
) -> None:
    """Put the messages that failed too often back on their queues."""
    moved = operating.redrive(stack)
    typer.echo(f"Put {words.count(moved, 'message')} back." if moved else "There are no dead letters.")


@app.command(rich_help_panel=_OPERATING)
def rotate_keys(
    secret_name: Annotated[
        str, typer.Option("--secret", envvar="SIGNING_KEYS_SECRET", help="The secret that holds the signing keys.")
    ] = "darkroom/signing-keys",  # noqa: S107 - its name, not the secret
    create: Annotated[
        bool, typer.Option("--create", help="Make the secret with its first key, if there is none.")
    ] = False,
) -> None:
    """Put a new signing key in front; the one before stays trusted until the next rotation."""
    if create:
        operating.create_keys(secret_name)
        typer.echo(f"{secret_name} holds a signing key.")
        return
    kid = operating.rotate_keys(secret_name)
    typer.echo(f"In two minutes tokens are signed with {kid}; the key before stays trusted.")


def _enter(way: str, api: str | None, email: str | None, *, from_stdin: bool, confirm: bool) -> None:
    with connected(places.api_address(api)) as darkroom:
        email = email or _asked("E-mail")
        password = _password(from_stdin=from_stdin, confirm=confirm)
        session = Session.answered(darkroom.ask_openly(f"/v1/auth/{way}", {"email": email, "password": password}))
        darkroom.sessions.save(session)
    typer.echo(f"Signed in as {words.plain(session.email)}.")


def _password(*, from_stdin: bool, confirm: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if password := os.environ.get("DARKROOM_PASSWORD"):
        return password
    return _asked("Password", hidden=True, confirm=confirm)


def _asked(what: str, *, hidden: bool = False, confirm: bool = False) -> str:
    if not sys.stdin.isatty():
        raise Problem(
            "There is nobody to ask: give --email, and the password with --password-stdin or $DARKROOM_PASSWORD."
        )
    return str(typer.prompt(what, hide_input=hidden, confirmation_prompt=confirm))


def _display(paths: list[Path], *, as_json: bool) -> Display:
    console = Console()
    if as_json:
        return Json()
    return Terminal(console, paths) if console.is_terminal else Lines()


@contextmanager
def _download_bar(name: str) -> Iterator[Callable[[int, int | None], None]]:
    console = Console(stderr=True)
    columns = TextColumn("{task.description}"), BarColumn(28, complete_style="cyan"), DownloadColumn()
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(name)
        yield lambda came, total: progress.update(task, completed=came, total=total)


def _image_path(image: str) -> str:
    return f"/v1/images/{quote(image, safe='')}"
