"""The gRPC server of every service: interceptors, health, graceful shutdown."""

import asyncio
import gc
import signal
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import grpc
import structlog
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_health.v1.health import OVERALL_HEALTH, aio
from prometheus_client import start_http_server

from service_kit import logs, telemetry
from service_kit.background import in_background
from service_kit.certificates import CertificateFolder
from service_kit.database import Database
from service_kit.interceptors import (
    AuthenticationInterceptor,
    ErrorInterceptor,
    Interceptor,
    PermissionInterceptor,
    RequestInterceptor,
)
from service_kit.principal import TokenVerifier
from service_kit.settings import ServiceSettings

log = structlog.get_logger()

# Callers get this long to turn to another replica before one that leaves stops listening.
LEAVING_SECONDS = 0.5
# Calls in progress get this long to finish after SIGTERM.
DRAIN_SECONDS = 20
HEALTH_INTERVAL_SECONDS = 3
HEALTH_TIMEOUT_SECONDS = 2
# Callers ping a quiet connection every thirty seconds (`grpc_channel`). By default a server calls
# more than two in five minutes too many, and drops the connection, perhaps under a call.
LEAST_MILLISECONDS_BETWEEN_PINGS = 10_000
# Uploads are streamed in chunks; no single message needs more.
MAX_MESSAGE_BYTES = 4 * 1024 * 1024

AddServicers = Callable[[grpc.aio.Server], None]


def interceptors(verifier: TokenVerifier) -> list[Interceptor]:
    """The interceptors around every RPC, outermost first."""
    return [
        RequestInterceptor(),
        ErrorInterceptor(),
        AuthenticationInterceptor(verifier),
        PermissionInterceptor(),
    ]


def build_server(add_servicers: AddServicers, *, verifier: TokenVerifier) -> grpc.aio.Server:
    """A server with its interceptors and servicers, bound to no port yet."""
    server = grpc.aio.server(
        interceptors=interceptors(verifier),
        options=[
            ("grpc.so_reuseport", 0),
            (
                "grpc.http2.min_ping_interval_without_data_ms",
                LEAST_MILLISECONDS_BETWEEN_PINGS,
            ),
            ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
            ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
        ],
    )
    add_servicers(server)
    # What was imported stays for good; collecting it again and again causes the longest pauses of
    # a busy service.
    gc.freeze()
    return server


async def serve(
    settings: ServiceSettings,
    *,
    name: str,
    address: str,
    add_servicers: AddServicers,
    database: Database,
    verifier: TokenVerifier,
    services: Sequence[str],
) -> None:
    """Serve until SIGTERM or SIGINT, then finish the calls in progress.

    Args:
        settings: the service's settings.
        name: the service's name in logs and traces.
        address: host:port to listen on.
        add_servicers: registers the service's servicers on a server.
        database: the service's database; health asks it.
        verifier: checks bearer tokens.
        services: full proto names; they are healthy until this server leaves.
    """
    logs.configure(name, settings.log_level, redis_url=settings.redis_url)
    telemetry.configure(name, settings.otlp_endpoint)
    if settings.metrics_port:
        start_http_server(settings.metrics_port)
    server = build_server(add_servicers, verifier=verifier)
    health = await add_health(server, services)
    _listen(server, address, settings)
    await server.start()
    log.info("serving", address=address)
    async with _reporting_health(health, database):
        await _stop_signal()
        log.info("draining")
        await leave(server, health)
    await database.close()
    log.info("stopped")


async def add_health(server: grpc.aio.Server, services: Sequence[str]) -> aio.HealthServicer:
    """Let a server answer for its health, and say that it takes calls for these services."""
    health = aio.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(health, server)
    for service in services:
        await health.set(service, health_pb2.HealthCheckResponse.SERVING)
    return health


async def leave(server: grpc.aio.Server, health: aio.HealthServicer) -> None:
    """Send callers to another replica, finish the calls in progress, and stop.

    gRPC answers CANCELLED, or not at all, to calls that arrive while a server stops. So the
    channels that watch its health (`grpc_channel.open_channel`) learn of it before.
    """
    await health.enter_graceful_shutdown()
    await asyncio.sleep(LEAVING_SECONDS)
    await server.stop(DRAIN_SECONDS)


def _listen(server: grpc.aio.Server, address: str, settings: ServiceSettings) -> None:
    if settings.mtls_folder:
        credentials = CertificateFolder(settings.mtls_folder).server_credentials()
        server.add_secure_port(address, credentials)
    else:
        server.add_insecure_port(address)


async def _stop_signal() -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signal_number, stop.set)
    await stop.wait()


@asynccontextmanager
async def _reporting_health(health: aio.HealthServicer, database: Database) -> AsyncIterator[None]:
    """Report overall health while inside: SERVING only while the database answers."""

    async def report() -> None:
        while True:
            answers = await _answers(database)
            status = (
                health_pb2.HealthCheckResponse.SERVING
                if answers
                else health_pb2.HealthCheckResponse.NOT_SERVING
            )
            await health.set(OVERALL_HEALTH, status)
            await asyncio.sleep(HEALTH_INTERVAL_SECONDS)

    async with in_background(report()):
        yield


async def _answers(database: Database) -> bool:
    try:
        async with asyncio.timeout(HEALTH_TIMEOUT_SECONDS):
            await database.ping()
    except Exception as error:  # noqa: BLE001  whatever the driver raises, the database is away
        log.warning("database doesn't answer", error=type(error).__name__)
        return False
    return True
