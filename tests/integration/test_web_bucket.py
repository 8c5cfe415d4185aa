"""Publishing the web app: what is sent, in which order, how long a browser may keep it, and what goes when."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import pytest
from moto import mock_aws

from localstack import web

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

BUCKET = "web"
CONFIG = {"sockets": "wss://sockets.test", "mostUploadBytes": 25_000_000}


@pytest.fixture
def objects(monkeypatch: pytest.MonkeyPatch) -> Iterator["S3Client"]:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket=BUCKET)
        yield client
        client.close()


@pytest.fixture
def sent(objects: "S3Client") -> list[str]:
    """The keys that are written, in order."""
    keys: list[str] = []
    objects.meta.events.register("provide-client-params.s3.PutObject", lambda params, **_: keys.append(params["Key"]))
    return keys


def test_the_page_comes_after_what_it_loads(objects: "S3Client", sent: list[str], tmp_path: Path) -> None:
    built = _a_build(tmp_path, "index-a1.js", "index-a1.css")

    web.publish(objects, BUCKET, built, CONFIG)

    assert sorted(sent) == ["assets/index-a1.css", "assets/index-a1.js", "config.json", "favicon.svg", "index.html"]
    assert sent[-1] == "index.html"


def test_each_file_says_what_it_is_and_how_long_it_may_be_kept(objects: "S3Client", tmp_path: Path) -> None:
    web.publish(objects, BUCKET, _a_build(tmp_path, "index-a1.js", "onest.woff2"), CONFIG)

    year = "public, max-age=31536000, immutable"
    assert _facts(objects, "assets/index-a1.js") == ("text/javascript; charset=utf-8", year)
    assert _facts(objects, "assets/onest.woff2") == ("font/woff2", year)
    assert _facts(objects, "favicon.svg") == ("image/svg+xml", "no-cache")
    assert _facts(objects, "index.html") == ("text/html; charset=utf-8", "no-cache")
    assert _facts(objects, "config.json") == ("application/json", "no-store")
    assert json.loads(_read(objects, "config.json")) == CONFIG


def test_what_is_there_already_is_not_sent_again(objects: "S3Client", sent: list[str], tmp_path: Path) -> None:
    built = _a_build(tmp_path, "index-a1.js")
    web.publish(objects, BUCKET, built, CONFIG)
    sent.clear()

    web.publish(objects, BUCKET, built, CONFIG)
    web.publish(objects, BUCKET, built, CONFIG | {"mostUploadBytes": 1})

    assert sent == ["config.json"]


def test_a_page_that_was_opened_before_a_deploy_finds_its_assets_for_a_week(
    objects: "S3Client", tmp_path: Path
) -> None:
    web.publish(objects, BUCKET, _a_build(tmp_path / "1", "index-a1.js"), CONFIG)
    newer = _a_build(tmp_path / "2", "index-b2.js")

    web.publish(objects, BUCKET, newer, CONFIG)

    assert _keys(objects) >= {"assets/index-a1.js", "assets/index-b2.js"}

    _left_days_ago(objects, "assets/index-a1.js", days=7)
    web.publish(objects, BUCKET, newer, CONFIG)
    assert "assets/index-a1.js" in _keys(objects)

    _left_days_ago(objects, "assets/index-a1.js", days=8)
    web.publish(objects, BUCKET, newer, CONFIG)
    assert "assets/index-a1.js" not in _keys(objects)
    assert json.loads(_read(objects, "left.json")) == {}


def test_an_asset_that_comes_back_is_not_counted_as_left(objects: "S3Client", tmp_path: Path) -> None:
    first, second = _a_build(tmp_path / "1", "index-a1.js"), _a_build(tmp_path / "2", "index-b2.js")
    for built in (first, second):
        web.publish(objects, BUCKET, built, CONFIG)
    _left_days_ago(objects, "assets/index-a1.js", days=30)

    web.publish(objects, BUCKET, first, CONFIG)

    assert "assets/index-a1.js" in _keys(objects)
    assert set(json.loads(_read(objects, "left.json"))) == {"assets/index-b2.js"}


def _a_build(folder: Path, *assets: str) -> Path:
    (folder / "assets").mkdir(parents=True)
    (folder / ".vite").mkdir()
    (folder / ".vite/manifest.json").write_text("{}")
    (folder / ".built").write_text("of these sources")
    (folder / "index.html").write_text(f"<!doctype html>{assets}")
    (folder / "favicon.svg").write_text("<svg/>")
    for asset in assets:
        (folder / "assets" / asset).write_text(asset)
    return folder


def _facts(objects: "S3Client", key: str) -> tuple[str, str]:
    told = objects.head_object(Bucket=BUCKET, Key=key)
    return told["ContentType"], told["CacheControl"]


def _read(objects: "S3Client", key: str) -> bytes:
    return objects.get_object(Bucket=BUCKET, Key=key)["Body"].read()


def _keys(objects: "S3Client") -> set[str]:
    return {found["Key"] for found in objects.list_objects_v2(Bucket=BUCKET)["Contents"]}


def _left_days_ago(objects: "S3Client", key: str, *, days: int) -> None:
    day = datetime.now(UTC).date() - timedelta(days=days)
    objects.put_object(Bucket=BUCKET, Key="left.json", Body=json.dumps({key: day.isoformat()}).encode())
