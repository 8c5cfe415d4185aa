"""Development: the uploads queue in, WebPs and finished rows out. No message fails because of its neighbours."""

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import AsyncBatchProcessor, EventType, async_process_partial_response

from darkroom.adapters.pillow import PillowDeveloper
from darkroom.adapters.postgres.unit_of_work import PostgresUnitOfWork
from darkroom.adapters.s3 import S3Media, S3Originals, s3_client
from darkroom.edge.s3_events import arrived_images
from darkroom.images.developing import develop_image
from darkroom.settings import DatabaseSettings


@dataclass(frozen=True, kw_only=True)
class ConvertSettings(DatabaseSettings):
    """Where originals come from and WebPs go."""

    originals_bucket: str
    media_bucket: str


settings = ConvertSettings.load()
cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
client = s3_client()
originals = S3Originals(client, settings.originals_bucket)
media = S3Media(client, settings.media_bucket)
developer = PillowDeveloper(threads=cores)
unit_of_work = PostgresUnitOfWork(settings.database_url)
images_at_once = ThreadPoolExecutor(max_workers=cores, thread_name_prefix="image")
processor = AsyncBatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
logger = Logger(service="convert")


async def develop(record: Any) -> None:
    """Develop what one message announces, as many at once as there are cores."""
    for image_id in arrived_images(record.body):
        development = partial(develop_image, unit_of_work, originals, media, developer, image_id=image_id)
        outcome = await asyncio.get_running_loop().run_in_executor(images_at_once, development)
        logger.info("developed", extra={"image_id": str(image_id), "outcome": outcome})


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer which messages have to come again."""
    answer = async_process_partial_response(event=event, record_handler=develop, processor=processor, context=context)
    return dict(answer)
