"""/patients/{id}/overviews and /images/{id}/pins: photos of whole parts of the body."""

from typing import Annotated
from uuid import uuid4

from fastapi import Header, Request, Response

from dermis.patient.v1 import patient_pb2 as pb
from gateway.assessments.storing import store
from gateway.forms import photo
from gateway.http.answers import answers
from gateway.routers.clinic.predict import PHOTO
from gateway.routers.dependencies import ClientsDep, OverviewFormDep
from gateway.routers.guards import READ_PATIENTS, WRITE_PATIENTS, Router, limited
from gateway.schemas.images import Image
from gateway.schemas.overviews import Pin, PinPlace, region_message
from service_kit.clock import to_timestamp
from service_kit.reasons import Reason

# What routes about a lesion's pin on a photo answer.
PIN = (
    Reason.IMAGE_NOT_FOUND, Reason.LESION_NOT_FOUND, Reason.INVALID_ID, 422,
    Reason.PATIENT_ARCHIVED, Reason.PATIENT_MERGED, Reason.IMAGE_VOIDED, Reason.VERSION_CONFLICT,
)  # fmt: skip

router = Router(tags=["overviews"], responses=answers(401, 403, 429, 503))


@router.post(
    "/patients/{patient_id}/overviews",
    status_code=201,
    dependencies=[WRITE_PATIENTS, limited("upload")],
    responses=answers(
        403, Reason.NO_CLINIC, Reason.PATIENT_NOT_FOUND, Reason.PATIENT_ARCHIVED,
        Reason.UPLOAD_RACED, Reason.IMAGE_TOO_LARGE, 413, Reason.NOT_AN_IMAGE, *PHOTO, 503,
        Reason.STORE_UNAVAILABLE, Reason.TOO_MANY_UPLOADS, Reason.UPLOAD_TOO_SLOW,
    ),
    openapi_extra=photo.OVERVIEW_REQUEST_BODY,
)  # fmt: skip
async def add_overview(
    patient_id: str,
    request: Request,
    response: Response,
    clients: ClientsDep,
    form: OverviewFormDep,
    idempotency_key: Annotated[str, Header(max_length=128)] = "",
) -> Image:
    """Store an overview photo of a patient; the model does not assess it."""
    header = pb.ImageHeader(
        patient_id=patient_id,
        captured_at=to_timestamp(form.captured_at) if form.captured_at else None,
        # With a key the photo can be sent again.
        idempotency_key=idempotency_key or str(uuid4()),
        size=len(form.file),
        overview=region_message(form.body_site, form.region, form.side),
    )
    image = (await store(header, form.file, clients)).image
    response.headers["Location"] = f"{request.scope['root_path']}/images/{image.id}/info"
    return Image.of(image)


@router.get(
    "/images/{image_id}/pins",
    dependencies=[READ_PATIENTS, limited("api")],
    responses=answers(Reason.IMAGE_NOT_FOUND, Reason.INVALID_ID, 422),
)
async def list_pins(image_id: str, clients: ClientsDep) -> list[Pin]:
    """Where an overview photo shows which lesions, by when they were placed."""
    answer = await clients.overviews.ListPins(pb.ListPinsRequest(image_id=image_id))
    return [Pin.of(pin) for pin in answer.pins]


@router.put(
    "/images/{image_id}/pins/{lesion_id}",
    dependencies=[WRITE_PATIENTS, limited("api")],
    responses=answers(*PIN, Reason.IMAGE_NOT_OVERVIEW, Reason.TOO_MANY_PINS, Reason.PIN_INVALID),
)
async def place_pin(image_id: str, lesion_id: str, body: PinPlace, clients: ClientsDep) -> Pin:
    """Put a lesion's pin on an overview photo, or elsewhere on it."""
    request = pb.PlacePinRequest(image_id=image_id, lesion_id=lesion_id, x=body.x, y=body.y)
    return Pin.of((await clients.overviews.PlacePin(request)).pin)


@router.delete(
    "/images/{image_id}/pins/{lesion_id}",
    status_code=204,
    dependencies=[WRITE_PATIENTS, limited("api")],
    responses=answers(*PIN),
)
async def remove_pin(image_id: str, lesion_id: str, clients: ClientsDep) -> None:
    """Take a lesion's pin off an overview photo; once more changes nothing."""
    await clients.overviews.RemovePin(pb.RemovePinRequest(image_id=image_id, lesion_id=lesion_id))
