"""/images/{id}/markings: what clinicians draw over photos, and how large lesions are."""

from typing import Annotated

from fastapi import Query

from dermis.patient.v1 import patient_pb2 as pb
from gateway.http.answers import answers
from gateway.routers.dependencies import ClientsDep
from gateway.routers.guards import READ_PATIENTS, WRITE_PATIENTS, Router, limited
from gateway.schemas.markings import Marking, MarkingDraft, Markings, Size
from service_kit.reasons import Reason

# What routes that draw or withdraw answer.
CHANGED = (
    Reason.INVALID_ID, 422, Reason.IMAGE_VOIDED, Reason.PATIENT_ARCHIVED, Reason.PATIENT_MERGED,
    Reason.VERSION_CONFLICT,
)  # fmt: skip

router = Router(tags=["markings"], responses=answers(401, 403, 429, 503))


@router.get(
    "/images/{image_id}/markings",
    dependencies=[READ_PATIENTS, limited("api")],
    responses=answers(Reason.IMAGE_NOT_FOUND, Reason.INVALID_ID, 422),
)
async def list_markings(
    image_id: str,
    clients: ClientsDep,
    withdrawn: Annotated[
        bool, Query(description="The newest 200 that were withdrawn, in place of those that stand.")
    ] = False,
) -> Markings:
    """What is drawn over a photo, oldest first, and the photo's scale."""
    request = pb.ListMarkingsRequest(image_id=image_id, withdrawn=withdrawn)
    return Markings.of(await clients.markings.ListMarkings(request))


@router.post(
    "/images/{image_id}/markings",
    status_code=201,
    dependencies=[WRITE_PATIENTS, limited("api")],
    responses=answers(
        *CHANGED, Reason.IMAGE_NOT_FOUND, Reason.MARKING_INVALID, Reason.OUTLINE_CROSSES_ITSELF,
        Reason.SCALE_INVALID, Reason.TOO_MANY_MARKINGS, Reason.TEXT_REQUIRED, Reason.TEXT_TOO_LONG,
        Reason.TEXT_NOT_ALLOWED,
    ),
)  # fmt: skip
async def add_marking(image_id: str, body: MarkingDraft, clients: ClientsDep) -> Marking:
    """Draw something over a photo, as a layer beside it; a scale replaces the one that stood."""
    answer = await clients.markings.AddMarking(body.message(image_id))
    return Marking.of(answer.marking)


@router.post(
    "/markings/{marking_id}/withdraw",
    dependencies=[WRITE_PATIENTS, limited("api")],
    responses=answers(*CHANGED, Reason.MARKING_NOT_FOUND),
)
async def withdraw_marking(marking_id: str, clients: ClientsDep) -> Marking:
    """Take a marking back, whoever drew it; it stays in the record as withdrawn."""
    request = pb.WithdrawMarkingRequest(marking_id=marking_id)
    return Marking.of((await clients.markings.WithdrawMarking(request)).marking)


@router.get(
    "/patients/{patient_id}/sizes",
    dependencies=[READ_PATIENTS, limited("api")],
    responses=answers(Reason.PATIENT_NOT_FOUND, Reason.LESION_NOT_FOUND, Reason.INVALID_ID, 422),
)
async def list_sizes(
    patient_id: str,
    clients: ClientsDep,
    lesion_id: Annotated[str, Query(max_length=64, description="Only this lesion's.")] = "",
) -> list[Size]:
    """How large the lesions are on the photos that have a scale and were measured, in no order."""
    request = pb.ListSizesRequest(patient_id=patient_id, lesion_id=lesion_id)
    return [Size.of(size) for size in (await clients.markings.ListSizes(request)).sizes]
