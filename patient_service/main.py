"""`python -m patient_service`: the single place where everything is wired."""

import asyncio
import hashlib

import grpc
import typer
from sqlalchemy.engine import make_url

from dermis.auth.v1 import auth_pb2_grpc
from dermis.patient.v1 import patient_pb2_grpc
from patient_service.servicer import CompletionServicer, PatientServicer
from patient_service.settings import Settings
from service_kit import grpc_server
from service_kit.blobs import Blobs
from service_kit.cursors import Cursors
from service_kit.database import Database
from service_kit.grpc_channel import open_channel
from service_kit.identity import RemoteKeys, SharedRevocations
from service_kit.migrations import migrate as run_migrations
from service_kit.principal import TokenVerifier
from service_kit.redis_client import open_redis
from service_kit.settings import load

SERVICES = ["dermis.patient.v1.PatientService", "dermis.patient.v1.CompletionService"]

app = typer.Typer(no_args_is_help=True, add_completion=False)


@app.command()
def serve() -> None:
    """Serve gRPC until SIGTERM."""
    asyncio.run(_serve(load(Settings)))


@app.command()
def migrate() -> None:
    """Bring the database to the newest schema."""
    settings = load(Settings)
    role = make_url(settings.database_url).username or ""
    run_migrations("patient_service", settings.migration_database_url, app_role=role)


def add_servicers(server: grpc.aio.Server, settings: Settings) -> None:
    """Put this service's servicers on a server."""
    blobs = Blobs(settings.object_store_url)
    secret = settings.secret_key.get_secret_value().encode()
    cursors = Cursors(hashlib.sha256(b"cursors" + secret).digest())
    patient_pb2_grpc.add_PatientServiceServicer_to_server(PatientServicer(blobs, cursors), server)
    patient_pb2_grpc.add_CompletionServiceServicer_to_server(CompletionServicer(blobs), server)


async def _serve(settings: Settings) -> None:
    auth = auth_pb2_grpc.AuthServiceStub(
        open_channel(settings.auth_address, services=["dermis.auth.v1.AuthService"])
    )
    verifier = TokenVerifier(
        RemoteKeys(auth),
        SharedRevocations(open_redis(settings.redis_url), auth),
        issuer=settings.token_issuer,
        audience=settings.token_audience,
    )
    await grpc_server.serve(
        settings,
        name="patient_service",
        address=f"{settings.grpc_host}:{settings.grpc_port}",
        add_servicers=lambda server: add_servicers(server, settings),
        database=Database(settings.database_url),
        verifier=verifier,
        services=SERVICES,
    )
