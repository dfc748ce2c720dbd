"""/admin/models: the versions in the model store, and which is live."""

from contextlib import AsyncExitStack

import structlog
from fastapi import Request

from dermis.auth.v1 import auth_pb2 as pb
from dermis.options.v1 import access_pb2
from gateway.forms import archive
from gateway.http.answers import answers
from gateway.routers.dependencies import CallerId, ModelAuditDep, ReleaseGateDep, ShelfDep, StateDep
from gateway.routers.guards import Router, limited, permit
from gateway.schemas.models import ModelDetails, Models, Release, Rollback, Why
from service_kit.reasons import Reason

log = structlog.get_logger()

# What every route to the model store answers while it is away, and what the gate refuses.
STORE = (Reason.NO_MODEL_STORE, 503, Reason.STORE_UNAVAILABLE, Reason.ENTRY_DAMAGED)
GATE = (
    Reason.APPROVAL_MISSING, Reason.TRIAL_MISSING, Reason.TRIAL_FAILED, Reason.EVALUATION_MISSING,
    Reason.METRICS_WORSE,
)  # fmt: skip

router = Router(
    prefix="/admin",
    tags=["models"],
    dependencies=[permit(access_pb2.PERMISSION_MANAGE_MODELS), limited("api")],
    responses=answers(401, 403, 429, *STORE),
)


@router.post(
    "/upload-model",
    status_code=202,
    responses=answers(
        Reason.ARCHIVE_REFUSED,
        Reason.MULTIPART_INVALID,
        Reason.MODEL_NAME_WRONG,
        413,
        Reason.VERSION_TAKEN,
        *STORE,
        Reason.TOO_MANY_ARCHIVES,
    ),
    openapi_extra=archive.REQUEST_BODY,
)
async def upload_model(
    request: Request, by: CallerId, state: StateDep, shelf: ShelfDep, audit: ModelAuditDep
) -> ModelDetails:
    """Upload a model archive; refused with every reason, and live only once released."""
    async with AsyncExitStack() as stack:
        stack.enter_context(state.archive_places.hold(by))
        received = await stack.enter_async_context(
            archive.received_archive(request, state.archive_policy)
        )
        await audit.record(pb.MODEL_CHANGE_UPLOAD, received.archive.card.version)
        shelved = await shelf.add(received.archive, by, signature=received.signature)
    log.info("model uploaded", version=shelved.version, sha256=shelved.sha256)
    return ModelDetails.of(shelved, await shelf.read())


@router.get("/models")
async def list_models(shelf: ShelfDep) -> Models:
    """Versions in the store, the release log, and the canary or shadow."""
    return Models.of(await shelf.read())


@router.get("/models/{version}", responses=answers(422, Reason.VERSION_NOT_FOUND))
async def get_model(version: str, shelf: ShelfDep) -> ModelDetails:
    """One version with its model card."""
    found = await shelf.read()
    return ModelDetails.of(found.version(version), found)


@router.post(
    "/models/rollback",
    status_code=202,
    responses=answers(
        422,
        Reason.NOTHING_BEFORE,
        Reason.VERSION_NOT_FOUND,
        Reason.VERSION_NEVER_LIVE,
        Reason.VERSION_RETIRED,
        Reason.ALREADY_LIVE,
        Reason.RELEASE_RACE,
    ),
)
async def roll_back_model(
    body: Rollback, by: CallerId, shelf: ShelfDep, audit: ModelAuditDep
) -> Release:
    """Roll every replica back to the last version that was live and worked, or to a named one."""
    to = body.version or ""
    await audit.record(pb.MODEL_CHANGE_ROLLBACK, to)
    release = await shelf.roll_back(by=by, why=body.why, to=to)
    log.info("model rolled back", version=release.version, release=release.number)
    return Release.of(release)


@router.post(
    "/models/{version}/release",
    status_code=202,
    responses=answers(
        422, Reason.VERSION_NOT_FOUND, Reason.VERSION_RETIRED, *GATE, Reason.RELEASE_RACE
    ),
)
async def release_model(
    version: str,
    body: Why,
    by: CallerId,
    gate: ReleaseGateDep,
    shelf: ShelfDep,
    audit: ModelAuditDep,
) -> Release:
    """Release a version; a replica switches once the golden images give the right answers."""
    known = await shelf.read()
    gate.check(version, known, by=by)
    await audit.record(pb.MODEL_CHANGE_RELEASE, version)
    release = await shelf.release(known.usable(version), by=by, why=body.why)
    log.info("model released", version=release.version, release=release.number)
    return Release.of(release)
