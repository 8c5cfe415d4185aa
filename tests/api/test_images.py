"""Uploads and images over HTTP: each request through the gateway, with real Postgres and S3 by moto."""

from typing import Any
from urllib.parse import quote

import boto3
import pytest
import requests

from darkroom.ids import uuid7
from darkroom.images.model import PART_BYTES
from tests.api.test_auth import credentials, is_problem
from tests.conftest import Load
from tests.gateway import Answer, Gateway
from tests.pictures import a_picture, encoded

PHOTO = encoded(a_picture(800, 600), "JPEG")
NEW = {"file_name": "harbour.jpg", "content_type": "image/jpeg", "bytes": len(PHOTO)}

OTHER_FORM = b'--x\r\nContent-Disposition: form-data; name="title"\r\n\r\nHarbour\r\n--x--\r\n'


class Person:
    """Somebody signed in, at every function's front door."""

    def __init__(self, load: Load, *, signed_in: bool = True) -> None:
        token = None
        if signed_in:
            token = Gateway(load("auth").app).post("/v1/auth/register", credentials()).json["access_token"]
        self.token = token
        self.upload = Gateway(load("upload").app, token=token)
        self.info = Gateway(load("info").app, token=token)
        self._convert = load("convert")

    def ask(self, **facts: Any) -> Answer:
        return self.upload.post("/v1/uploads", NEW | facts)

    def send(self, data: bytes = PHOTO, content_type: str = "image/jpeg", name: str = "harbour.jpg") -> Answer:
        return self.upload.post("/v1/images", data, headers={"Content-Type": content_type, "File-Name": quote(name)})

    def develop(self) -> None:
        """Hand the queue's messages to the function, as the event source would."""
        for message in _take_messages():
            record = {"messageId": message["MessageId"], "body": message["Body"], "eventSource": "aws:sqs"}
            assert self._convert.handler({"Records": [record]}, None) == {"batchItemFailures": []}


@pytest.fixture
def ada(load: Load) -> Person:
    return Person(load)


@pytest.fixture
def bob(load: Load) -> Person:
    return Person(load)


def test_a_photo_goes_in_by_form_and_a_webp_comes_out(ada: Person) -> None:
    asked = ada.ask(visibility="public")
    place = asked.json["upload"]
    sent = requests.post(place["url"], data=place["fields"], files={"file": PHOTO}, timeout=5)
    ada.develop()
    image = ada.info.get(f"/v1/images/{asked.json['image']['id']}")

    assert asked.status == 201
    assert set(place) == {"kind", "url", "fields", "expires_at"}
    assert asked.json["image"]["status"] == "awaiting"
    assert asked.json["image"]["variants"] == []
    assert sent.status_code in {200, 201, 204}
    assert image.json["status"] == "ready"
    assert [variant["width"] for variant in image.json["variants"]] == [800, 640, 320]
    assert image.json["variants"][0]["url"].startswith(f"http://media.test/{image.json['id']}/")


def test_a_photo_goes_in_directly(ada: Person) -> None:
    answer = ada.send(name="häfen & co.jpg")
    ada.develop()

    last = ada.info.get("/v1/images/last")

    assert answer.status == 202
    assert answer.json["image"]["file_name"] == "häfen & co.jpg"
    assert (last.json["id"], last.json["status"]) == (answer.json["image"]["id"], "ready")


def test_a_photo_goes_in_as_a_field_of_a_form(ada: Person) -> None:
    form = requests.Request("POST", "http://x", files={"file": ("harbour.jpg", PHOTO, "image/jpeg")}).prepare()

    answer = ada.upload.post("/v1/images", form.body, headers={"Content-Type": form.headers["Content-Type"]})

    assert answer.status == 202
    assert (answer.json["image"]["file_name"], answer.json["image"]["bytes"]) == ("harbour.jpg", len(PHOTO))


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (OTHER_FORM, "multipart/form-data; boundary=x", 422),
        (b"nothing of the kind", "multipart/form-data; boundary=x", 400),
        (b"nothing of the kind", "multipart/form-data", 400),
        (PHOTO, "text/plain", 415),
        (PHOTO, "image/tiff", 415),
        (b"", "image/jpeg", 422),
    ],
)
def test_what_is_no_photo_is_refused_with_a_sentence(ada: Person, body: bytes, content_type: str, status: int) -> None:
    answer = ada.upload.post("/v1/images", body, headers={"Content-Type": content_type, "File-Name": "x.jpg"})

    assert is_problem(answer, status)


