"""How a photo's bytes leave this computer: as one form, in parts, or through the API itself."""

import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from client import photos, words
from client.api import Answer, Api, Headers, refusal
from client.photos import Photo
from client.problems import Problem

OnSent = Callable[[int], None]

DIRECT_BYTES = 4_500_000

_OVER = frozenset({HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND})


class PlaceOver(Problem):
    """The address for the bytes is no longer good: a fresh one has to be asked for."""


def send(api: Api, photo: Photo, upload: Mapping[str, Any], on_sent: OnSent) -> list[Answer]:
    """Send a photo to the place that the API gave; return what is needed to complete it, for parts only.

    `on_sent` hears how many bytes of the photo have gone out so far.
    """
    if upload["kind"] == "post":
        _send_form(api, photo, upload, on_sent)
        return []
    return _send_parts(api, photo, upload["parts"], on_sent)


def send_directly(api: Api, photo: Photo, on_sent: OnSent) -> Answer:
    """Send a photo through the API itself; return the image."""
    if photo.bytes > DIRECT_BYTES:
        raise Problem(f"{photo.name} has {words.size(photo.bytes)}, too much for --direct: upload it without.")

    def post(authorization: Headers) -> httpx.Response:
        return api.http.post(
            f"{api.address}/v1/images",
            content=photos.pieces(photo, 0, photo.bytes, api.stop, on_sent),
            headers={
                **authorization,
                "Content-Type": photo.content_type,
                "Content-Length": str(photo.bytes),
                "File-Name": quote(photo.name),
            },
        )

    answer = api.signed(post, repeatable=False)
    if not answer.is_success:
        raise refusal(answer)
    image: Answer = answer.json()["image"]
    return image


def _send_form(api: Api, photo: Photo, upload: Mapping[str, Any], on_sent: OnSent) -> None:
    boundary = secrets.token_hex(16)
    before, after = _around(photo, upload["fields"], boundary)

    def body() -> Iterator[bytes]:
        yield before
        yield from photos.pieces(photo, 0, photo.bytes, api.stop, on_sent)
        yield after

    headers = {
        "Content-Type": f"multipart/form-data; boundary={boundary}",
        "Content-Length": str(len(before) + photo.bytes + len(after)),
    }
    _check(photo, api.patiently(lambda: api.http.post(upload["url"], content=body(), headers=headers)))


def _around(photo: Photo, fields: Mapping[str, str], boundary: str) -> tuple[bytes, bytes]:
    """Return what a form has before and after the file, which S3 wants last."""
    lines = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    lines.append(f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="photo"\r\n')
    lines.append(f"Content-Type: {photo.content_type}\r\n\r\n")
    return "".join(lines).encode(), f"\r\n--{boundary}--\r\n".encode()


def _send_parts(api: Api, photo: Photo, parts: list[Mapping[str, Any]], on_sent: OnSent) -> list[Answer]:
    done: list[Answer] = []
    there = sum(part["bytes"] for part in parts if part["uploaded"])
    start = 0
    for part in parts:
        on_sent(there)
        etag = part["etag"]
        if not part["uploaded"]:
            etag = _send_part(api, photo, part, (start, there), on_sent)
            there += part["bytes"]
        done.append({"number": part["number"], "etag": etag})
        start += part["bytes"]
    return done


def _send_part(api: Api, photo: Photo, part: Mapping[str, Any], offsets: tuple[int, int], on_sent: OnSent) -> str:
    """Send one part; `offsets` are where it begins in the file and how many bytes are there already."""
    start, there = offsets
    answer = api.patiently(
        lambda: api.http.put(
            part["url"],
            content=photos.pieces(photo, start, part["bytes"], api.stop, lambda sent: on_sent(there + sent)),
            headers={"Content-Length": str(part["bytes"])},
        )
    )
    _check(photo, answer)
    return str(answer.headers["ETag"])


def _check(photo: Photo, answer: httpx.Response) -> None:
    if answer.is_success:
        return
    said = re.search(r"<Message>([^<]*)</Message>", answer.text)
    reason = words.plain(said[1]) if said else f"status {answer.status_code}"
    sentence = f"The storage did not take {photo.name} ({reason}): run the same command again."
    raise PlaceOver(sentence) if answer.status_code in _OVER else Problem(sentence)
