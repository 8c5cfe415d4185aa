"""The door: register, sign in, stay signed in, sign out, and the keys that others verify our tokens with."""

from dataclasses import dataclass

import boto3
from chalice.app import Response

from darkroom.access import usecases
from darkroom.access.ports import Door
from darkroom.adapters.dynamo.refresh_tokens import LIFETIME, DynamoRefreshTokens
from darkroom.adapters.dynamo.throttle import DynamoThrottle
from darkroom.adapters.passwords import Argon2Passwords
from darkroom.adapters.postgres.published_keys import publisher
from darkroom.adapters.postgres.unit_of_work import PostgresUnitOfWork
from darkroom.adapters.signing_keys import SigningKeys
from darkroom.adapters.tokens import Issuer, JwtAccessTokens, JwtVerifier
from darkroom.edge.http import Api, no_content, ok
from darkroom.edge.session_transport import SessionTransport
from darkroom.edge.wire.auth import AccountView, Credentials, JwksView, MeView
from darkroom.edge.wire.common import show
from darkroom.errors import Unauthenticated
from darkroom.settings import DatabaseSettings


@dataclass(frozen=True, kw_only=True)
class AuthSettings(DatabaseSettings):
    """Where keys and short-lived records are, what our tokens say of themselves, and where the web app is."""

    signing_keys_secret: str
    refresh_tokens_table: str
    throttles_table: str
    token_issuer: str
    token_audience: str
    public_web_url: str
    distribution_secret: str


settings = AuthSettings.load()
unit_of_work = PostgresUnitOfWork(settings.database_url)
secrets = boto3.client("secretsmanager")
keys = SigningKeys(secrets, settings.signing_keys_secret, publish=publisher(unit_of_work))
verifier = JwtVerifier([Issuer(issuer=settings.token_issuer, audience=settings.token_audience, jwks=keys.jwks)])
door = Door(
    unit_of_work=unit_of_work,
    passwords=Argon2Passwords(),
    access_tokens=JwtAccessTokens(keys, issuer=settings.token_issuer, audience=settings.token_audience),
    refresh_tokens=DynamoRefreshTokens(settings.refresh_tokens_table),
    throttle=DynamoThrottle(settings.throttles_table),
)
app = Api("auth", verify=verifier.verify, distribution_secret=settings.distribution_secret)
transport = SessionTransport(app, web_url=settings.public_web_url, lifetime=LIFETIME)


@app.route("/v1/auth/register", methods=["POST"])
def register() -> Response:
    """Open an account and sign in."""
    new = app.body(Credentials)
    session = usecases.register(door, email=new.email, password=new.password, address=app.address)
    return transport.answer(session, status=201)


@app.route("/v1/auth/login", methods=["POST"])
def log_in() -> Response:
    """Sign in with a password."""
    known = app.body(Credentials)
    session = usecases.log_in(door, email=known.email, password=known.password, address=app.address)
    return transport.answer(session)


@app.route("/v1/auth/refresh", methods=["POST"])
def refresh() -> Response:
    """Trade a refresh token for a new pair."""
    try:
        session = usecases.refresh(door, refresh_token=transport.refresh_token())
    except Unauthenticated:
        transport.forget()
        raise
    return transport.answer(session)


@app.route("/v1/auth/logout", methods=["POST"])
def log_out() -> Response:
    """End the session of a refresh token."""
    usecases.log_out(door, refresh_token=transport.refresh_token())
    transport.forget()
    return no_content()


@app.route("/v1/auth/logout-everywhere", methods=["POST"])
def log_out_everywhere() -> Response:
    """End every session of the caller's account."""
    usecases.log_out_everywhere(door, caller=app.member)
    transport.forget()
    return no_content()


@app.route("/v1/auth/me", methods=["GET"])
def me() -> Response:
    """Tell who is signed in."""
    caller = app.member
    with unit_of_work() as store:
        account = usecases.who_am_i(store, caller=caller)
    return ok(MeView(account=show(account, AccountView)))


@app.route("/.well-known/jwks.json", methods=["GET"])
def jwks() -> Response:
    """Publish the keys; anybody may keep them for five minutes."""
    return ok(JwksView(keys=keys.jwks()["keys"]), headers={"Cache-Control": "public, max-age=300"})
