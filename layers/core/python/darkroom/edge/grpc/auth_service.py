"""AuthService: the door over gRPC."""

import asyncio
from functools import partial

from bridge.v1 import auth_pb2
from bridge.v1.auth_pb2_grpc import AuthServiceServicer

from darkroom.access import usecases
from darkroom.access.ports import Door
from darkroom.edge.grpc.callers import Callers, Context, address_of
from darkroom.edge.grpc.views import session_message
from darkroom.images.streaming import Apart

_HASHES_AT_ONCE = 4  # each takes 19 MiB and a processor for as long as it lasts


class AuthService(AuthServiceServicer):
    """Registers, signs in, keeps signed in, and tells services whose a token is."""

    def __init__(self, door: Door, callers: Callers, apart: Apart) -> None:
        self._door = door
        self._callers = callers
        self._apart = apart
        self._hashing = asyncio.Semaphore(_HASHES_AT_ONCE)

    async def Register(self, request: auth_pb2.RegisterRequest, context: Context) -> auth_pb2.RegisterResponse:
        """Open an account and sign in."""
        address = address_of(context)
        async with self._hashing:
            session = await self._apart(
                partial(usecases.register, self._door, email=request.email, password=request.password, address=address)
            )
        return auth_pb2.RegisterResponse(session=session_message(session))

    async def Login(self, request: auth_pb2.LoginRequest, context: Context) -> auth_pb2.LoginResponse:
        """Sign in with a password."""
        address = address_of(context)
        async with self._hashing:
            session = await self._apart(
                partial(usecases.log_in, self._door, email=request.email, password=request.password, address=address)
            )
        return auth_pb2.LoginResponse(session=session_message(session))

    async def Refresh(self, request: auth_pb2.RefreshRequest, context: Context) -> auth_pb2.RefreshResponse:
        """Trade a refresh token for a new pair."""
        del context
        session = await self._apart(partial(usecases.refresh, self._door, refresh_token=request.refresh_token))
        return auth_pb2.RefreshResponse(session=session_message(session))

    async def Verify(self, request: auth_pb2.VerifyRequest, context: Context) -> auth_pb2.VerifyResponse:
        """Tell a service whose an access token is."""
        self._callers.check_service(context)
        bearer = await self._callers.bearer(request.access_token)
        return auth_pb2.VerifyResponse(account_id=str(bearer.account_id), session_id=bearer.session_id)
