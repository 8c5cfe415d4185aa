"""What stands around every rpc of ours: its deadline, its refusals as gRPC has them, its line in the log."""

import asyncio
import json
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import aclosing, asynccontextmanager, suppress
from typing import Any, TypeVar

import grpc
from aws_lambda_powertools import Logger
from google.protobuf.message import DecodeError

from darkroom.edge.status import answer_for
from darkroom.errors import Invalid, Malformed, Refusal, TooManyTries, Unavailable

USUAL_SECONDS = 15.0

_OURS = "/bridge.v1."
_OUR_FAULT = "Something went wrong on our side. It was written down; try again in a moment."
_TOO_LATE = "The deadline has passed: call again, with a later one if there is much to do."

Context = grpc.aio.ServicerContext[Any, Any]
Handler = Any  # grpc's own type knows blocking handlers only
Metadata = tuple[tuple[str, str | bytes], ...]
Message = TypeVar("Message")


class Guard(grpc.aio.ServerInterceptor):
    """Wraps the rpcs of package `bridge.v1`; health and reflection pass by.

    `limits` holds the seconds that a method (by its short name) may take at most, whatever the caller's deadline says.
    """

    def __init__(self, limits: Mapping[str, float]) -> None:
        self._limits = limits
        self._logger = Logger(service="bridge")
        self._calls = 0
        self._nothing_to_do = asyncio.Event()
        self._nothing_to_do.set()

    async def idle(self, within: float) -> None:
        """Wait until no call is going on, `within` seconds at most."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._nothing_to_do.wait(), within)

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], "Awaitable[grpc.RpcMethodHandler[Any, Any] | None]"],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> "grpc.RpcMethodHandler[Any, Any] | None":
        """Return the handler of a call, wrapped. Requests are read inside, so that nonsense is refused kindly."""
        handler, method = await continuation(handler_call_details), handler_call_details.method
        if handler is None or not method.startswith(_OURS):
            return handler
        serializer = handler.response_serializer
        if handler.stream_unary is not None:
            return grpc.stream_unary_rpc_method_handler(self._received(method, handler), None, serializer)
        if handler.unary_stream is not None:
            return grpc.unary_stream_rpc_method_handler(self._told(method, handler), None, serializer)
        return grpc.unary_unary_rpc_method_handler(self._answered(method, handler), None, serializer)

    def _answered(self, method: str, handler: Handler) -> Any:
        async def answered(request: bytes, context: Context) -> Any:
            async with self._guarding(method, context):
                return await handler.unary_unary(_read(handler, request), context)

        return answered

    def _received(self, method: str, handler: Handler) -> Any:
        async def received(requests: AsyncIterator[bytes], context: Context) -> Any:
            async with self._guarding(method, context), aclosing(_read_all(handler, requests)) as messages:
                return await handler.stream_unary(messages, context)

        return received

    def _told(self, method: str, handler: Handler) -> Any:
        async def told(request: bytes, context: Context) -> None:
            async with (
                self._guarding(method, context),
                aclosing(handler.unary_stream(_read(handler, request), context)) as responses,
            ):
                async for response in responses:
                    await context.write(response)

        return told

    @asynccontextmanager
    async def _guarding(self, method: str, context: Context) -> AsyncGenerator[None, None]:
        """End what takes too long, tell every failure with its code, and log one line without anything secret."""
        begun, code = time.perf_counter(), grpc.StatusCode.OK
        self._calls += 1
        self._nothing_to_do.clear()
        try:
            async with asyncio.timeout(self._seconds(method, context)):
                yield
        except Refusal as refusal:
            code = grpc.StatusCode[answer_for(refusal).grpc]
            await context.abort(code, refusal.detail, _more_about(refusal))
        except TimeoutError as error:
            code = grpc.StatusCode.DEADLINE_EXCEEDED
            await context.abort(code, str(error) or _TOO_LATE)
        except asyncio.CancelledError:
            too_late = context.time_remaining() == 0
            code = grpc.StatusCode.DEADLINE_EXCEEDED if too_late else grpc.StatusCode.CANCELLED
            raise
        except Exception:
            code = grpc.StatusCode.INTERNAL
            self._logger.exception("unexpected", extra={"method": method})
            await context.abort(code, _OUR_FAULT)
        finally:
            self._calls -= 1
            if not self._calls:
                self._nothing_to_do.set()
            milliseconds = round((time.perf_counter() - begun) * 1000, 1)
            self._logger.info("rpc", extra={"method": method, "code": code.name, "milliseconds": milliseconds})

    def _seconds(self, method: str, context: Context) -> float:
        most = self._limits.get(method.rpartition("/")[2], USUAL_SECONDS)
        left = context.time_remaining()
        return most if left is None else min(most, left)


def _read(handler: Handler, request: bytes) -> Any:
    if handler.request_deserializer is None:
        return request
    try:
        return handler.request_deserializer(request)
    except DecodeError as error:
        raise Malformed("The message cannot be read: send what bridge/v1 describes.") from error


async def _read_all(handler: Handler, requests: AsyncIterator[bytes]) -> AsyncGenerator[Any, None]:
    async for request in requests:
        yield _read(handler, request)


def _more_about(refusal: Refusal) -> Metadata:
    if isinstance(refusal, TooManyTries | Unavailable):
        return (("retry-after", str(refusal.retry_after)),)
    if isinstance(refusal, Invalid) and refusal.fields:
        return (("errors-bin", json.dumps(refusal.fields).encode()),)
    return ()
