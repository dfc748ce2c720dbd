"""AuditService: the audit of identity."""

from typing import Any

from auth_service.audit import trail
from auth_service.audit.events import Event
from auth_service.audit.trail import Filter
from auth_service.servicers.messages import audit_message
from dermis.auth.v1 import auth_pb2, auth_pb2_grpc
from service_kit.clock import from_timestamp
from service_kit.cursors import Cursors
from service_kit.database import Database
from service_kit.errors import DomainError
from service_kit.ids import parse_id
from service_kit.paging import PageRequest
from service_kit.postgres_values import without_nul
from service_kit.reasons import Reason

MODEL_EVENTS = {
    auth_pb2.MODEL_CHANGE_UPLOAD: Event.MODEL_UPLOAD_REQUESTED,
    auth_pb2.MODEL_CHANGE_RELEASE: Event.MODEL_RELEASE_REQUESTED,
    auth_pb2.MODEL_CHANGE_ROLLBACK: Event.MODEL_ROLLBACK_REQUESTED,
    auth_pb2.MODEL_CHANGE_CANARY: Event.MODEL_CANARY_REQUESTED,
    auth_pb2.MODEL_CHANGE_SHADOW: Event.MODEL_SHADOW_REQUESTED,
    auth_pb2.MODEL_CHANGE_WITHDRAWAL: Event.MODEL_WITHDRAWAL_REQUESTED,
    auth_pb2.MODEL_CHANGE_REGENERATION: Event.MODEL_REGENERATION_REQUESTED,
    auth_pb2.MODEL_CHANGE_RETIREMENT: Event.MODEL_RETIREMENT_REQUESTED,
    auth_pb2.MODEL_CHANGE_REINSTATEMENT: Event.MODEL_REINSTATEMENT_REQUESTED,
    auth_pb2.MODEL_CHANGE_APPROVAL: Event.MODEL_APPROVAL_REQUESTED,
    auth_pb2.MODEL_CHANGE_REFERENCE_CASES: Event.MODEL_REFERENCE_CASES_REQUESTED,
}
LONGEST_VERSION = 64


class AuditServicer(auth_pb2_grpc.AuditServiceServicer):
    """gRPC in, rules called, gRPC out."""

    def __init__(self, *, database: Database, cursors: Cursors) -> None:
        self._database = database
        self._cursors = cursors

    async def ListAudit(
        self, request: auth_pb2.ListAuditRequest, context: Any
    ) -> auth_pb2.ListAuditResponse:
        """A page of the audit."""
        wanted = Filter(
            actor_id=parse_id(request.actor_id, "actor") if request.actor_id else None,
            subject_id=parse_id(request.subject_id, "subject") if request.subject_id else None,
            event=without_nul(request.event),
            since=from_timestamp(request.since) if request.HasField("since") else None,
        )
        asked = PageRequest.of(request, f"audit {wanted}", self._cursors)
        async with self._database.session() as session:
            page = await trail.page(session, wanted, size=asked.size, position=asked.position)
        return auth_pb2.ListAuditResponse(
            entries=[audit_message(record) for record in page.rows],
            next_cursor=asked.next_cursor(page),
        )

    async def VerifyAudit(
        self, request: auth_pb2.VerifyAuditRequest, context: Any
    ) -> auth_pb2.VerifyAuditResponse:
        """Recompute the whole chain."""
        async with self._database.session() as session:
            result = await trail.verify(session)
        return auth_pb2.VerifyAuditResponse(
            intact=not result.problem,
            entries=result.entries,
            broken_at=result.broken_at,
            problem=result.problem,
            head=result.head,
        )

    async def RecordModelChange(
        self, request: auth_pb2.RecordModelChangeRequest, context: Any
    ) -> auth_pb2.RecordModelChangeResponse:
        """Record a change of the model."""
        event = MODEL_EVENTS.get(request.change)
        version = without_nul(request.version)
        if event is None or len(version) > LONGEST_VERSION:
            raise DomainError(Reason.CHANGE_INVALID)
        what = f"{version}, {request.percent} %" if request.percent else version
        async with self._database.session() as session:
            await trail.append(session, event, what=what)
        return auth_pb2.RecordModelChangeResponse()
