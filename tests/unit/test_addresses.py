"""Signed addresses: ours are the ones that boto3 would make."""

from datetime import UTC, datetime

import boto3
import pytest
from botocore.config import Config

from darkroom.adapters.addresses import Credentials, MediaAddresses, sign_get
from darkroom.images.model import Visibility
from tests.builders import a_ready_image

CREDENTIALS = Credentials(
    access_key="AKIDEXAMPLE", secret_key="a+secret/key", session_token="a/token==", region="eu-central-1"
)
MOMENT = datetime(2026, 5, 4, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize("endpoint", [None, "http://127.0.0.1:4566"])
@pytest.mark.parametrize("key", ["originals/01a1fc7a", "a b/ü+~.webp"])
def test_an_address_is_the_one_that_boto3_signs(
    monkeypatch: pytest.MonkeyPatch, endpoint: str | None, key: str
) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    if endpoint:
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    client = boto3.client(
        "s3",
        region_name=CREDENTIALS.region,
        aws_access_key_id=CREDENTIALS.access_key,
        aws_secret_access_key=CREDENTIALS.secret_key,
        aws_session_token=CREDENTIALS.session_token,
        config=Config(signature_version="s3v4", s3={"addressing_style": "path" if endpoint else "virtual"}),
    )
    disposition = "attachment; filename*=UTF-8''h%C3%A4fen.jpg"
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda **_options: MOMENT.replace(tzinfo=None))
    theirs = client.generate_presigned_url(
        "get_object",
        Params={"Bucket": "originals", "Key": key, "ResponseContentDisposition": disposition},
        ExpiresIn=3600,
    )

    ours = sign_get(
        CREDENTIALS, "originals", key, {"response-content-disposition": disposition}, since=MOMENT, seconds=3600
    )

    assert _parts(ours) == _parts(theirs)


def test_a_private_image_keeps_its_address_for_a_while_and_a_public_one_for_good() -> None:
    addresses = MediaAddresses(
        media_url="http://media.test/", media_bucket="media", originals_bucket="originals", credentials=CREDENTIALS
    )
    image = a_ready_image()
    public = a_ready_image(visibility=Visibility.PUBLIC)

    assert addresses.of_variant(image, image.variants[0]) == addresses.of_variant(image, image.variants[0])
    assert "X-Amz-Signature=" in addresses.of_variant(image, image.variants[0])
    assert addresses.of_variant(public, public.variants[0]) == f"http://media.test/{public.variants[0].key}"


def _parts(address: str) -> tuple[str, list[str]]:
    place, _, query = address.partition("?")
    return place, sorted(query.split("&"))
