"""Lesions: places on the skin, followed over time."""

from typing import Annotated

from fastapi import Query, Response

from dermis.patient.v1 import patient_pb2 as pb
from gateway.http.answers import answers
from gateway.routers.dependencies import ClientsDep, Cursor, Limit, Version, set_etag
from gateway.routers.guards import READ_PATIENTS, WRITE_PATIENTS, Router, limited
from gateway.schemas.fields import Page
from gateway.schemas.lesions import ComparedImage, Comparison, Lesion, LesionProfile
from service_kit.reasons import Reason

PROFILE = (
    Reason.TEXT_TOO_LONG, Reason.TEXT_NOT_ALLOWED, Reason.DATE_TOO_EARLY, Reason.DATE_IN_FUTURE,
    Reason.INVALID_ID, 422,
)  # fmt: skip

router = Router(tags=["lesions"], responses=answers(401, 403, 429, 503))


@router.post(
    "/patients/{patient_id}/lesions",
    status_code=201,
    dependencies=[WRITE_PATIENTS, limited("api")],
    responses=answers(
        Reason.PATIENT_NOT_FOUND, Reason.PATIENT_ARCHIVED, Reason.PATIENT_MERGED, *PROFILE
    ),
)
async def create_lesion(
    patient_id: str, body: LesionProfile, response: Response, clients: ClientsDep
) -> Lesion:
    """Add a lesion to a patient."""
    answer = await clients.lesions.CreateLesion(
        pb.CreateLesionRequest(patient_id=patient_id, profile=body.message())
    )
    return _tagged(response, answer.lesion)


@router.get(
    "/patients/{patient_id}/lesions",
    dependencies=[READ_PATIENTS, limited("api")],
    responses=answers(Reason.PATIENT_NOT_FOUND, Reason.INVALID_ID, Reason.CURSOR_INVALID, 422),
)
async def list_lesions(
    patient_id: str, clients: ClientsDep, limit: Limit = 50, cursor: Cursor = ""
) -> Page[Lesion]:
    """A patient's lesions, oldest first; `"version"` in quotes is the ETag of each."""
    page = await clients.lesions.ListLesions(
        pb.ListLesionsRequest(patient_id=patient_id, limit=limit, cursor=cursor)
    )
    return Page.of([Lesion.of(lesion, counted=True) for lesion in page.lesions], page.next_cursor)


@router.put(
    "/lesions/{lesion_id}",
    dependencies=[WRITE_PATIENTS, limited("api")],
    responses=answers(
        Reason.LESION_NOT_FOUND,
        Reason.PATIENT_ARCHIVED,
        Reason.VERSION_CONFLICT,
        Reason.IF_MATCH_REQUIRED,
        *PROFILE,
    ),
)
async def update_lesion(
    lesion_id: str,
    body: LesionProfile,
    version: Version,
    response: Response,
    clients: ClientsDep,
) -> Lesion:
    """Replace a lesion's profile; 412 if somebody else has changed it meanwhile."""
    answer = await clients.lesions.UpdateLesion(
        pb.UpdateLesionRequest(lesion_id=lesion_id, version=version, profile=body.message())
    )
    return _tagged(response, answer.lesion)


@router.get(
    "/lesions/{lesion_id}/compare",
    dependencies=[READ_PATIENTS, limited("api")],
    responses=answers(Reason.LESION_NOT_FOUND, Reason.IMAGE_NOT_FOUND, Reason.INVALID_ID, 422),
)
async def compare_images(
    lesion_id: str,
    clients: ClientsDep,
    left: Annotated[str, Query(max_length=64, description="An image of this lesion.")],
    right: Annotated[str, Query(max_length=64, description="An image of this lesion.")],
) -> Comparison:
    """Two images of one lesion, each with its newest detection."""
    answer = await clients.lesions.CompareImages(
        pb.CompareImagesRequest(lesion_id=lesion_id, left_image_id=left, right_image_id=right)
    )
    return Comparison(
        lesion=Lesion.of(answer.lesion),
        left=ComparedImage.of(answer.left),
        right=ComparedImage.of(answer.right),
    )


def _tagged(response: Response, lesion: pb.Lesion) -> Lesion:
    set_etag(response, lesion.version)
    return Lesion.of(lesion)
