"""Client channels: a deadline for every call, retries where safe, the caller's token passed on."""

import json
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import descriptor_pool
from google.protobuf.descriptor_pb2 import MethodOptions

from service_kit import telemetry
from service_kit.certificates import CertificateFolder
from service_kit.principal import find_principal
from service_kit.renewing_channel import RenewingChannel
from service_kit.request_context import current_request

DEFAULT_TIMEOUT_SECONDS = 5.0

_RETRY_POLICY = {
    "maxAttempts": 3,
    "initialBackoff": "0.05s",
    "maxBackoff": "0.5s",
    "backoffMultiplier": 3,
    "retryableStatusCodes": ["UNAVAILABLE"],
}
# The budget: retries stop while more than about a third of the calls fail.
_RETRY_THROTTLING = {"maxTokens": 10, "tokenRatio": 0.5}
_IDEMPOTENT = (MethodOptions.NO_SIDE_EFFECTS, MethodOptions.IDEMPOTENT)
_OPTIONS = [
    ("grpc.enable_retries", 1),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 2_000),
    # Despite its name, how long one attempt to connect may take. This is gRPC's own default,
    # which the back-offs above would lower: a machine that stalls for some seconds would give
    # up on a handshake and answer UNAVAILABLE.
    ("grpc.min_reconnect_backoff_ms", 20_000),
    ("grpc.keepalive_time_ms", 30_000),
    # Otherwise channels to one address share a connection, and a new channel waits out the
    # back-off of an older one whose server is gone, although its own is there.
    ("grpc.use_local_subchannel_pool", 1),
]


def open_channel(
    address: str,
    *,
    services: Sequence[str] = (),
    timeout: float = DEFAULT_TIMEOUT_SECONDS,
    tls_folder: Path | None = None,
) -> grpc.aio.Channel:
    """Open a channel to a service.

    Args:
        address: host:port; the addresses behind the name take turns.
        services: full proto names; their methods with an `idempotency_level`, except those that
            take a stream, are retried when the service isn't reachable.
        timeout: seconds, the deadline of a call that names none.
        tls_folder: certificates (`service_kit.certificates`); None for no TLS.
    """
    options = [("grpc.service_config", json.dumps(_service_config(services))), *_OPTIONS]
    interceptors: list[grpc.aio.ClientInterceptor] = [
        _UnaryUnary(timeout),
        _UnaryStream(timeout),
        _StreamUnary(timeout),
        _StreamStream(timeout),
    ]
    if tls_folder is None:
        return grpc.aio.insecure_channel(address, options, interceptors=interceptors)
    return RenewingChannel(
        CertificateFolder(tls_folder),
        lambda certificates: grpc.aio.secure_channel(
            address, certificates.for_channel(), options, interceptors=interceptors
        ),
    )


def _service_config(services: Sequence[str]) -> dict[str, Any]:
    names = [
        {"service": service, "method": method.name}
        for service in services
        for method in descriptor_pool.Default().FindServiceByName(service).methods
        # gRPC's own retry of a streamed request has been seen to hang until its deadline.
        if method.GetOptions().idempotency_level in _IDEMPOTENT and not method.client_streaming
    ]
    config: dict[str, Any] = {"loadBalancingConfig": [{"round_robin": {}}]}
    if names:
        config["methodConfig"] = [{"name": names, "retryPolicy": _RETRY_POLICY}]
        config["retryThrottling"] = _RETRY_THROTTLING
    return config


class _PassOn:
    """Gives a call its deadline and the metadata that every call carries."""

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout

    async def _call(
        self,
        continuation: Callable[[Any, Any], Awaitable[Any]],
        details: Any,
        request: Any,
    ) -> Any:
        metadata = grpc.aio.Metadata(*(details.metadata or ()))
        for key, value in [*current_request().as_metadata(), *telemetry.outgoing().items()]:
            metadata[key] = value
        principal = find_principal()
        if principal is not None and metadata.get("authorization") is None:
            metadata["authorization"] = f"Bearer {principal.token}"
        timeout = self._timeout if details.timeout is None else details.timeout
        return await continuation(details._replace(metadata=metadata, timeout=timeout), request)


# grpcio sorts an interceptor by the first of its four base classes it finds: one class each.
class _UnaryUnary(_PassOn, grpc.aio.UnaryUnaryClientInterceptor):
    async def intercept_unary_unary(self, continuation: Any, details: Any, request: Any) -> Any:
        return await self._call(continuation, details, request)


class _UnaryStream(_PassOn, grpc.aio.UnaryStreamClientInterceptor):
    async def intercept_unary_stream(self, continuation: Any, details: Any, request: Any) -> Any:
        return await self._call(continuation, details, request)


class _StreamUnary(_PassOn, grpc.aio.StreamUnaryClientInterceptor):
    async def intercept_stream_unary(self, continuation: Any, details: Any, requests: Any) -> Any:
        return await self._call(continuation, details, requests)


class _StreamStream(_PassOn, grpc.aio.StreamStreamClientInterceptor):
    async def intercept_stream_stream(self, continuation: Any, details: Any, requests: Any) -> Any:
        return await self._call(continuation, details, requests)
