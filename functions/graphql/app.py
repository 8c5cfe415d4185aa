"""GraphQL: operations over HTTP, GraphiQL to try them, and tickets for the sockets that subscriptions use."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from aws_lambda_powertools import Logger
from chalice.app import Response

from darkroom.adapters.addresses import Credentials, MediaAddresses
from darkroom.adapters.dynamo.sockets import DynamoSocketTickets
from darkroom.adapters.dynamo.throttle import DynamoThrottle
from darkroom.adapters.postgres.published_keys import reader
from darkroom.adapters.postgres.unit_of_work import PostgresUnitOfWork
from darkroom.adapters.s3 import S3Uploads, s3_client
from darkroom.adapters.tokens import JwtVerifier
from darkroom.edge.graphql.context import World
from darkroom.edge.graphql.graphiql import Graphiql
from darkroom.edge.graphql.limits import Limits
from darkroom.edge.graphql.operations import Operations
from darkroom.edge.graphql.over_http import answer
from darkroom.edge.http import Api, created
from darkroom.edge.sockets.application import Caller
from darkroom.edge.wire.common import show
from darkroom.edge.wire.sockets import TicketView
from darkroom.errors import Malformed
from darkroom.settings import DatabaseSettings, VerifierSettings

TICKETS_PER_MINUTE = 60


@dataclass(frozen=True, kw_only=True)
class GraphqlSettings(DatabaseSettings, VerifierSettings):
    """Where images and tickets are, and whether the schema is shown (`introspection` is `on` or `off`)."""

    media_url: str
    media_bucket: str
    originals_bucket: str
    sockets_table: str
    throttles_table: str
    sockets_url: str
    most_upload_bytes: int
    introspection: str = "off"


settings = GraphqlSettings.load()
logger = Logger(service="graphql")
unit_of_work = PostgresUnitOfWork(settings.database_url)
addresses = MediaAddresses(
    media_url=settings.media_url,
    media_bucket=settings.media_bucket,
    originals_bucket=settings.originals_bucket,
    credentials=Credentials.from_environment(),
)
operations = Operations(
    World(
        unit_of_work=unit_of_work,
        addresses=addresses,
        uploads=S3Uploads(s3_client(), settings.originals_bucket),
        most_upload_bytes=settings.most_upload_bytes,
    ),
    Limits(introspection=settings.introspection == "on"),
    report=lambda error: logger.error("unexpected", exc_info=error),
)
graphiql = Graphiql(
    [Path("/opt/graphiql"), Path(__file__).parents[2] / "layers/graphql/graphiql"],
    sockets_url=settings.sockets_url,
    shown=settings.introspection == "on",
)
tickets = DynamoSocketTickets(settings.sockets_table)
throttle = DynamoThrottle(settings.throttles_table)
verifier = JwtVerifier.from_json(settings.trusted_issuers, our_keys=reader(unit_of_work))
app = Api("graphql", verify=verifier.verify)


@app.route("/v1/graphql", methods=["POST"])
def run_operation() -> Response:
    """Run a query or a mutation."""
    return answer(app, operations)


@app.route("/v1/graphql", methods=["GET"])
def try_operations() -> Response:
    """Show GraphiQL. Operations are posted, so that they stay out of addresses, caches and logs."""
    if app.query("query") is not None:
        raise Malformed("Send the operation with POST, as the field `query` of a JSON body.")
    return graphiql.page()


@app.route("/v1/graphql/assets/{name}", methods=["GET"])
def asset(name: str) -> Response:
    """Serve a file of GraphiQL."""
    return graphiql.asset(name)


@app.route("/v1/sockets/tickets", methods=["POST"])
def issue_ticket() -> Response:
    """Give a member a ticket that opens one socket."""
    caller = app.member
    throttle.count(f"tickets/{caller.account_id}", limit=TICKETS_PER_MINUTE, window=timedelta(minutes=1))
    ticket = tickets.issue(Caller(str(caller.account_id), caller.session_id))
    return created(show(ticket, TicketView))
