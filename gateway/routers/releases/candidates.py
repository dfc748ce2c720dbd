"""/admin/models: a version beside the live one, as a canary or in its shadow."""

from typing import Annotated

import structlog
from fastapi import Query
from redis.exceptions import RedisError

from dermis.auth.v1 import auth_pb2 as pb
from dermis.options.v1 import access_pb2
from gateway.http.answers import answers
from gateway.routers.dependencies import CallerId, ModelAuditDep, ReleaseGateDep, ShelfDep, StateDep
from gateway.routers.guards import Router, limited, permit
from gateway.routers.releases.models import GATE, STORE
from gateway.schemas.candidates import Agreement
from gateway.schemas.models import Release, Why
from service_kit.errors import DomainError
from service_kit.reasons import Reason

log = structlog.get_logger()

BESIDE = (Reason.NOTHING_LIVE, Reason.VERSION_RETIRED, Reason.ALREADY_LIVE, Reason.RELEASE_RACE)

router = Router(
    prefix="/admin/models",
    tags=["models"],
    dependencies=[permit(access_pb2.PERMISSION_MANAGE_MODELS), limited("api")],
    responses=answers(401, 403, 429, *STORE),
)

Percent = Annotated[int, Query(ge=1, le=99, description="Share of patients, always the same ones.")]


@router.post(
    "/{version}/canary",
    status_code=202,
    responses=answers(422, Reason.VERSION_NOT_FOUND, *BESIDE, *GATE),
)
async def begin_canary(
    version: str,
    body: Why,
    by: CallerId,
    gate: ReleaseGateDep,
    shelf: ShelfDep,
    audit: ModelAuditDep,
    percent: Percent = 10,
) -> Release:
    """Let a version answer for some patients; it ends by itself if it fails or is slow."""
    known = await shelf.read()
    gate.check(version, known, by=by)
    await audit.record(pb.MODEL_CHANGE_CANARY, version, percent=percent)
    entry = await shelf.put_beside(
        version, "canary", known=known, by=by, why=body.why, percent=percent
    )
    log.info("canary begun", version=version, percent=percent, release=entry.number)
    return Release.of(entry)


@router.post(
    "/{version}/shadow",
    status_code=202,
    responses=answers(422, Reason.CHANGE_INVALID, Reason.VERSION_NOT_FOUND, *BESIDE),
)
async def begin_shadow(
    version: str, body: Why, by: CallerId, shelf: ShelfDep, audit: ModelAuditDep
) -> Release:
    """Have a version assess the live one's photos and compare; nobody sees its answers."""
    await audit.record(pb.MODEL_CHANGE_SHADOW, version)
    known = await shelf.read()
    entry = await shelf.put_beside(version, "shadow", known=known, by=by, why=body.why)
    log.info("shadow begun", version=version, release=entry.number)
    return Release.of(entry)


@router.post(
    "/withdraw", status_code=202, responses=answers(422, Reason.NO_CANDIDATE, Reason.RELEASE_RACE)
)
async def withdraw_candidate(
    body: Why, by: CallerId, shelf: ShelfDep, audit: ModelAuditDep
) -> Release:
    """End the canary or shadow; the live version answers for everyone again."""
    await audit.record(pb.MODEL_CHANGE_WITHDRAWAL)
    entry = await shelf.withdraw(by=by, why=body.why)
    log.info("candidate withdrawn", version=entry.version, release=entry.number)
    return Release.of(entry)


@router.get(
    "/{version}/agreement",
    responses=answers(422, Reason.VERSION_NOT_FOUND, *STORE, Reason.REDIS_AWAY),
)
async def get_agreement(
    version: str,
    state: StateDep,
    shelf: ShelfDep,
    against: Annotated[
        str, Query(max_length=64, description="A live version; the latest one without it.")
    ] = "",
) -> Agreement:
    """How a shadow's answers compare with one live version's, over its latest photos."""
    (await shelf.read()).version(version)
    try:
        return Agreement.of(version, await state.comparisons.agreement(version, against))
    except (RedisError, OSError):
        raise DomainError(Reason.REDIS_AWAY) from None
