"""The services that the gateway talks to."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

import grpc

from dermis.auth.v1 import auth_pb2, auth_pb2_grpc
from dermis.patient.v1 import patient_pb2_grpc
from gateway.settings import Settings
from service_kit.grpc_channel import open_channel

AUTH_SERVICES = [
    "dermis.auth.v1.AuthService",
    "dermis.auth.v1.AccountService",
    "dermis.auth.v1.AdminService",
    "dermis.auth.v1.ClinicService",
    "dermis.auth.v1.HandoffService",
    "dermis.auth.v1.ReminderService",
    "dermis.auth.v1.AuditService",
]
PATIENT_SERVICES = [
    "dermis.patient.v1.PatientService",
    "dermis.patient.v1.MergeService",
    "dermis.patient.v1.LesionService",
    "dermis.patient.v1.HandInService",
    "dermis.patient.v1.ImageService",
    "dermis.patient.v1.DetectionService",
    "dermis.patient.v1.MarkingService",
    "dermis.patient.v1.OverviewService",
    "dermis.patient.v1.WorklistService",
    "dermis.patient.v1.TimelineService",
    "dermis.patient.v1.CompletionService",
    "dermis.patient.v1.ReminderService",
    "dermis.patient.v1.AuditService",
]
# A service token is renewed when it has less than this left.
_RENEW_SECONDS = 60


@dataclass(frozen=True)
class Clients:
    """One stub for each service of the contracts."""

    auth_channel: grpc.aio.Channel
    patient_channel: grpc.aio.Channel
    auth: "auth_pb2_grpc.AuthServiceAsyncStub"
    accounts: "auth_pb2_grpc.AccountServiceAsyncStub"
    account_admin: "auth_pb2_grpc.AdminServiceAsyncStub"
    clinic: "auth_pb2_grpc.ClinicServiceAsyncStub"
    handoffs: "auth_pb2_grpc.HandoffServiceAsyncStub"
    reminders: "auth_pb2_grpc.ReminderServiceAsyncStub"
    auth_audit: "auth_pb2_grpc.AuditServiceAsyncStub"
    patients: "patient_pb2_grpc.PatientServiceAsyncStub"
    merges: "patient_pb2_grpc.MergeServiceAsyncStub"
    lesions: "patient_pb2_grpc.LesionServiceAsyncStub"
    hand_in: "patient_pb2_grpc.HandInServiceAsyncStub"
    images: "patient_pb2_grpc.ImageServiceAsyncStub"
    detections: "patient_pb2_grpc.DetectionServiceAsyncStub"
    markings: "patient_pb2_grpc.MarkingServiceAsyncStub"
    overviews: "patient_pb2_grpc.OverviewServiceAsyncStub"
    worklists: "patient_pb2_grpc.WorklistServiceAsyncStub"
    timeline: "patient_pb2_grpc.TimelineServiceAsyncStub"
    completion: "patient_pb2_grpc.CompletionServiceAsyncStub"
    due_lesions: "patient_pb2_grpc.ReminderServiceAsyncStub"
    patient_audit: "patient_pb2_grpc.AuditServiceAsyncStub"

    async def close(self) -> None:
        """Close the channels."""
        await asyncio.gather(self.auth_channel.close(), self.patient_channel.close())


def open_clients(settings: Settings) -> Clients:
    """Open a channel to each service; it connects when first used."""
    auth = open_channel(
        settings.auth_address,
        services=AUTH_SERVICES,
        timeout=settings.call_seconds,
        tls_folder=settings.mtls_folder,
    )
    patient = open_channel(
        settings.patient_address,
        services=PATIENT_SERVICES,
        timeout=settings.call_seconds,
        tls_folder=settings.mtls_folder,
    )
    return Clients(
        auth_channel=auth,
        patient_channel=patient,
        auth=auth_pb2_grpc.AuthServiceStub(auth),
        accounts=auth_pb2_grpc.AccountServiceStub(auth),
        account_admin=auth_pb2_grpc.AdminServiceStub(auth),
        clinic=auth_pb2_grpc.ClinicServiceStub(auth),
        handoffs=auth_pb2_grpc.HandoffServiceStub(auth),
        reminders=auth_pb2_grpc.ReminderServiceStub(auth),
        auth_audit=auth_pb2_grpc.AuditServiceStub(auth),
        patients=patient_pb2_grpc.PatientServiceStub(patient),
        merges=patient_pb2_grpc.MergeServiceStub(patient),
        lesions=patient_pb2_grpc.LesionServiceStub(patient),
        hand_in=patient_pb2_grpc.HandInServiceStub(patient),
        images=patient_pb2_grpc.ImageServiceStub(patient),
        detections=patient_pb2_grpc.DetectionServiceStub(patient),
        markings=patient_pb2_grpc.MarkingServiceStub(patient),
        overviews=patient_pb2_grpc.OverviewServiceStub(patient),
        worklists=patient_pb2_grpc.WorklistServiceStub(patient),
        timeline=patient_pb2_grpc.TimelineServiceStub(patient),
        completion=patient_pb2_grpc.CompletionServiceStub(patient),
        due_lesions=patient_pb2_grpc.ReminderServiceStub(patient),
        patient_audit=patient_pb2_grpc.AuditServiceStub(patient),
    )


class ServiceToken:
    """The gateway's own token, for what it does on nobody's behalf."""

    def __init__(self, clients: Clients, secret: str) -> None:
        self._clients = clients
        self._secret = secret
        self._token = ""
        self._expires_at = 0.0

    async def metadata(self) -> list[tuple[str, str]]:
        """Metadata that signs a call as the gateway itself."""
        if time.time() > self._expires_at - _RENEW_SECONDS:
            answer = await self._clients.auth.IssueServiceToken(
                auth_pb2.IssueServiceTokenRequest(service="gateway", secret=self._secret)
            )
            self._token = answer.token
            self._expires_at = answer.expires_at.ToSeconds()
        return [("authorization", f"Bearer {self._token}")]


class Page(Protocol):
    """An answer that holds one page of a list."""

    next_cursor: str


PageT = TypeVar("PageT", bound=Page)


async def every_page(ask: Callable[[str], Awaitable[PageT]]) -> AsyncIterator[PageT]:
    """All pages of a list, the first by an empty cursor.

    Args:
        ask: for the page at a cursor.

    Raises:
        grpc.aio.AioRpcError: as `ask`.
    """
    page = await ask("")
    yield page
    while page.next_cursor:
        page = await ask(page.next_cursor)
        yield page
