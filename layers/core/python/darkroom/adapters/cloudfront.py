"""The CDN in front of what is not private. The one door to boto3's CloudFront client."""

from functools import cached_property
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from darkroom.errors import Unavailable
from darkroom.ids import ImageId, uuid7
from darkroom.images.object_keys import public_folder

if TYPE_CHECKING:
    from mypy_boto3_cloudfront.client import CloudFrontClient


class CloudFrontCdn:
    """Copies that CloudFront keeps for a year. Those that browsers keep are out of anybody's reach."""

    def __init__(self, distribution_id: str) -> None:
        self._distribution_id = distribution_id

    def forget(self, image_id: ImageId) -> None:
        """Ask for all copies of an image to be dropped, which takes CloudFront a few seconds."""
        try:
            self._client.create_invalidation(
                DistributionId=self._distribution_id,
                InvalidationBatch={
                    "Paths": {"Quantity": 1, "Items": [f"/{public_folder(image_id)}*"]},
                    "CallerReference": str(uuid7()),
                },
            )
        except (BotoCoreError, ClientError) as error:
            raise Unavailable("The CDN cannot be reached right now: try again in a few seconds.") from error

    @cached_property
    def _client(self) -> "CloudFrontClient":
        """Made when it is needed, which is seldom: it takes as long as the rest of a cold start."""
        return boto3.client("cloudfront", config=Config(connect_timeout=2, read_timeout=10))
