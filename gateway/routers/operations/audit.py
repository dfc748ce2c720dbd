"""/admin/audit: who did what, and whether that record is intact."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query

from dermis.auth.v1 import auth_pb2
from dermis.options.v1 import access_pb2
from dermis.patient.v1 import patient_pb2
from gateway.audit_trail import Ask, merged
from gateway.http.errors import answers
from gateway.routers.dependencies import ClientsDep, Cursor, Limit
from gateway.routers.guards import limited, permit
from gateway.schemas.admin import AuditEntry, AuditState, Chain, ChainState
from gateway.schemas.fields import Page, SentMoment
from service_kit.clock import to_timestamp

# A chain of a million entries is read from its first to its newest.
VERIFY_SECONDS = 120.0

router = APIRouter(
    prefix="/admin/audit",
    tags=["admin"],
    dependencies=[permit(access_pb2.PERMISSION_READ_AUDIT), limited("api")],
    responses=answers(401, 403, 422),
)


@router.get("")
async def list_audit(
    clients: ClientsDep,
    chain: Annotated[
        Chain | None, Query(description="Accounts or patients' records; both by default.")
    ] = None,
    actor: Annotated[str, Query(max_length=64, description="Only what this account did.")] = "",
    account: Annotated[
        str,
        Query(max_length=64, description="Only what was done to this account; implies `identity`."),
    ] = "",
    patient: Annotated[
        str, Query(max_length=64, description="Only this patient's; implies `record`.")
    ] = "",
    action: Annotated[
        str, Query(max_length=100, description='One event, or a kind by its first part: "patient".')
    ] = "",
    since: Annotated[SentMoment | None, Query(description="Only from this moment on.")] = None,
    limit: Limit = 50,
    cursor: Cursor = "",
) -> Page[AuditEntry]:
    """The audit, newest first."""
    moment = to_timestamp(since) if since else None

    async def identity(cursor: str) -> tuple[list[AuditEntry], str]:
        found = await clients.auth_audit.ListAudit(
            auth_pb2.ListAuditRequest(
                limit=limit, cursor=cursor, actor_id=actor, subject_id=account, event=action,
                since=moment,
            )
        )  # fmt: skip
        return [AuditEntry.of_identity(entry) for entry in found.entries], found.next_cursor

    async def record(cursor: str) -> tuple[list[AuditEntry], str]:
        found = await clients.patient_audit.ListAudit(
            patient_pb2.ListAuditRequest(
                limit=limit, cursor=cursor, actor_id=actor, patient_id=patient, event=action,
                since=moment,
            )
        )  # fmt: skip
        return [AuditEntry.of_record(entry) for entry in found.entries], found.next_cursor

    asks: dict[Chain, Ask] = {"identity": identity, "record": record}
    only = "record" if patient else chain or ("identity" if account else None)
    if only is None:
        return await merged(asks, cursor, limit=limit)
    items, following = await asks[only](cursor)
    return Page(items=items, next_cursor=following or None)


@router.get("/verify")
async def verify_audit(clients: ClientsDep) -> AuditState:
    """Recompute both chains and report where they break, if they do."""
    identity, record = await asyncio.gather(
        clients.auth_audit.VerifyAudit(auth_pb2.VerifyAuditRequest(), timeout=VERIFY_SECONDS),
        clients.patient_audit.VerifyAudit(patient_pb2.VerifyAuditRequest(), timeout=VERIFY_SECONDS),
    )
    return AuditState(
        intact=identity.intact and record.intact,
        chains=[_state("identity", identity), _state("record", record)],
    )


def _state(
    chain: Chain, found: auth_pb2.VerifyAuditResponse | patient_pb2.VerifyAuditResponse
) -> ChainState:
    return ChainState(
        chain=chain,
        intact=found.intact,
        entries=found.entries,
        broken_at=found.broken_at or None,
    )
