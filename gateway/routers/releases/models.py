"""/admin/models: the versions in the model store, and which is live."""

import structlog
from fastapi import APIRouter, Request

from dermis.auth.v1 import auth_pb2 as pb
from dermis.options.v1 import access_pb2
from gateway.forms import archive
from gateway.http.errors import answers
from gateway.model_store.versions import ModelShelf
from gateway.routers.dependencies import CallerId, ModelAuditDep, ReleaseGateDep, ShelfDep, StateDep
from gateway.routers.guards import limited, permit
from gateway.schemas.models import ModelDetails, Models, ModelVersion, Release, Why

log = structlog.get_logger()

router = APIRouter(
    prefix="/admin",
    tags=["models"],
    dependencies=[permit(access_pb2.PERMISSION_MANAGE_MODELS), limited("api")],
    responses=answers(401, 403, 422, 501),
)


@router.post(
    "/upload-model",
    status_code=202,
    responses=answers(409, 413),
    openapi_extra=archive.REQUEST_BODY,
)
async def upload_model(
    request: Request, by: CallerId, state: StateDep, shelf: ShelfDep, audit: ModelAuditDep
) -> ModelDetails:
    """Upload a model archive; refused with every reason, and live only once released."""
    async with archive.received_archive(request, state.archive_policy) as received:
        await audit.record(pb.MODEL_CHANGE_UPLOAD, received.archive.card.version)
        shelved = await shelf.add(received.archive, by, signature=received.signature)
    log.info("model uploaded", version=shelved.version, sha256=shelved.sha256)
    return ModelDetails.of(shelved, await _live_version(shelf))


@router.get("/models")
async def list_models(shelf: ShelfDep) -> Models:
    """Versions in the store, the release log, and the canary or shadow."""
    desired = await shelf.desired()
    live = desired.live.version if desired.live else ""
    return Models(
        versions=[ModelVersion.of(shelved, live) for shelved in await shelf.versions()],
        releases=[Release.of(release) for release in await shelf.releases()],
        candidate=Release.of(desired.candidate) if desired.candidate else None,
    )


@router.get("/models/{version}", responses=answers(404))
async def get_model(version: str, shelf: ShelfDep) -> ModelDetails:
    """One version with its model card."""
    return ModelDetails.of(await shelf.version(version), await _live_version(shelf))


@router.post("/models/rollback", status_code=202, responses=answers(409))
async def roll_back_model(
    body: Why, by: CallerId, shelf: ShelfDep, audit: ModelAuditDep
) -> Release:
    """Roll every replica back to the version before the current one."""
    await audit.record(pb.MODEL_CHANGE_ROLLBACK)
    release = await shelf.roll_back(by=by, why=body.why)
    log.info("model rolled back", version=release.version, release=release.number)
    return Release.of(release)


@router.post("/models/{version}/release", status_code=202, responses=answers(404, 409))
async def release_model(
    version: str,
    body: Why,
    by: CallerId,
    gate: ReleaseGateDep,
    shelf: ShelfDep,
    audit: ModelAuditDep,
) -> Release:
    """Release a version; a replica switches once the golden images give the right answers."""
    gate.check(await shelf.version(version), await shelf.live())
    await audit.record(pb.MODEL_CHANGE_RELEASE, version)
    release = await shelf.release(version, by=by, why=body.why)
    log.info("model released", version=release.version, release=release.number)
    return Release.of(release)


async def _live_version(shelf: ModelShelf) -> str:
    live = (await shelf.desired()).live
    return live.version if live else ""
