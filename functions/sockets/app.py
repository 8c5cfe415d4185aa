"""Sockets: the door, the conversation and the goodbye of GraphQL subscriptions."""

from dataclasses import dataclass
from typing import Any

from aws_lambda_powertools import Logger

from darkroom.adapters.addresses import Credentials, MediaAddresses
from darkroom.adapters.connections import ApiGatewayConnections
from darkroom.adapters.dynamo.sockets import DynamoSockets, DynamoSocketTickets
from darkroom.adapters.postgres.unit_of_work import PostgresUnitOfWork
from darkroom.adapters.sqs import SqsEventsQueue, SqsInitAlarm, sqs_client
from darkroom.edge.graphql.context import World
from darkroom.edge.graphql.limits import Limits
from darkroom.edge.graphql.subscribing import ImageSubscriptions
from darkroom.edge.sockets.conversation import Conversation
from darkroom.edge.sockets.gateway import Gateway
from darkroom.edge.sockets.handshake import Handshake
from darkroom.settings import DatabaseSettings


@dataclass(frozen=True, kw_only=True)
class SocketsSettings(DatabaseSettings):
    """Where sockets are kept and posted to, whose pages may open them, and where images are."""

    sockets_table: str
    sockets_endpoint: str
    allowed_origins: str
    events_queue_url: str
    media_url: str
    media_bucket: str
    originals_bucket: str


settings = SocketsSettings.load()
logger = Logger(service="sockets")
unit_of_work = PostgresUnitOfWork(settings.database_url)
addresses = MediaAddresses(
    media_url=settings.media_url,
    media_bucket=settings.media_bucket,
    originals_bucket=settings.originals_bucket,
    credentials=Credentials.from_environment(),
)
store = DynamoSockets(settings.sockets_table)
alarm = SqsInitAlarm(SqsEventsQueue(sqs_client(), settings.events_queue_url))


def report(error: BaseException) -> None:
    """Write down what was not expected."""
    logger.error("unexpected", exc_info=error)


gateway = Gateway(
    Handshake(
        store,
        DynamoSocketTickets(settings.sockets_table),
        alarm,
        allowed_origins=settings.allowed_origins.split(","),
    ),
    Conversation(
        store,
        ApiGatewayConnections(settings.sockets_endpoint),
        ImageSubscriptions(World(unit_of_work=unit_of_work, addresses=addresses), Limits(), report),
    ),
    store,
    report=report,
)


def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Answer `$connect`, `$default` or `$disconnect`."""
    answer = gateway.handle(event)
    said = event["requestContext"]
    logger.info(said["routeKey"], extra={"connection_id": said["connectionId"], "status": answer["statusCode"]})
    return answer
