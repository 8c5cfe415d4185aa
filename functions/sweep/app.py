"""The broom: every minute it ends what is stuck. `{"recover": true}` says that the queue was lost just now."""

from dataclasses import asdict, dataclass
from typing import Any

from aws_lambda_powertools import Logger

from darkroom.adapters.cloudfront import CloudFrontCdn
from darkroom.adapters.postgres.unit_of_work import PostgresUnitOfWork
from darkroom.adapters.s3 import S3Media, S3Originals, S3Uploads, s3_client
from darkroom.adapters.sqs import SqsUploadsQueue, sqs_client
from darkroom.images.deleting import purge_images
from darkroom.images.editing import tidy_images
from darkroom.images.sweeping import forget_old_events, sweep_uploads
from darkroom.settings import DatabaseSettings


@dataclass(frozen=True, kw_only=True)
class SweepSettings(DatabaseSettings):
    """Where originals arrive, where WebPs lie and are copied to, and where development is asked for."""

    originals_bucket: str
    media_bucket: str
    media_distribution: str
    uploads_queue_url: str


settings = SweepSettings.load()
client = s3_client()
uploads = S3Uploads(client, settings.originals_bucket)
originals = S3Originals(client, settings.originals_bucket)
media = S3Media(client, settings.media_bucket)
cdn = CloudFrontCdn(settings.media_distribution)
queue = SqsUploadsQueue(sqs_client(), settings.uploads_queue_url, settings.originals_bucket)
unit_of_work = PostgresUnitOfWork(settings.database_url)
logger = Logger(service="sweep")


def handler(event: dict[str, Any], _context: Any) -> dict[str, int]:
    """Sweep once and tell what was done."""
    with unit_of_work() as store:
        swept = sweep_uploads(store, uploads, queue, recovering=event.get("recover") is True)
    with unit_of_work() as store:
        done = asdict(swept) | {"forgotten": forget_old_events(store)}
    done["purged"] = purge_images(unit_of_work, uploads, originals, media, cdn)
    done["tidied"] = tidy_images(unit_of_work, media, cdn)
    logger.info("swept", extra=done)
    return done
