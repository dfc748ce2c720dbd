"""Client channels: a deadline for every call, retries where safe, the caller's token passed on."""

import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Self

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
    # A server that stops answers CANCELLED to a call that it never began.
    "retryableStatusCodes": ["UNAVAILABLE", "CANCELLED"],
}
# The budget: retries stop while more than about a third of the calls fail.
_RETRY_THROTTLING = {"maxTokens": 10, "tokenRatio": 0.5}
_IDEMPOTENT = (MethodOptions.NO_SIDE_EFFECTS, MethodOptions.IDEMPOTENT)
_OPTIONS = [
    ("grpc.enable_retries", 1),
    # A proxy in the environment is for what lies outside.
    ("grpc.enable_http_proxy", 0),
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
            take a stream, are retried when the service isn't reachable. A replica that no longer
            calls the first of them healthy gets no new calls.
        timeout: seconds, the deadline of a call that names none.
        tls_folder: certificates (`service_kit.certificates`); None for no TLS.
    """
    options = [("grpc.service_config", json.dumps(_service_config(services))), *_OPTIONS]
    if tls_folder is None:
        return CarryingChannel(grpc.aio.insecure_channel(address, options), timeout)
    renewing = RenewingChannel(
        CertificateFolder(tls_folder),
        lambda certificates: grpc.aio.secure_channel(address, certificates.for_channel(), options),
    )
    return CarryingChannel(renewing, timeout)


def _service_config(services: Sequence[str]) -> dict[str, Any]:
    names = [
        {"service": service, "method": method.name}
        for service in services
        for method in descriptor_pool.Default().FindServiceByName(service).methods
        # gRPC's own retry of a streamed request has been seen to hang until its deadline.
        if method.GetOptions().idempotency_level in _IDEMPOTENT and not method.client_streaming
    ]
    config: dict[str, Any] = {"loadBalancingConfig": [{"round_robin": {}}]}
    if services:
        config["healthCheckConfig"] = {"serviceName": services[0]}
    if names:
        config["methodConfig"] = [{"name": names, "retryPolicy": _RETRY_POLICY}]
        config["retryThrottling"] = _RETRY_THROTTLING
    return config


class CarryingChannel(grpc.aio.Channel):
    """A channel whose calls have a deadline and carry request, trace and the caller's token.

    grpcio's interceptors would do the same in a task of their own for each call, for 0.4 ms of CPU
    more.
    """

    def __init__(self, channel: grpc.aio.Channel, timeout: float) -> None:
        self._channel = channel
        self._timeout = timeout

    def _carrying(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def call(
            request: Any = None,
            *,
            timeout: float | None = None,
            metadata: Iterable[tuple[str, str]] | None = None,
            **options: Any,
        ) -> Any:
            return method(
                request,
                timeout=self._timeout if timeout is None else timeout,
                metadata=_carried(metadata),
                **options,
            )

        return call

    def unary_unary(self, *path: Any, **how: Any) -> Any:
        """One request, one response."""
        return self._carrying(self._channel.unary_unary(*path, **how))

    def unary_stream(self, *path: Any, **how: Any) -> Any:
        """One request, a stream of responses."""
        return self._carrying(self._channel.unary_stream(*path, **how))

    def stream_unary(self, *path: Any, **how: Any) -> Any:
        """A stream of requests, one response."""
        return self._carrying(self._channel.stream_unary(*path, **how))

    def stream_stream(self, *path: Any, **how: Any) -> Any:
        """Streams both ways."""
        return self._carrying(self._channel.stream_stream(*path, **how))

    async def close(self, grace: float | None = None) -> None:
        """Close for good."""
        await self._channel.close(grace)

    def get_state(self, try_to_connect: bool = False) -> grpc.ChannelConnectivity:
        """See `grpc.aio.Channel`."""
        return self._channel.get_state(try_to_connect)

    async def wait_for_state_change(self, last_observed_state: grpc.ChannelConnectivity) -> None:
        """See `grpc.aio.Channel`."""
        await self._channel.wait_for_state_change(last_observed_state)

    async def channel_ready(self) -> None:
        """See `grpc.aio.Channel`."""
        await self._channel.channel_ready()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


def _carried(given: Iterable[tuple[str, str]] | None) -> tuple[tuple[str, str], ...]:
    """What every call carries, behind what the caller gives it."""
    carried = [*(given or ()), *current_request().as_metadata(), *telemetry.outgoing().items()]
    principal = find_principal()
    if principal is not None and not any(key == "authorization" for key, _ in carried):
        carried.append(("authorization", f"Bearer {principal.token}"))
    return tuple(carried)
