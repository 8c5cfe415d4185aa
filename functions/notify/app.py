"""Notification: the events queue in, messages to open sockets out. What was told is not told again."""

from dataclasses import dataclass
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response

from darkroom.adapters.addresses import Credentials, MediaAddresses
from darkroom.adapters.connections import ApiGatewayConnections
from darkroom.adapters.dynamo.sockets import DynamoSockets
from darkroom.adapters.dynamo.told_events import DynamoToldEvents
from darkroom.adapters.postgres.unit_of_work import PostgresUnitOfWork
from darkroom.edge.graphql.context import World
from darkroom.edge.graphql.limits import Limits
from darkroom.edge.graphql.notifying import Notifier
from darkroom.edge.graphql.subscribing import ImageSubscriptions
from darkroom.edge.sockets.delivery import Delivery
from darkroom.edge.wire.events import read_event
from darkroom.settings import DatabaseSettings


@dataclass(frozen=True, kw_only=True)
class NotifySettings(DatabaseSettings):
    """Where sockets are kept and posted to, what was told, and where images are fetched from."""

    sockets_table: str
    sockets_endpoint: str
    throttles_table: str
    media_url: str
    media_bucket: str
    originals_bucket: str


settings = NotifySettings.load()
logger = Logger(service="notify")
unit_of_work = PostgresUnitOfWork(settings.database_url)
addresses = MediaAddresses(
    media_url=settings.media_url,
    media_bucket=settings.media_bucket,
    originals_bucket=settings.originals_bucket,
    credentials=Credentials.from_environment(),
)


def report(error: BaseException) -> None:
    """Write down what was not expected."""
    logger.error("unexpected", exc_info=error)


notifier = Notifier(
    unit_of_work,
    Delivery(
        DynamoSockets(settings.sockets_table),
        ApiGatewayConnections(settings.sockets_endpoint),
        ImageSubscriptions(World(unit_of_work=unit_of_work, addresses=addresses), Limits(), report),
        report=report,
    ),
    DynamoToldEvents(settings.throttles_table),
)
processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)


def tell(record: Any) -> None:
    """Tell what one message says."""
    message = read_event(record.body)
    outcome = notifier.tell(message)
    logger.info(type(message.event).__name__, extra={"event_id": str(message.id), "outcome": outcome})


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer which messages have to come again."""
    answer = process_partial_response(event=event, record_handler=tell, processor=processor, context=context)
    return dict(answer)