def test_a_large_photo_goes_in_by_parts_and_is_resumed(ada: Person) -> None:
    large = PHOTO + bytes(2 * PART_BYTES + 5 - len(PHOTO))
    asked = ada.ask(bytes=len(large)).json
    parts = asked["upload"]["parts"]
    requests.put(parts[0]["url"], data=large[:PART_BYTES], timeout=5)
    resumed = ada.upload.get(f"/v1/uploads/{asked['image']['id']}").json["upload"]
    etags = {1: resumed["parts"][0]["etag"]}
    for part in resumed["parts"][1:]:
        start = (part["number"] - 1) * PART_BYTES
        sent = requests.put(part["url"], data=large[start : start + part["bytes"]], timeout=5)
        etags[part["number"]] = sent.headers["ETag"]
    body = {"parts": [{"number": number, "etag": etag} for number, etag in etags.items()]}

    completed = ada.upload.post(f"/v1/uploads/{asked['image']['id']}/complete", body)
    ada.develop()

    assert [part["uploaded"] for part in resumed["parts"]] == [True, False, False]
    assert asked["upload"]["kind"] == "multipart"
    assert completed.status == 202
    assert ada.info.get(f"/v1/images/{asked['image']['id']}").json["status"] == "ready"


def test_an_upload_is_given_up(ada: Person) -> None:
    image_id = ada.ask().json["image"]["id"]

    given_up = ada.upload.delete(f"/v1/uploads/{image_id}")

    assert given_up.status == 204
    assert ada.info.get(f"/v1/images/{image_id}").json["status"] == "refused"
    assert is_problem(ada.upload.get(f"/v1/uploads/{image_id}"), 409)


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        ({"bytes": 25_000_001}, 413),
        ({"content_type": "image/tiff"}, 415),
        ({"bytes": 0}, 422),
        ({"bytes": "many"}, 422),
        ({"visibility": "secret"}, 422),
        ({"owner_id": str(uuid7())}, 422),
    ],
)
def test_what_is_announced_is_checked(ada: Person, facts: dict[str, Any], status: int) -> None:
    assert is_problem(ada.ask(**facts), status)


def test_a_refused_photo_says_why_and_has_no_variants(ada: Person) -> None:
    """REQUIREMENTS 1: a TIFF named .png is refused by content."""
    tiff = encoded(a_picture(), "TIFF")
    image_id = ada.send(tiff, "image/png", "harbour.png").json["image"]["id"]
    ada.develop()

    image = ada.info.get(f"/v1/images/{image_id}").json

    assert (image["status"], image["variants"]) == ("refused", [])
    assert "TIFF" in image["reason"]
    assert is_problem(ada.info.get(f"/v1/images/{image_id}/optimized"), 409)


def test_an_image_shows_what_is_promised_and_nothing_else(ada: Person) -> None:
    ada.send()

    image = ada.info.get("/v1/images/last").json

    assert set(image) == {
        *("id", "status", "reason", "file_name", "width", "height", "bytes", "content_type", "visibility"),
        *("thumbhash", "uploaded_at", "developed_at", "variants"),
    }
    assert (image["status"], image["visibility"], image["variants"]) == ("awaiting", "private", [])


def test_optimized_leads_to_the_variant_that_fits(ada: Person) -> None:
    image_id = ada.send().json["image"]["id"]
    ada.develop()

    fitting = ada.info.get(f"/v1/images/{image_id}/optimized?width=300")
    full = ada.info.get(f"/v1/images/{image_id}/optimized")

    assert (fitting.status, full.status) == (302, 302)
    assert "-320.webp?" in fitting.headers["location"]
    assert "-800.webp?" in full.headers["location"]
    assert fitting.headers["cache-control"] == "no-store"
    assert requests.get(fitting.headers["location"], timeout=5).content[8:12] == b"WEBP"


