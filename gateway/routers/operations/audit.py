"""/admin/audit: who did what, and whether that record is intact."""

import asyncio
from functools import partial
from typing import Annotated, NamedTuple

from fastapi import Depends, Query
from google.protobuf.timestamp_pb2 import Timestamp

from dermis.auth.v1 import auth_pb2
from dermis.options.v1 import access_pb2
from dermis.patient.v1 import patient_pb2
from gateway.audit_trail import Ask, merged
from gateway.clients import Clients
from gateway.http.answers import answers
from gateway.routers.dependencies import ClientsDep, Cursor, Limit
from gateway.routers.guards import Router, limited, permit
from gateway.schemas.admin import AuditEntry, AuditState, Chain, ChainState
from gateway.schemas.fields import Page, SentMoment
from service_kit.clock import to_timestamp
from service_kit.reasons import Reason

# A chain of a million entries is read from its first to its newest.
VERIFY_SECONDS = 120.0

router = Router(
    prefix="/admin/audit",
    tags=["admin"],
    dependencies=[permit(access_pb2.PERMISSION_READ_AUDIT), limited("api")],
    responses=answers(401, 403, 429, 503),
)


class Wanted(NamedTuple):
    """Which entries are asked for; empty means any."""

    chain: Chain | None
    actor: str
    account: str
    patient: str
    action: str
    since: Timestamp | None

    def only(self) -> Chain | None:
        """The one chain that can hold such entries; None where both can."""
        return "record" if self.patient else self.chain or ("identity" if self.account else None)


async def _wanted(
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
) -> Wanted:
    moment = to_timestamp(since) if since else None
    return Wanted(chain, actor, account, patient, action, moment)


@router.get("", responses=answers(422, Reason.INVALID_ID, Reason.CURSOR_INVALID))
async def list_audit(
    clients: ClientsDep,
    wanted: Annotated[Wanted, Depends(_wanted)],
    limit: Limit = 50,
    cursor: Cursor = "",
) -> Page[AuditEntry]:
    """The audit, newest first."""
    asks: dict[Chain, Ask] = {
        "identity": partial(_identity, clients, wanted, limit),
        "record": partial(_record, clients, wanted, limit),
    }
    only = wanted.only()
    if only is None:
        return await merged(asks, cursor, limit=limit)
    return Page.of(*await asks[only](cursor))


async def _identity(
    clients: Clients, wanted: Wanted, limit: int, cursor: str
) -> tuple[list[AuditEntry], str]:
    found = await clients.auth_audit.ListAudit(
        auth_pb2.ListAuditRequest(
            limit=limit, cursor=cursor, actor_id=wanted.actor, subject_id=wanted.account,
            event=wanted.action, since=wanted.since,
        )
    )  # fmt: skip
    return [AuditEntry.of_identity(entry) for entry in found.entries], found.next_cursor


async def _record(
    clients: Clients, wanted: Wanted, limit: int, cursor: str
) -> tuple[list[AuditEntry], str]:
    found = await clients.patient_audit.ListAudit(
        patient_pb2.ListAuditRequest(
            limit=limit, cursor=cursor, actor_id=wanted.actor, patient_id=wanted.patient,
            event=wanted.action, since=wanted.since,
        )
    )  # fmt: skip
    return [AuditEntry.of_record(entry) for entry in found.entries], found.next_cursor


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
