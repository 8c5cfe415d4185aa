"""One photo's way into Darkroom: announced, sent or resumed, and watched until it is ready or refused."""

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Protocol

from client import photos, sending
from client.api import Answer, Api
from client.live import Live
from client.photos import Photo
from client.problems import Problem, Refused, Unreachable
from client.unfinished import Unfinished

_FIRST_LOOK = 0.1
_LAST_LOOKS = 1.0
_SLOWER = 1.4
_PATIENCE_SECONDS = 20 * 60
_FINISHED = frozenset({"ready", "refused"})


class Watcher(Protocol):
    """Sees one photo on its way. Called from the thread that uploads it."""

    def sent(self, count: int) -> None:
        """Hear how many of the photo's bytes have gone out."""

    def became(self, status: str) -> None:
        """Hear of a new status: `sending`, `resuming`, `awaiting`, `processing`."""

    def pausing(self, seconds: float) -> None:
        """Hear that a request has to be tried again after a wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the person asked for, the same for every photo."""

    visibility: str = "private"
    direct: bool = False
    wait: bool = True


class LeftDeveloping(Problem):
    """The photo has arrived, and then we lost sight of it."""

    def __init__(self, sentence: str, image: Answer) -> None:
        super().__init__(sentence)
        self.image = image


def upload(  # noqa: PLR0913, PLR0917 - what, where to, how
    api: Api, photo: Photo, wishes: Wishes, unfinished: Unfinished, watcher: Watcher, live: Live
) -> Answer:
    """Bring a photo in and return its image as it last was."""
    api = replace(api, on_pause=watcher.pausing)
    if wishes.direct:
        watcher.became("sending")
        image = sending.send_directly(api, photo, watcher.sent)
        return await_development(api, image, watcher, live) if wishes.wait else image
    checksum = photos.sha256(photo, api.stop)
    way = _Way(api=api, photo=photo, checksum=checksum, unfinished=unfinished, watcher=watcher)
    image = way.go_on() or way.begin(wishes.visibility)
    if wishes.wait:
        image = await_development(api, image, watcher, live)
    unfinished.forget(photo, checksum)
    return image


def await_development(api: Api, image: Answer, watcher: Watcher, live: Live) -> Answer:
    """Look whenever something is heard of an image, and calmly now and then, until it is ready or refused."""
    give_up = time.monotonic() + _PATIENCE_SECONDS
    pause = _FIRST_LOOK
    path = f"/v1/images/{image['id']}"
    while image["status"] not in _FINISHED:
        watcher.became(image["status"])
        if time.monotonic() > give_up:
            raise LeftDeveloping(_look_again("It is taking very long", image), image)
        live.wait(api, image["id"], at_most=pause)
        pause = min(pause * _SLOWER, _LAST_LOOKS)
        try:
            image = api.ask("GET", path)
        except Unreachable as error:
            raise LeftDeveloping(_look_again("It has arrived, but Darkroom no longer answers", image), image) from error
    return image


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    """How one photo gets to where it is developed."""

    api: Api
    photo: Photo
    checksum: str
    unfinished: Unfinished
    watcher: Watcher

    def go_on(self) -> Answer | None:
        """Resume this very file's upload where it was interrupted; None if there is nothing to go on with."""
        image_id = self.unfinished.find(self.photo, self.checksum)
        if image_id is None:
            return None
        image: Answer | None
        try:
            image = self.api.ask("GET", f"/v1/images/{image_id}")
            if image["status"] == "awaiting":
                begun = self.api.ask("GET", f"/v1/uploads/{image_id}")
                self.watcher.became("resuming")
                image = self._send(begun["image"], begun["upload"])
        except Refused:  # its time was over, somebody aborted it, or the storage forgot it
            self._give_up(image_id)
            image = None
        if image is None or image["status"] == "refused":
            self.unfinished.forget(self.photo, self.checksum)
            return None
        return image

    def begin(self, visibility: str) -> Answer:
        """Announce the photo and send it, and once more from the start where the storage forgets what it was sent."""
        begun = self._announce(visibility)
        try:
            return self._send(begun["image"], begun["upload"])
        except Refused:
            if begun["upload"]["kind"] != "multipart":
                raise
            self._give_up(begun["image"]["id"])
        begun = self._announce(visibility)
        return self._send(begun["image"], begun["upload"])

    def _announce(self, visibility: str) -> Answer:
        facts = {
            "file_name": self.photo.name,
            "content_type": self.photo.content_type,
            "bytes": self.photo.bytes,
            "checksum_sha256": self.checksum,
            "visibility": visibility,
        }
        begun = self.api.ask("POST", "/v1/uploads", json=facts)
        if begun["upload"]["kind"] == "multipart":
            self.unfinished.remember(self.photo, self.checksum, begun["image"]["id"])
        self.watcher.became("sending")
        return begun

    def _give_up(self, image_id: str) -> None:
        """Let go of an upload that cannot be gone on with; where it is over already, that is fine."""
        with suppress(Refused):
            self.api.ask("DELETE", f"/v1/uploads/{image_id}")

    def _send(self, image: Answer, upload: Mapping[str, Any]) -> Answer:
        """Send the bytes, to a fresh place where the first one is over, and say that they are all there."""
        try:
            parts = sending.send(self.api, self.photo, upload, self.watcher.sent)
        except sending.PlaceOver:
            fresh = self.api.ask("GET", f"/v1/uploads/{image['id']}")["upload"]
            parts = sending.send(self.api, self.photo, fresh, self.watcher.sent)
        if parts:
            image = self.api.ask("POST", f"/v1/uploads/{image['id']}/complete", json={"parts": parts})["image"]
        return image


def _look_again(what: str, image: Answer) -> str:
    return f"{what}: look again with `darkroom show {image['id']}`."