def test_the_original_is_downloaded_under_its_own_name(ada: Person) -> None:
    image_id = ada.send(name="häfen.jpg").json["image"]["id"]
    ada.develop()

    answer = ada.info.get(f"/v1/images/{image_id}/original")
    fetched = requests.get(answer.headers["location"], timeout=5)

    assert answer.status == 302
    assert fetched.content == PHOTO
    assert "response-content-disposition=attachment" in answer.headers["location"]


def test_my_images_come_by_pages(ada: Person) -> None:
    """REQUIREMENTS 19."""
    sent = [ada.ask().json["image"]["id"] for _ in range(5)]

    first = ada.info.get("/v1/images?limit=3").json
    ada.ask()
    second = ada.info.get(f"/v1/images?limit=3&cursor={first['next_cursor']}").json

    assert [image["id"] for image in first["images"] + second["images"]] == sent[::-1]
    assert second["next_cursor"] is None
    assert is_problem(ada.info.get("/v1/images?limit=101"), 422)
    assert is_problem(ada.info.get("/v1/images?cursor=made-up"), 422)


@pytest.mark.parametrize("width", ["0", "-1", "x", "99999"])
def test_a_width_that_is_none_is_refused(ada: Person, width: str) -> None:
    assert is_problem(ada.info.get(f"/v1/images/{uuid7()}/optimized?width={width}"), 422)


def test_a_strangers_image_looks_absent_everywhere(ada: Person, bob: Person, load: Load) -> None:
    image_id = ada.send().json["image"]["id"]
    ada.develop()
    absent = str(uuid7())
    anonymous = Person(load, signed_in=False)

    for path in ("", "/optimized", "/original"):
        theirs = bob.info.get(f"/v1/images/{image_id}{path}")
        nobodys = bob.info.get(f"/v1/images/{absent}{path}")
        assert is_problem(theirs, 404)
        assert theirs.text.replace(image_id, absent) == nobodys.text
    assert is_problem(anonymous.info.get(f"/v1/images/{image_id}/optimized"), 404)
    assert is_problem(bob.upload.get(f"/v1/uploads/{image_id}"), 404)
    assert is_problem(bob.upload.delete(f"/v1/uploads/{image_id}"), 404)
    assert is_problem(bob.upload.post(f"/v1/uploads/{image_id}/complete", {"parts": []}), 404)
    assert is_problem(bob.info.get("/v1/images/last"), 404)
    assert bob.info.get("/v1/images").json["images"] == []


def test_nobody_uploads_or_lists_without_signing_in(load: Load) -> None:
    anonymous = Person(load, signed_in=False)

    assert is_problem(anonymous.ask(), 401)
    assert is_problem(anonymous.send(), 401)
    assert is_problem(anonymous.info.get("/v1/images"), 401)
    assert is_problem(anonymous.info.get("/v1/images/last"), 401)


@pytest.mark.parametrize("image_id", ["1", "latest", "01a1fc7a-e88d-7ae0-8abf", "%00", "x" * 500])
def test_what_is_no_id_is_absent(ada: Person, image_id: str) -> None:
    assert is_problem(ada.info.get(f"/v1/images/{image_id}"), 404)


def test_a_browser_of_another_origin_may_ask(ada: Person, load: Load) -> None:
    asked = ada.info.send("OPTIONS", "/v1/uploads")
    answered = ada.info.get("/v1/images")

    assert asked.status == 204
    assert "Authorization" in asked.headers["access-control-allow-headers"]
    assert answered.headers["access-control-allow-origin"] == "*"
    assert load("info").app.routes["/{proxy+}"]


def _take_messages() -> list[Any]:
    sqs = boto3.client("sqs")
    url = sqs.get_queue_url(QueueName="uploadsqueue")["QueueUrl"]
    taken = []
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
        for message in messages:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        taken += messages
    return taken
