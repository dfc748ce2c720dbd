"""/admin/models: versions are approved, retired, reinstated and downloaded."""

import structlog
from starlette.responses import StreamingResponse

from dermis.auth.v1 import auth_pb2 as pb
from dermis.options.v1 import access_pb2
from gateway.http.answers import answers
from gateway.routers.dependencies import CallerId, ModelAuditDep, ShelfDep
from gateway.routers.guards import Router, limited, permit
from gateway.routers.releases.models import STORE
from gateway.schemas.models import ReleaseNumber, ShelfDecision, Why
from service_kit.reasons import Reason

log = structlog.get_logger()

# What the audit keeps of a version's name.
_LONGEST = 64
_ARCHIVE = "application/octet-stream"

router = Router(
    prefix="/admin/models",
    tags=["models"],
    dependencies=[permit(access_pb2.PERMISSION_MANAGE_MODELS), limited("api")],
    responses=answers(401, 403, 429, *STORE),
)


@router.post(
    "/{version}/approve",
    status_code=202,
    responses=answers(422, Reason.VERSION_NOT_FOUND, Reason.VERSION_RETIRED, Reason.RELEASE_RACE),
)
async def approve_model(
    version: str, body: Why, by: CallerId, shelf: ShelfDep, audit: ModelAuditDep
) -> ShelfDecision:
    """Agree that somebody else may release a version, where a second person must."""
    shelved = (await shelf.read()).usable(version)
    await audit.record(pb.MODEL_CHANGE_APPROVAL, version)
    decided = await shelf.approve(shelved, by=by, why=body.why)
    log.info("model approved", version=version)
    return ShelfDecision.of(decided)


@router.post(
    "/{version}/retire",
    status_code=202,
    responses=answers(
        422,
        Reason.VERSION_NOT_FOUND,
        Reason.VERSION_IN_USE,
        Reason.VERSION_RETIRED,
        Reason.RELEASE_RACE,
    ),
)
async def retire_model(
    version: str, body: Why, by: CallerId, shelf: ShelfDep, audit: ModelAuditDep
) -> ShelfDecision:
    """Take a version out of use; it stays in the store, also where its entry is damaged."""
    await audit.record(pb.MODEL_CHANGE_RETIREMENT, version[:_LONGEST])
    decided = await shelf.retire(version, by=by, why=body.why)
    log.info("model retired", version=version)
    return ShelfDecision.of(decided)


@router.post(
    "/{version}/reinstate",
    status_code=202,
    responses=answers(422, Reason.VERSION_NOT_RETIRED, Reason.RELEASE_RACE),
)
async def reinstate_model(
    version: str, body: Why, by: CallerId, shelf: ShelfDep, audit: ModelAuditDep
) -> ShelfDecision:
    """Let a retired version be used again."""
    await audit.record(pb.MODEL_CHANGE_REINSTATEMENT, version[:_LONGEST])
    decided = await shelf.reinstate(version, by=by, why=body.why)
    log.info("model reinstated", version=version)
    return ShelfDecision.of(decided)


@router.post(
    "/releases/{number}/retire",
    status_code=202,
    responses=answers(422, Reason.ENTRY_SOUND, Reason.VERSION_RETIRED, Reason.RELEASE_RACE),
)
async def retire_release(
    number: ReleaseNumber, body: Why, by: CallerId, shelf: ShelfDep, audit: ModelAuditDep
) -> ShelfDecision:
    """Stop reporting a damaged entry of the release log; it is left out in any case."""
    subject = f"release {number}"
    await audit.record(pb.MODEL_CHANGE_RETIREMENT, subject)
    decided = await shelf.retire(subject, by=by, why=body.why)
    log.info("entry of the release log retired", release=number)
    return ShelfDecision.of(decided)


@router.get(
    "/{version}/archive",
    response_class=StreamingResponse,
    responses={
        200: {
            "content": {_ARCHIVE: {"schema": {"type": "string", "format": "binary"}}},
            "description": "The archive (.mar), as it was uploaded.",
        },
        **answers(422, Reason.VERSION_NOT_FOUND, Reason.ENTRY_DAMAGED),
    },
)
async def download_model(version: str, shelf: ShelfDep) -> StreamingResponse:
    """Download a version's archive, to inspect it or to bring it elsewhere."""
    shelved, pieces = await shelf.download(version)
    name = f"{shelved.card.name}-{shelved.version}.mar"
    return StreamingResponse(
        pieces,
        media_type=_ARCHIVE,
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "ETag": f'"{shelved.sha256}"',
        },
    )
