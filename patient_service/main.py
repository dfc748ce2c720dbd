"""`python -m patient_service`: the single place where everything is wired."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from typing import Annotated
from uuid import UUID

import grpc
import typer

from dermis.auth.v1 import auth_pb2_grpc
from dermis.patient.v1 import patient_pb2, patient_pb2_grpc
from patient_service import backlog, orphans, retention
from patient_service.servicers.audit import AuditServicer
from patient_service.servicers.completion import CompletionServicer
from patient_service.servicers.detections import DetectionServicer
from patient_service.servicers.images import ImageServicer
from patient_service.servicers.lesions import LesionServicer
from patient_service.servicers.patients import PatientServicer
from patient_service.servicers.timeline import TimelineServicer
from patient_service.settings import Settings
from service_kit import grpc_server
from service_kit.background import in_background
from service_kit.blobs import Blobs
from service_kit.cursors import Cursors
from service_kit.database import Database
from service_kit.errors import DomainError
from service_kit.grpc_channel import open_channel
from service_kit.identity import RemoteKeys, SharedRevocations
from service_kit.migrations import migrate as run_migrations
from service_kit.principal import TokenVerifier
from service_kit.redis_client import open_redis
from service_kit.settings import load

SERVICES = [service.full_name for service in patient_pb2.DESCRIPTOR.services_by_name.values()]

app = typer.Typer(no_args_is_help=True, add_completion=False)


@app.command()
def serve() -> None:
    """Serve gRPC until SIGTERM."""
    asyncio.run(_serve(load(Settings)))


@app.command()
def migrate() -> None:
    """Bring the database to the newest schema."""
    settings = load(Settings)
    run_migrations("patient_service", settings.owner_url, app_role=settings.app_role)


@app.command()
def sweep() -> None:
    """Delete photos older than a day that no row names (left by crashes)."""
    settings = load(Settings)
    count = asyncio.run(_with_store(settings, orphans.sweep))
    typer.echo(f"{count} orphaned objects deleted")


@app.command()
def erase_patient(
    patient_id: UUID,
    reason: Annotated[str, typer.Option(help="Why, e.g. the legal request's number; audited.")],
) -> None:
    """Erase a patient with all photos and findings on legal request; the audit stays."""
    settings = load(Settings)

    async def erase(database: Database, blobs: Blobs) -> int:
        return await retention.erase(database, blobs, patient_id, reason=reason)

    try:
        count = asyncio.run(_with_store(settings, erase))
    except DomainError as error:
        raise SystemExit(error.message) from None
    typer.echo(f"patient erased with {count} photos")


async def _with_store(settings: Settings, work: Callable[[Database, Blobs], Awaitable[int]]) -> int:
    """Do an operator's work as the tables' owner."""
    database = Database(settings.owner_url, pool_size=1)
    try:
        return await work(database, Blobs(settings.image_store_url, settings.store_access))
    finally:
        await database.close()


def add_servicers(server: grpc.aio.Server, blobs: Blobs, cursors: Cursors) -> None:
    """Put this service's servicers on a server."""
    add = patient_pb2_grpc
    add.add_PatientServiceServicer_to_server(PatientServicer(cursors), server)
    add.add_LesionServiceServicer_to_server(LesionServicer(cursors), server)
    add.add_ImageServiceServicer_to_server(ImageServicer(blobs, cursors), server)
    add.add_DetectionServiceServicer_to_server(DetectionServicer(cursors), server)
    add.add_CompletionServiceServicer_to_server(CompletionServicer(blobs), server)
    add.add_TimelineServiceServicer_to_server(TimelineServicer(cursors), server)
    add.add_AuditServiceServicer_to_server(AuditServicer(cursors), server)


def cursor_key(secret: str) -> bytes:
    """The key that signs cursors, and nothing else, from the service's secret."""
    return hashlib.sha256(b"patient_service cursors\0" + secret.encode()).digest()


async def _serve(settings: Settings) -> None:
    auth = auth_pb2_grpc.AuthServiceStub(
        open_channel(
            settings.auth_address,
            services=["dermis.auth.v1.AuthService"],
            tls_folder=settings.mtls_folder,
        )
    )
    verifier = TokenVerifier(
        RemoteKeys(auth),
        SharedRevocations(open_redis(settings.redis_url), auth),
        issuer=settings.token_issuer,
        audience=settings.token_audience,
    )
    blobs = Blobs(settings.image_store_url, settings.store_access)
    cursors = Cursors(cursor_key(settings.secret_key.get_secret_value()))
    database = Database(settings.database_url, pool_size=settings.database_pool_size)
    async with in_background(backlog.PENDING.run(database)):
        await grpc_server.serve(
            settings,
            name="patient_service",
            address=settings.address,
            add_servicers=lambda server: add_servicers(server, blobs, cursors),
            database=database,
            verifier=verifier,
            services=SERVICES,
        )
