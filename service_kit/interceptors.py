"""The interceptors around every RPC, from the outside in.

Each interceptor is one async context manager around the call; `grpc_server.interceptors` has their
order. The four shapes of RPC (unary and streams) are handled once, in `Interceptor`.
"""

import asyncio
import time
from abc import abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import grpc
import psycopg
import structlog
from obstore.exceptions import BaseError
from opentelemetry.trace import SpanKind
from prometheus_client import Histogram
from sqlalchemy import exc

from dermis.options.v1 import access_pb2
from service_kit import telemetry
from service_kit.errors import STORE_AWAY, DomainError
from service_kit.principal import (
    TokenVerifier,
    method_permission,
    require,
    set_current_principal,
)
from service_kit.reasons import Reason
from service_kit.request_context import (
    CLIENT_ADDRESS_HEADER,
    CLIENT_AGENT_HEADER,
    CLIENT_DEVICE_HEADER,
    REQUEST_ID_HEADER,
    received,
    request_id,
    set_current_request,
)

log = structlog.get_logger()

RPC_SECONDS = Histogram(
    "dermis_rpc_seconds",
    "How long an RPC took at the server.",
    ["method", "code"],
    buckets=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10),
)

# Standard services (health, reflection) carry no permission option of ours and hold no data.
STANDARD_SERVICES = ("/grpc.health.v1.Health/",)


@dataclass(frozen=True, slots=True)
class Call:
    """One RPC being served.

    Attributes:
        method: "/package.Service/Method".
        metadata: what the caller sent along; of a repeated key, the last value.
        context: grpcio's own context of this call.
    """

    method: str
    metadata: dict[str, str]
    context: grpc.aio.ServicerContext[Any, Any]


class Interceptor(grpc.aio.ServerInterceptor):
    """A server interceptor written as one async context manager around the call."""

    @abstractmethod
    def around(self, call: Call) -> AbstractAsyncContextManager[None]:
        """Enter before the RPC's method, leave after it has returned or raised."""

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Any]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Any:
        """Wrap the method's handler, whichever of the four shapes it has."""
        handler = await continuation(handler_call_details)
        method = str(handler_call_details.method)
        if handler is None or method.startswith(STANDARD_SERVICES):
            return handler
        metadata = {
            key: str(value) for key, value in handler_call_details.invocation_metadata or ()
        }

        async def answer(request: Any, context: Any) -> Any:
            async with self.around(Call(method, metadata, context)):
                return await (handler.unary_unary or handler.stream_unary)(request, context)

        async def answers(request: Any, context: Any) -> AsyncIterator[Any]:
            async with self.around(Call(method, metadata, context)):
                async for response in (handler.unary_stream or handler.stream_stream)(
                    request, context
                ):
                    yield response

        shape = _SHAPES[bool(handler.request_streaming), bool(handler.response_streaming)]
        return shape(
            answers if handler.response_streaming else answer,
            request_deserializer=handler.request_deserializer,
            response_serializer=handler.response_serializer,
        )


_SHAPES: dict[tuple[bool, bool], Callable[..., Any]] = {
    (False, False): grpc.unary_unary_rpc_method_handler,
    (True, False): grpc.stream_unary_rpc_method_handler,
    (False, True): grpc.unary_stream_rpc_method_handler,
    (True, True): grpc.stream_stream_rpc_method_handler,
}


class RequestInterceptor(Interceptor):
    """Reads request id, client and trace; measures and logs the call."""

    @asynccontextmanager
    async def around(self, call: Call) -> AsyncIterator[None]:
        """Log method, code and milliseconds once the call has ended."""
        set_current_request(
            received(
                call.metadata.get(REQUEST_ID_HEADER, ""),
                call.metadata.get(CLIENT_ADDRESS_HEADER, ""),
                call.metadata.get(CLIENT_AGENT_HEADER, ""),
                call.metadata.get(CLIENT_DEVICE_HEADER, ""),
            )
        )
        started = time.perf_counter()
        with telemetry.tracer.start_as_current_span(
            call.method.lstrip("/"),
            context=telemetry.incoming(call.metadata),
            kind=SpanKind.SERVER,
        ):
            cancelled = False
            try:
                yield
            except asyncio.CancelledError:
                cancelled = True
                raise
            finally:
                seconds = time.perf_counter() - started
                code = "CANCELLED" if cancelled else _code_name(call.context.code())
                RPC_SECONDS.labels(call.method, code).observe(seconds)
                log.info("rpc", method=call.method, status=code, ms=round(seconds * 1000, 2))


class ErrorInterceptor(Interceptor):
    """Turns what a method raises into a gRPC status; unexpected errors reveal only a request id."""

    @asynccontextmanager
    async def around(self, call: Call) -> AsyncIterator[None]:
        """Abort the call with the error's status."""
        try:
            yield
        except grpc.aio.AbortError:
            raise
        except DomainError as error:
            await call.context.abort_with_status(error.to_status())
        except grpc.aio.AioRpcError as error:
            await call.context.abort_with_status(DomainError.from_rpc(error).to_status())
        except _DATABASE_ERRORS as error:
            log.warning("database unavailable", method=call.method, error=type(error).__name__)
            await call.context.abort_with_status(_DATABASE_AWAY.to_status())
        except BaseError as error:
            log.warning("object store unavailable", method=call.method, error=type(error).__name__)
            await call.context.abort_with_status(STORE_AWAY.to_status())
        except Exception:
            log.exception("unexpected error", method=call.method)
            unexpected = DomainError(
                Reason.INTERNAL, f"Something went wrong. Quote {request_id()} when you report it."
            )
            await call.context.abort_with_status(unexpected.to_status())


class AuthenticationInterceptor(Interceptor):
    """Reads the bearer token; a call without one goes on anonymously."""

    def __init__(self, verifier: TokenVerifier) -> None:
        self._verifier = verifier

    @asynccontextmanager
    async def around(self, call: Call) -> AsyncIterator[None]:
        """Set the current principal for the time of the call."""
        set_current_principal(None)
        scheme, _, token = call.metadata.get("authorization", "").partition(" ")
        # A public method is open to anyone, even with an expired token.
        is_public = method_permission(call.method) == access_pb2.PERMISSION_PUBLIC
        if scheme.lower() == "bearer" and token and not is_public:
            set_current_principal(await self._verifier.verify(token))
        yield


class PermissionInterceptor(Interceptor):
    """Denies every call whose method's permission the caller doesn't hold."""

    @asynccontextmanager
    async def around(self, call: Call) -> AsyncIterator[None]:
        """Refuse before the method runs."""
        require(method_permission(call.method))
        yield


# Of sessions, and of transactions in one round trip.
_DATABASE_ERRORS = (
    exc.OperationalError, exc.InterfaceError, exc.TimeoutError,
    psycopg.OperationalError, psycopg.InterfaceError,
)  # fmt: skip
_DATABASE_AWAY = DomainError(Reason.DATABASE_UNAVAILABLE, retry_after=1)


def _code_name(code: Any) -> str:
    if isinstance(code, grpc.StatusCode):
        return str(code.name)
    return _NAMES_BY_NUMBER.get(code, "OK")


_NAMES_BY_NUMBER: dict[Any, str] = {code.value[0]: code.name for code in grpc.StatusCode}
