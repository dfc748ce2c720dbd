"""AuditService: who saw or changed what in the record."""

from typing import Any

from dermis.patient.v1 import patient_pb2 as pb
from dermis.patient.v1 import patient_pb2_grpc
from patient_service.audit import trail
from patient_service.audit.events import Event
from patient_service.audit.trail import Filter
from patient_service.models import AuditEntry
from patient_service.servicers.messages import optional_id
from service_kit import clock
from service_kit.cursors import Cursors
from service_kit.database import Database
from service_kit.paging import PageRequest
from service_kit.postgres_values import without_nul


class AuditServicer(patient_pb2_grpc.AuditServiceServicer):
    """The audit of every clinic, for administrators."""

    def __init__(self, database: Database, cursors: Cursors) -> None:
        self._database = database
        self._cursors = cursors

    async def ListAudit(self, request: pb.ListAuditRequest, context: Any) -> pb.ListAuditResponse:
        """Page through the audit; looking at it is audited too."""
        wanted = _filter(request)
        asked = PageRequest.of(request, f"audit {wanted}", self._cursors)
        async with self._database.session() as session:
            page = await trail.page(session, wanted, size=asked.size, position=asked.position)
            await trail.append(session, Event.AUDIT_VIEWED)
        return pb.ListAuditResponse(
            entries=[_entry(entry) for entry in page.rows],
            next_cursor=asked.next_cursor(page),
        )

    async def VerifyAudit(
        self, request: pb.VerifyAuditRequest, context: Any
    ) -> pb.VerifyAuditResponse:
        """Check every hash and every link."""
        async with self._database.session() as session:
            result = await trail.verify(session)
            await trail.append(session, Event.AUDIT_VERIFIED)
        return pb.VerifyAuditResponse(
            intact=result.broken_at == 0, entries=result.entries, broken_at=result.broken_at
        )


def _filter(request: pb.ListAuditRequest) -> Filter:
    return Filter(
        actor_id=optional_id(request.actor_id, "actor"),
        patient_id=optional_id(request.patient_id, "patient"),
        event=without_nul(request.event),
        since=clock.from_timestamp(request.since) if request.HasField("since") else None,
    )


def _entry(row: AuditEntry) -> pb.AuditEntry:
    return pb.AuditEntry(
        position=row.seq,
        at=clock.to_timestamp(row.at),
        event=row.event,
        actor_id=str(row.actor_id or ""),
        patient_id=str(row.patient_id or ""),
        subject_id=str(row.subject_id or ""),
        clinic_id=str(row.clinic_id or ""),
        request_id=row.request_id,
        client_address=row.client_address,
        detail={name: str(value) for name, value in row.detail.items()},
        hash=row.hash,
    )
