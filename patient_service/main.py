"""The single place where patient_service is put together."""

import hashlib
from dataclasses import dataclass

import grpc

from dermis.auth.v1 import auth_pb2_grpc
from dermis.patient.v1 import patient_pb2, patient_pb2_grpc
from patient_service.detections import queue_metrics
from patient_service.servicers.audit import AuditServicer
from patient_service.servicers.completion import CompletionServicer
from patient_service.servicers.detections import DetectionServicer
from patient_service.servicers.hand_in import HandInServicer
from patient_service.servicers.images import ImageServicer
from patient_service.servicers.lesions import LesionServicer
from patient_service.servicers.markings import MarkingServicer
from patient_service.servicers.merges import MergeServicer
from patient_service.servicers.overviews import OverviewServicer
from patient_service.servicers.patients import PatientServicer
from patient_service.servicers.reminders import ReminderServicer
from patient_service.servicers.timeline import TimelineServicer
from patient_service.servicers.worklists import WorklistServicer
from patient_service.settings import Settings
from service_kit import grpc_server
from service_kit.auth_client import RemoteKeys, SharedRevocations
from service_kit.background import in_background
from service_kit.blobs import Blobs
from service_kit.cursors import Cursors
from service_kit.database import Database
from service_kit.grpc_channel import open_channel
from service_kit.principal import TokenVerifier
from service_kit.redis_client import open_redis
from service_kit.remembered_revocations import RememberedRevocations

NAME = "patient_service"
SERVICES = [service.full_name for service in patient_pb2.DESCRIPTOR.services_by_name.values()]


@dataclass(frozen=True)
class PatientService:
    """patient_service's parts, wired.

    Attributes:
        verifier: reads the tokens that callers show.
        revocations: where the verifier looks; `listen` has to run. None where a test needs none.
    """

    database: Database
    blobs: Blobs
    cursors: Cursors
    verifier: TokenVerifier
    revocations: RememberedRevocations | None = None

    def add_servicers(self, server: grpc.aio.Server) -> None:
        """Register every servicer on a server."""
        database, blobs, cursors, add = self.database, self.blobs, self.cursors, patient_pb2_grpc
        add.add_PatientServiceServicer_to_server(PatientServicer(database, cursors), server)
        add.add_MergeServiceServicer_to_server(MergeServicer(database), server)
        add.add_LesionServiceServicer_to_server(LesionServicer(database, cursors), server)
        add.add_ImageServiceServicer_to_server(ImageServicer(database, blobs, cursors), server)
        add.add_HandInServiceServicer_to_server(HandInServicer(database, blobs), server)
        add.add_DetectionServiceServicer_to_server(DetectionServicer(database, cursors), server)
        add.add_MarkingServiceServicer_to_server(MarkingServicer(database), server)
        add.add_OverviewServiceServicer_to_server(OverviewServicer(database), server)
        add.add_WorklistServiceServicer_to_server(WorklistServicer(database), server)
        add.add_CompletionServiceServicer_to_server(CompletionServicer(database, blobs), server)
        add.add_ReminderServiceServicer_to_server(ReminderServicer(database), server)
        add.add_TimelineServiceServicer_to_server(TimelineServicer(database, cursors), server)
        add.add_AuditServiceServicer_to_server(AuditServicer(database, cursors), server)


def build(settings: Settings) -> PatientService:
    """Wire the parts; nothing is connected yet."""
    auth = auth_pb2_grpc.AuthServiceStub(
        open_channel(
            settings.auth_address,
            services=["dermis.auth.v1.AuthService"],
            tls_folder=settings.mtls_folder,
        )
    )
    redis = open_redis(settings.redis_url)
    revocations = RememberedRevocations(SharedRevocations(redis, auth), redis)
    return PatientService(
        database=Database(settings.database_url, pool_size=settings.database_pool_size),
        blobs=Blobs(settings.image_store_url, settings.store_access),
        cursors=Cursors(cursor_key(settings.secret_key.get_secret_value())),
        revocations=revocations,
        verifier=TokenVerifier(
            RemoteKeys(auth),
            revocations,
            issuer=settings.token_issuer,
            audience=settings.token_audience,
        ),
    )


async def serve(settings: Settings) -> None:
    """Serve until SIGTERM; pending detections are counted in the background."""
    service = build(settings)
    loops = [queue_metrics.PENDING.run(service.database)]
    if service.revocations:
        loops.append(service.revocations.listen())
    async with in_background(*loops):
        await grpc_server.serve(
            settings,
            name=NAME,
            address=settings.address,
            add_servicers=service.add_servicers,
            database=service.database,
            verifier=service.verifier,
            services=SERVICES,
        )


def cursor_key(secret: str) -> bytes:
    """The key that signs cursors, and nothing else, from the service's secret."""
    return hashlib.sha256(b"patient_service cursors\0" + secret.encode()).digest()
