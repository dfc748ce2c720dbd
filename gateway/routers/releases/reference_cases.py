"""/admin/reference-cases: the photos that every release is measured on."""

import asyncio

import structlog
from fastapi import Response

from dermis.auth.v1 import auth_pb2 as pb
from dermis.options.v1 import access_pb2
from gateway.forms import photo
from gateway.http.answers import answers
from gateway.routers.clinic.images import PRIVATE
from gateway.routers.dependencies import BarePhotoFormDep, CallerId, ModelAuditDep, ShelfDep
from gateway.routers.guards import Router, limited, permit
from gateway.routers.releases.models import STORE
from gateway.schemas.reference import (
    CasePath,
    ReferenceCases,
    ReferenceChange,
    ReferencePhoto,
)
from imaging.decoding import clean
from service_kit.blobs import BlobMissing
from service_kit.errors import DomainError
from service_kit.reasons import Reason
from serving.contract.reference_cases import ReferenceCase

log = structlog.get_logger()

router = Router(
    prefix="/admin/reference-cases",
    tags=["models"],
    dependencies=[permit(access_pb2.PERMISSION_MANAGE_MODELS)],
    responses=answers(401, 403, 429, *STORE),
)


@router.get("", dependencies=[limited("api")])
async def list_reference_cases(shelf: ShelfDep) -> ReferenceCases:
    """The cases that count now, with their truth."""
    return ReferenceCases.of(await shelf.cases.newest())


@router.post(
    "/photos",
    status_code=201,
    dependencies=[limited("upload")],
    responses=answers(
        Reason.IMAGE_EMPTY,
        Reason.IMAGE_TRUNCATED,
        Reason.IMAGE_ANIMATED,
        Reason.IMAGE_TOO_MANY_PIXELS,
        Reason.IMAGE_TOO_LARGE,
        Reason.NOT_AN_IMAGE,
        Reason.MULTIPART_INVALID,
        413,
        422,
        Reason.TOO_MANY_UPLOADS,
        Reason.UPLOAD_TOO_SLOW,
    ),
    openapi_extra=photo.BARE_REQUEST_BODY,
)
async def keep_reference_photo(form: BarePhotoFormDep, shelf: ShelfDep) -> ReferencePhoto:
    """Keep a photo without its metadata; it counts once a change names it."""
    cleaned = await asyncio.to_thread(clean, form.file)
    return ReferencePhoto(sha256=await shelf.cases.keep(cleaned.data))


@router.post(
    "",
    status_code=201,
    dependencies=[limited("api")],
    responses=answers(
        422,
        Reason.REFERENCE_CASES_NOT_READY,
        Reason.REFERENCE_CASES_ONE_SIDED,
        Reason.REFERENCE_CASES_TOO_MANY,
        Reason.REFERENCE_PHOTO_MISSING,
        Reason.RELEASE_RACE,
    ),
)
async def change_reference_cases(
    body: ReferenceChange, by: CallerId, shelf: ShelfDep, audit: ModelAuditDep
) -> ReferenceCases:
    """Add cases, correct their truth, or remove them; the next release is measured on them."""
    await audit.record(pb.MODEL_CHANGE_REFERENCE_CASES)
    added = [ReferenceCase(sha256=case.sha256, truth=case.truth) for case in body.add]
    made = await shelf.cases.change(added, body.remove, by=by)
    log.info("reference cases changed", number=made.number, cases=len(made.cases))
    return ReferenceCases.of(made)


@router.get(
    "/{sha256}/photo",
    dependencies=[limited("api")],
    response_class=Response,
    responses={
        200: {"content": {"image/jpeg": {}, "image/png": {}}, "description": "The photo."},
        **answers(422, Reason.REFERENCE_PHOTO_MISSING),
    },
)
async def get_reference_photo(sha256: CasePath, shelf: ShelfDep) -> Response:
    """The photo of a case."""
    try:
        content = await shelf.cases.read(sha256)
    except BlobMissing:
        raise DomainError(Reason.REFERENCE_PHOTO_MISSING) from None
    kind = "image/png" if content.startswith(b"\x89PNG") else "image/jpeg"
    return Response(content, media_type=kind, headers=PRIVATE)
