"""Hand-offs: a phone that nobody has signed in to hands in photos of one lesion.

The first three routes are the computer's, which makes a link and may end it; those of /hand-in are
the phone's, whose token opens nothing else
(docs/decisions/0053-a-hand-off-is-a-session-of-its-own.md).
"""

from typing import Annotated

from fastapi import Header

from dermis.auth.v1 import auth_pb2
from dermis.options.v1 import access_pb2
from dermis.patient.v1 import patient_pb2 as pb
from gateway.assessments.hand_in import arrivals, count_arrival, hand_in
from gateway.forms import photo
from gateway.http.answers import answers
from gateway.routers.clinic.predict import PHOTO
from gateway.routers.dependencies import ClientsDep, HandInFormDep, RedisDep
from gateway.routers.guards import WRITE_PATIENTS, Router, limited, permit
from gateway.schemas.copies import FileDigests, KnownDigests
from gateway.schemas.handoffs import HandInLesion, Handoff, HandoffList, MadeHandoff
from service_kit.principal import current_principal
from service_kit.reasons import Reason

HAND_IN = permit(access_pb2.PERMISSION_HAND_IN_PHOTOS)

router = Router(tags=["handoffs"], responses=answers(401, 403, 429, 503))


@router.post(
    "/lesions/{lesion_id}/handoffs",
    status_code=201,
    dependencies=[WRITE_PATIENTS, limited("api")],
    responses=answers(Reason.LESION_NOT_FOUND, Reason.INVALID_ID, 422),
)
async def make_handoff(lesion_id: str, clients: ClientsDep) -> MadeHandoff:
    """Make a link; one that this session made for the lesion before ends."""
    found = await clients.lesions.GetLesion(pb.GetLesionRequest(lesion_id=lesion_id))
    made = await clients.handoffs.CreateHandoff(
        auth_pb2.CreateHandoffRequest(patient_id=found.lesion.patient_id, lesion_id=found.lesion.id)
    )
    return MadeHandoff.of(made)


@router.get("/handoffs", dependencies=[WRITE_PATIENTS, limited("api")])
async def list_handoffs(clients: ClientsDep, redis: RedisDep) -> HandoffList:
    """One's own open hand-offs."""
    found = (await clients.handoffs.ListHandoffs(auth_pb2.ListHandoffsRequest())).handoffs
    counted = await arrivals(redis, [one.id for one in found])
    return HandoffList(
        items=[
            Handoff.of(one).model_copy(update={"photos": photos})
            for one, photos in zip(found, counted, strict=True)
        ]
    )


@router.delete(
    "/handoffs/{handoff_id}",
    status_code=204,
    dependencies=[WRITE_PATIENTS, limited("api")],
    responses=answers(Reason.HANDOFF_NOT_FOUND, Reason.INVALID_ID, 422),
)
async def end_handoff(handoff_id: str, clients: ClientsDep) -> None:
    """End one of one's own at once, whatever its phone is doing."""
    await clients.handoffs.EndHandoff(auth_pb2.EndHandoffRequest(handoff_id=handoff_id))


@router.get(
    "/hand-in",
    dependencies=[HAND_IN, limited("hand-in")],
    responses=answers(Reason.LESION_NOT_FOUND),
)
async def hand_in_lesion(clients: ClientsDep) -> HandInLesion:
    """Where the lesion of this hand-off is."""
    return HandInLesion.of(await clients.hand_in.GetHandInLesion(pb.GetHandInLesionRequest()))


@router.post(
    "/hand-in/copies",
    dependencies=[HAND_IN, limited("hand-in")],
    responses=answers(Reason.LESION_NOT_FOUND, Reason.DIGESTS_INVALID, 422),
)
async def find_handed_in(body: FileDigests, clients: ClientsDep) -> KnownDigests:
    """Which of the phone's files the lesion has already. Of other lesions nothing is said."""
    answer = await clients.hand_in.FindHandedIn(pb.FindHandedInRequest(digests=body.digests))
    return KnownDigests(digests=list(answer.digests))


@router.post(
    "/hand-in/photos",
    status_code=204,
    dependencies=[HAND_IN, limited("upload"), limited("hand-in")],
    responses=answers(
        Reason.LESION_NOT_FOUND,
        Reason.PATIENT_NOT_FOUND,
        Reason.PATIENT_ARCHIVED,
        Reason.UPLOAD_RACED,
        Reason.IMAGE_TOO_LARGE,
        413,
        Reason.NOT_AN_IMAGE,
        *PHOTO,
        503,
        Reason.STORE_UNAVAILABLE,
        Reason.TOO_MANY_UPLOADS,
        Reason.UPLOAD_TOO_SLOW,
    ),
    openapi_extra=photo.HAND_IN_REQUEST_BODY,
)
async def hand_in_photo(
    clients: ClientsDep,
    redis: RedisDep,
    form: HandInFormDep,
    idempotency_key: Annotated[str, Header(max_length=64)] = "",
) -> None:
    """Hand in a photo of the lesion. The phone learns that it is stored, and nothing of it."""
    await hand_in(form.file, clients, captured_at=form.captured_at, idempotency_key=idempotency_key)
    await count_arrival(redis, current_principal().session_id)
