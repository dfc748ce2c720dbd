"""/predict: photos in, detections out."""

from typing import Annotated

from fastapi import Header, Query, Request, Response

from dermis.patient.v1 import patient_pb2 as pb
from gateway.assessments import stored_images
from gateway.assessments.assessment import Photo, assess, reassess
from gateway.assessments.explanation import explain, model_unavailable
from gateway.forms import photo
from gateway.http.answers import answers
from gateway.routers.clinic.detections import EXPLAINED
from gateway.routers.dependencies import UNDER_WAY, ClientsDep, HeldDep, ModelDep, PhotoFormDep
from gateway.routers.guards import READ_PATIENTS, WRITE_PATIENTS, Router, limited
from gateway.schemas.detections import Detection, Explanation, Heatmap, SeenPart, Target
from service_kit.errors import DomainError
from service_kit.reasons import Reason
from serving.contract.torchserve import TorchServeError

# What is wrong with a photo, or with what comes along with it.
PHOTO = (
    Reason.IMAGE_EMPTY, Reason.IMAGE_TRUNCATED, Reason.IMAGE_ANIMATED,
    Reason.IMAGE_TOO_MANY_PIXELS, Reason.CAPTURED_IN_FUTURE, Reason.IDEMPOTENCY_KEY_REUSED,
    Reason.MULTIPART_INVALID, Reason.INVALID_ID, 422,
)  # fmt: skip

router = Router(tags=["predict"], responses=answers(401, 403, 429, 503))


@router.post(
    "/predict/upload/{patient_id}",
    status_code=201,
    dependencies=[WRITE_PATIENTS, limited("upload")],
    responses={
        202: {"model": Detection, "description": "Stored; the result will follow at Location."},
        **answers(
            403,
            Reason.NO_CLINIC,
            Reason.PATIENT_NOT_FOUND,
            Reason.LESION_NOT_FOUND,
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
    },
    openapi_extra=photo.REQUEST_BODY,
)
async def upload(
    patient_id: str,
    request: Request,
    response: Response,
    clients: ClientsDep,
    model: ModelDep,
    form: PhotoFormDep,
    idempotency_key: Annotated[str, Header(max_length=128)] = "",
) -> Detection:
    """Store a photo of a patient and have the model assess it."""
    photo = Photo(patient_id, form.file, form.lesion_id, form.captured_at, idempotency_key)
    done = await assess(photo, clients, model)
    response.headers["Server-Timing"] = ", ".join(
        f"{hop};dur={milliseconds}" for hop, milliseconds in done.milliseconds.items()
    )
    response.headers["Location"] = f"{request.scope['root_path']}/detections/{done.detection.id}"
    if done.detection.status == pb.DETECTION_STATUS_PENDING:
        response.status_code = 202
    also_of = done.image.also_of_patient_id or None
    return Detection.of(done.detection).model_copy(update={"also_of_patient_id": also_of})


@router.post(
    "/predict/again/{image_id}",
    status_code=201,
    dependencies=[WRITE_PATIENTS, limited("upload"), UNDER_WAY],
    # Clients that are generated from the description name their functions by it.
    operation_id="diagnose_again",
    responses=answers(
        Reason.IMAGE_NOT_FOUND,
        Reason.INVALID_ID,
        422,
        Reason.PATIENT_ARCHIVED,
        Reason.IMAGE_VOIDED,
        Reason.IMAGE_IS_OVERVIEW,
        Reason.IMAGE_LOST,
        503,
        Reason.STORE_UNAVAILABLE,
        Reason.MODEL_UNAVAILABLE,
        Reason.TOO_MANY_UPLOADS,
    ),
)
async def assess_again(
    image_id: str,
    request: Request,
    response: Response,
    clients: ClientsDep,
    model: ModelDep,
    held: HeldDep,
) -> Detection:
    """Have the live model assess a stored image again; earlier detections stay."""
    image, photo = await stored_images.read(clients, image_id, held)
    if image.HasField("overview"):
        raise DomainError(Reason.IMAGE_IS_OVERVIEW)
    try:
        detection = await reassess(image, photo, clients, model)
    except TorchServeError:
        raise model_unavailable() from None
    response.headers["Location"] = f"{request.scope['root_path']}/detections/{detection.id}"
    return Detection.of(detection)


@router.post(
    "/predict/gradcam/{detection_id}",
    dependencies=[READ_PATIENTS, limited("upload")],
    responses=answers(*EXPLAINED),
)
async def explain_detection(
    detection_id: str,
    request: Request,
    clients: ClientsDep,
    model: ModelDep,
    held: HeldDep,
    target: Annotated[Target | None, Query(description="Defaults to the predicted class.")] = None,
) -> Explanation:
    """Where the model looked, for the predicted class or the other one."""
    answer = await clients.detections.GetDetection(
        pb.GetDetectionRequest(detection_id=detection_id)
    )
    explained = await explain(clients, model, answer.detection, target, held)
    base = f"{request.scope['root_path']}/detections/{detection_id}"
    return Explanation(
        **Heatmap.of(explained.heatmap).model_dump(),
        seen=SeenPart.of(explained.seen) if explained.seen else None,
        heatmap_url=f"{base}/heatmap.png?target={explained.heatmap.target}",
        overlay_url=f"{base}/overlay.png?target={explained.heatmap.target}",
    )
