"""Bring an image back: its WebP or its original, streamed into a file that appears when it is whole."""

import os
import re
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path

import httpx

from client import words
from client.api import Answer, Api, refusal
from client.problems import Problem, Unreachable, explain

OnBytes = Callable[[int, int | None], None]


def download(api: Api, image: Answer, wanted: str, target: Path, on_bytes: OnBytes) -> int:
    """Save an image as `target` and return how many bytes it has; `wanted` is the last part of its address.

    `on_bytes` hears how many have come and how many there will be, where that is known.
    """
    path = f"{api.address}/v1/images/{image['id']}/{wanted}"
    answer = api.signed(lambda headers: api.http.get(path, headers=headers))
    if answer.status_code not in {HTTPStatus.FOUND, HTTPStatus.TEMPORARY_REDIRECT}:
        raise refusal(answer)
    address = httpx.URL(path).join(answer.headers["Location"])
    try:
        return _fetch(api, address, target, on_bytes)
    except httpx.TransportError as error:
        raise Unreachable(
            f"The connection to {address.host} broke: see that it runs (`make up`) and try the same command again."
        ) from error
    except OSError as error:
        raise explain(error) from error


def suggested_name(image: Answer, kind: str) -> str:
    """Return a file name for a download, without anything that leads elsewhere."""
    name = words.plain(str(image["file_name"])).replace("\\", "/").rpartition("/")[2].lstrip(".") or "photo"
    return name if kind == "original" else re.sub(r"\.[^.]*$", "", name) + ".webp"


def _fetch(api: Api, address: httpx.URL, target: Path, on_bytes: OnBytes) -> int:
    fresh = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with api.http.stream("GET", address) as answer:
            if not answer.is_success:
                raise Problem(f"The storage did not hand the photo out (status {answer.status_code}): try again.")
            announced = answer.headers.get("Content-Length")
            total = int(announced) if announced else None
            came = 0
            with fresh.open("wb") as file:
                for piece in answer.iter_bytes():
                    file.write(piece)
                    came += len(piece)
                    on_bytes(came, total)
        fresh.replace(target)
    finally:
        fresh.unlink(missing_ok=True)
    return came
