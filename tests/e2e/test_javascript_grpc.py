"""A JavaScript client of the bridge: it has the .proto files and nothing else of ours."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.e2e.handles import LocalCloud
from tests.e2e.photographers import Photographer
from tests.javascript_peers import Peer
from tests.pictures import a_picture, encoded

PHOTO = encoded(a_picture(1600, 1200), "JPEG", quality=95)  # several chunks


@pytest.fixture
def photographer(cloud: LocalCloud) -> Iterator[Photographer]:
    with closing(Photographer(cloud)) as photographer:
        yield photographer


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "Straße.jpg"
    path.write_bytes(PHOTO)
    return path


def test_a_photo_is_uploaded_and_followed_until_it_is_ready(photographer: Photographer, photo: Path) -> None:
    facts = {"address": photographer.cloud.endpoints["grpc"], "file": str(photo), "contentType": "image/jpeg"}

    with Peer("upload.mjs", token=photographer.session["access_token"], **facts) as peer:
        uploaded, *changes, ended = peer.hear_all()

    image = photographer.image(uploaded["uploaded"]["id"])
    statuses = [said["change"]["status"] for said in changes]
    assert statuses == [s for s in ("STATUS_AWAITING", "STATUS_PROCESSING", "STATUS_READY") if s in statuses]
    assert statuses[-1] == "STATUS_READY"
    assert changes[-1]["change"]["image"]["width"] == 1600
    assert [v["width"] for v in changes[-1]["change"]["image"]["variants"]] == [v["width"] for v in image["variants"]]
    assert (image["status"], image["file_name"], image["bytes"]) == ("ready", photo.name, len(PHOTO))
    assert ended == {"ended": True}


def test_nobody_is_told_to_sign_in(cloud: LocalCloud, photo: Path) -> None:
    with Peer(
        "upload.mjs", address=cloud.endpoints["grpc"], token="", file=str(photo), contentType="image/jpeg"
    ) as peer:
        (said,) = peer.hear_all()

    assert said["refused"]["code"] == "UNAUTHENTICATED"
    assert "Sign in" in said["refused"]["details"]
