"""Somebody who uploads, over real HTTP, in each of the ways there are."""

import uuid
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import httpx

from tests.e2e.handles import LocalCloud, eventually

PASSWORD = "correct horse battery"

_FINISHED = {"ready", "refused"}


@dataclass
class Photographer:
    """A person with an account of their own at a local cloud."""

    cloud: LocalCloud
    email: str = field(default_factory=lambda: f"{uuid.uuid4()}@example.org")
    session: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.storage = httpx.Client(timeout=30)
        self.http = httpx.Client(base_url=self.cloud.endpoints["api"], timeout=30)
        credentials = {"email": self.email, "password": PASSWORD}
        self.session = self.http.post("/v1/auth/register", json=credentials).raise_for_status().json()
        self.http.headers["Authorization"] = f"Bearer {self.session['access_token']}"

    def close(self) -> None:
        self.http.close()
        self.storage.close()

    def ask(self, data: bytes, content_type: str, name: str = "photo", **facts: Any) -> dict[str, Any]:
        """Announce a file and return the answer."""
        asked = {"file_name": name, "content_type": content_type, "bytes": len(data), **facts}
        answered: dict[str, Any] = self.http.post("/v1/uploads", json=asked).raise_for_status().json()
        return answered

    def fill(self, place: dict[str, Any], data: bytes) -> httpx.Response:
        """Send a form to the place that was given out."""
        return self.storage.post(place["url"], data=place["fields"], files={"file": ("photo", data)})

    def send_by_form(self, data: bytes, content_type: str, name: str = "photo", **facts: Any) -> str:
        answer = self.ask(data, content_type, name, **facts)
        self.fill(answer["upload"], data).raise_for_status()
        return str(answer["image"]["id"])

    def send_in_parts(self, data: bytes, content_type: str, name: str = "photo") -> str:
        answer = self.ask(data, content_type, name)
        parts, start = [], 0
        for part in answer["upload"]["parts"]:
            content = data[start : start + part["bytes"]]
            etag = self.storage.put(part["url"], content=content).raise_for_status().headers["ETag"]
            parts.append({"number": part["number"], "etag": etag})
            start += part["bytes"]
        self.http.post(f"/v1/uploads/{answer['image']['id']}/complete", json={"parts": parts}).raise_for_status()
        return str(answer["image"]["id"])

    def send_raw(self, data: bytes, content_type: str, name: str = "photo") -> str:
        headers = {"Content-Type": content_type, "File-Name": quote(name)}
        answer = self.http.post("/v1/images", content=data, headers=headers).raise_for_status()
        return str(answer.json()["image"]["id"])

    def send_as_a_field(self, data: bytes, content_type: str, name: str = "photo") -> str:
        answer = self.http.post("/v1/images", files={"file": (name, data, content_type)}).raise_for_status()
        return str(answer.json()["image"]["id"])

    def image(self, image_id: str) -> dict[str, Any]:
        found: dict[str, Any] = self.http.get(f"/v1/images/{image_id}").raise_for_status().json()
        return found

    def finished(self, image_id: str) -> dict[str, Any]:
        """Wait until an image is ready or refused."""
        eventually(lambda: self.image(image_id)["status"] in _FINISHED)
        return self.image(image_id)
