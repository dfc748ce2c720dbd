"""AuditService: the record of identity events."""

from typing import Any

from auth_service import audit
from auth_service.audit import Filter
from auth_service.events import Event
from auth_service.servicers.presentation import present_entry
from auth_service.servicers.transaction import Transactions
from dermis.auth.v1 import auth_pb2, auth_pb2_grpc
from service_kit.clock import from_timestamp
from service_kit.cursors import Cursors, page_size
from service_kit.errors import Code, DomainError
from service_kit.ids import parse_id
from service_kit.paging import next_cursor
from service_kit.stored_text import without_nul

MODEL_EVENTS = {
    auth_pb2.MODEL_CHANGE_UPLOAD: Event.MODEL_UPLOAD_REQUESTED,
    auth_pb2.MODEL_CHANGE_RELEASE: Event.MODEL_RELEASE_REQUESTED,
    auth_pb2.MODEL_CHANGE_ROLLBACK: Event.MODEL_ROLLBACK_REQUESTED,
    auth_pb2.MODEL_CHANGE_CANARY: Event.MODEL_CANARY_REQUESTED,
    auth_pb2.MODEL_CHANGE_SHADOW: Event.MODEL_SHADOW_REQUESTED,
    auth_pb2.MODEL_CHANGE_WITHDRAWAL: Event.MODEL_WITHDRAWAL_REQUESTED,
    auth_pb2.MODEL_CHANGE_REGENERATION: Event.MODEL_REGENERATION_REQUESTED,
}
LONGEST_VERSION = 64


class AuditServicer(auth_pb2_grpc.AuditServiceServicer):
    """gRPC in, domain out."""

    def __init__(self, *, transactions: Transactions, cursors: Cursors) -> None:
        self._transactions = transactions
        self._cursors = cursors

    async def ListAudit(
        self, request: auth_pb2.ListAuditRequest, context: Any
    ) -> auth_pb2.ListAuditResponse:
        """A page of the audit."""
        size = page_size(request.limit)
        chosen = Filter(
            actor_id=parse_id(request.actor_id, "actor") if request.actor_id else None,
            subject_id=parse_id(request.subject_id, "subject") if request.subject_id else None,
            event=without_nul(request.event),
            since=from_timestamp(request.since) if request.HasField("since") else None,
        )
        collection = f"audit {chosen}"
        before = self._cursors.read(collection, request.cursor)
        async with self._transactions.begin() as session:
            page = await audit.page(
                session, chosen, before=int(before) if before else None, size=size
            )
        return auth_pb2.ListAuditResponse(
            entries=[present_entry(record) for record in page.rows],
            next_cursor=next_cursor(self._cursors, collection, page),
        )

    async def VerifyAudit(
        self, request: auth_pb2.VerifyAuditRequest, context: Any
    ) -> auth_pb2.VerifyAuditResponse:
        """Recompute the whole chain."""
        async with self._transactions.begin() as session:
            verdict = await audit.verify(session)
        return auth_pb2.VerifyAuditResponse(
            intact=not verdict.problem,
            entries=verdict.entries,
            broken_at=verdict.broken_at,
            problem=verdict.problem,
            head=verdict.head,
        )

    async def RecordModelChange(
        self, request: auth_pb2.RecordModelChangeRequest, context: Any
    ) -> auth_pb2.RecordModelChangeResponse:
        """Write down a change of the model."""
        event = MODEL_EVENTS.get(request.change)
        version = without_nul(request.version)
        if event is None or len(version) > LONGEST_VERSION:
            raise DomainError(
                Code.INVALID_ARGUMENT, "CHANGE_INVALID", "Say which change, and of which version."
            )
        what = f"{version}, {request.percent} %" if request.percent else version
        async with self._transactions.begin() as session:
            await audit.record(session, event, what=what)
        return auth_pb2.RecordModelChangeResponse()
