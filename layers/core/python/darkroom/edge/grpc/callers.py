"""Who calls: a person by an access token, a service by the token that services share, anybody by a network address."""

import hmac
from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import unquote

import grpc

from darkroom.errors import Invalid, Unauthenticated
from darkroom.images.streaming import Apart
from darkroom.principal import Principal

Context = grpc.aio.ServicerContext[Any, Any]
Verify = Callable[[str | None], Principal]

_SERVICE = "service"


class Callers:
    """Reads the metadata `authorization`. Without a service token of our own, no service is believed."""

    def __init__(self, verify: Verify, apart: Apart, *, service_token: str) -> None:
        self._verify = verify
        self._apart = apart
        self._service_token = service_token

    async def member(self, context: Context) -> Principal:
        """Return the person who calls; nobody, or a service on its own, raises `Unauthenticated`."""
        return await self._apart(partial(self._verify, _authorization(context)))

    def check_service(self, context: Context) -> None:
        """Let services pass; anybody else raises `Unauthenticated`."""
        scheme, _, token = (_authorization(context) or "").partition(" ")
        right = hmac.compare_digest(token.encode(), self._service_token.encode())
        if scheme.lower() != _SERVICE or not self._service_token or not right:
            raise Unauthenticated("This is for services: send `authorization: Service <service token>`.")

    async def bearer(self, access_token: str) -> Principal:
        """Return whose an access token is that a service asks about; a bad one is the service's `Invalid`."""
        try:
            return await self._apart(partial(self._verify, f"Bearer {access_token}"))
        except Unauthenticated as refusal:
            raise Invalid(refusal.detail, {"access_token": [refusal.detail]}) from refusal


def address_of(context: Context) -> str:
    """Return the network address of the caller, without its port."""
    kind, _, place = unquote(context.peer()).partition(":")
    return place.rpartition(":")[0].strip("[]") if kind in {"ipv4", "ipv6"} else kind or "unknown"


def _authorization(context: Context) -> str | None:
    for name, value in context.invocation_metadata() or ():
        if name == "authorization" and isinstance(value, str):
            return value
    return None
