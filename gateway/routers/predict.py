"""/predict, /detections and /images: photos, diagnoses and their pictures."""

import asyncio
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Header, Query, Request, Response, UploadFile
from starlette.responses import StreamingResponse

from dermis.options.v1 import access_pb2
from dermis.patient.v1 import patient_pb2 as pb
from gateway import heatmaps
from gateway.clients import Clients
from gateway.diagnosis import Model, Photo, diagnose
from gateway.errors import answers
from gateway.findings import grid_of, heatmap_message
from gateway.rate_limit import limited
from gateway.routers.dependencies import ClientsDep, ModelDep
from gateway.schemas.detections import Detection, Explanation, Heatmap, Target
from gateway.security import permit
from service_kit.errors import Code, DomainError
from service_kit.lesion_image import MAX_BYTES
from serving.torchserve import ModelMissing, TorchServeError

READ = permit(access_pb2.PERMISSION_READ_PATIENTS)
WRITE = permit(access_pb2.PERMISSION_WRITE_PATIENTS)
IMAGE_SECONDS = 15.0
# A photo never changes, but only its own clinic's browsers may keep it.
PRIVATE = "private, max-age=3600"
PNG: dict[int | str, dict[str, Any]] = {
    200: {"content": {"image/png": {}}, "description": "A picture."}
}

router = APIRouter(tags=["predict"], responses=answers(401, 403, 404, 422))


@router.post(
    "/predict/upload/{patient_id}",
    status_code=201,
    dependencies=[WRITE, limited("upload")],
    responses={
        202: {"model": Detection, "description": "Stored; the diagnosis follows at Location."},
        **answers(409, 413, 415),
    },
)
async def upload(
    patient_id: str,
    request: Request,
    response: Response,
    clients: ClientsDep,
    model: ModelDep,
    file: Annotated[UploadFile, File(description="JPEG or PNG, at most 20 MiB.")],
    lesion_id: Annotated[str, Form(max_length=64)] = "",
    captured_at: Annotated[datetime | None, Form()] = None,
    idempotency_key: Annotated[str, Header(max_length=128)] = "",
) -> Detection:
    """Store a photo of a patient and diagnose it."""
    if file.size is not None and file.size > MAX_BYTES:
        raise DomainError(
            Code.INVALID_ARGUMENT,
            "IMAGE_TOO_LARGE",
            "The file is larger than 20 MiB; export it smaller.",
            metadata={"field": "file"},
        )
    done = await diagnose(
        Photo(patient_id, await file.read(), lesion_id, captured_at, idempotency_key),
        clients,
        model,
    )
    response.headers["Server-Timing"] = ", ".join(
        f"{hop};dur={milliseconds}" for hop, milliseconds in done.milliseconds.items()
    )
    response.headers["Location"] = f"{request.scope['root_path']}/detections/{done.detection.id}"
    if done.detection.status == pb.DETECTION_STATUS_PENDING:
        response.status_code = 202
    return Detection.of(done.detection)


@router.get("/detections/{detection_id}", dependencies=[READ, limited("api")])
async def get_detection(detection_id: str, clients: ClientsDep) -> Detection:
    """One diagnosis with its heatmap."""
    return Detection.of(await _detection(clients, detection_id))


@router.post(
    "/predict/gradcam/{detection_id}",
    dependencies=[READ, limited("upload")],
    responses=answers(409),
)
async def explain(
    detection_id: str,
    request: Request,
    clients: ClientsDep,
    model: ModelDep,
    target: Annotated[Target | None, Query(description="The predicted class if absent.")] = None,
) -> Explanation:
    """Where the model looked, for the predicted class or the other one."""
    detection = await _detection(clients, detection_id)
    heatmap = await _heatmap(clients, model, detection, target)
    base = f"{request.scope['root_path']}/detections/{detection_id}"
    return Explanation(
        **Heatmap.of(heatmap).model_dump(),
        heatmap_url=f"{base}/heatmap.png?target={heatmap.target}",
        overlay_url=f"{base}/overlay.png?target={heatmap.target}",
    )


@router.get(
    "/detections/{detection_id}/heatmap.png",
    dependencies=[READ, limited("api")],
    responses=PNG | answers(409),
    response_class=Response,
)
async def heatmap_picture(
    detection_id: str,
    clients: ClientsDep,
    model: ModelDep,
    target: Annotated[Target | None, Query()] = None,
) -> Response:
    """The heatmap alone, transparent where the model did not look."""
    detection = await _detection(clients, detection_id)
    heatmap = await _heatmap(clients, model, detection, target)
    photo = await _photo(clients, detection.image_id)
    picture = await asyncio.to_thread(heatmaps.heatmap_png, grid_of(heatmap), photo)
    return Response(picture, media_type="image/png", headers={"Cache-Control": PRIVATE})


@router.get(
    "/detections/{detection_id}/overlay.png",
    dependencies=[READ, limited("api")],
    responses=PNG | answers(409),
    response_class=Response,
)
async def overlay_picture(
    detection_id: str,
    clients: ClientsDep,
    model: ModelDep,
    opacity: Annotated[float, Query(ge=0, le=1)] = 0.5,
    target: Annotated[Target | None, Query()] = None,
) -> Response:
    """The heatmap over the photo."""
    detection = await _detection(clients, detection_id)
    heatmap = await _heatmap(clients, model, detection, target)
    photo = await _photo(clients, detection.image_id)
    picture = await asyncio.to_thread(heatmaps.overlay_png, grid_of(heatmap), photo, opacity)
    return Response(picture, media_type="image/png", headers={"Cache-Control": PRIVATE})


@router.get(
    "/images/{image_id}",
    dependencies=[READ, limited("api")],
    responses={200: {"content": {"image/jpeg": {}, "image/png": {}}}},
    response_class=StreamingResponse,
)
async def get_image(
    image_id: str,
    clients: ClientsDep,
    if_none_match: Annotated[str, Header()] = "",
) -> Response:
    """A photo as it is stored."""
    return await _streamed(clients, image_id, pb.IMAGE_VARIANT_ORIGINAL, if_none_match)


@router.get(
    "/images/{image_id}/thumbnail",
    dependencies=[READ, limited("api")],
    responses={200: {"content": {"image/jpeg": {}}}},
    response_class=StreamingResponse,
)
async def get_thumbnail(
    image_id: str,
    clients: ClientsDep,
    if_none_match: Annotated[str, Header()] = "",
) -> Response:
    """A photo, at most 320 pixels on its longer side."""
    return await _streamed(clients, image_id, pb.IMAGE_VARIANT_THUMBNAIL, if_none_match)


async def _detection(clients: Clients, detection_id: str) -> pb.Detection:
    answer = await clients.detections.GetDetection(
        pb.GetDetectionRequest(detection_id=detection_id)
    )
    return answer.detection


async def _heatmap(
    clients: Clients, model: Model, detection: pb.Detection, target: Target | None
) -> pb.Heatmap:
    """The stored heatmap, or a new one of the same model version for the other class."""
    if detection.status != pb.DETECTION_STATUS_COMPLETE:
        raise DomainError(
            Code.FAILED_PRECONDITION, "NOT_DIAGNOSED", "This detection has no result yet."
        )
    stored = detection.finding.heatmap
    if target is None or target == stored.target:
        return stored
    photo = await _photo(clients, detection.image_id)
    try:
        finding = await model.ask(photo, target=target, version=detection.finding.model_version)
    except ModelMissing:
        raise DomainError(
            Code.FAILED_PRECONDITION,
            "MODEL_RETIRED",
            "The model version of this diagnosis is no longer loaded; diagnose the image again.",
        ) from None
    except TorchServeError:
        raise DomainError(
            Code.UNAVAILABLE, "MODEL_UNAVAILABLE", "The model does not answer; try again."
        ) from None
    return heatmap_message(finding.heatmap)


async def _photo(clients: Clients, image_id: str) -> bytes:
    parts = clients.images.GetImage(
        pb.GetImageRequest(image_id=image_id, variant=pb.IMAGE_VARIANT_ORIGINAL),
        timeout=IMAGE_SECONDS,
    )
    return b"".join([part.chunk async for part in parts])


async def _streamed(
    clients: Clients, image_id: str, variant: pb.ImageVariant.ValueType, if_none_match: str
) -> Response:
    parts = clients.images.GetImage(
        pb.GetImageRequest(image_id=image_id, variant=variant), timeout=IMAGE_SECONDS
    )
    # The first part is read here, so that a refusal still becomes a problem document.
    first = await anext(aiter(parts))
    content = first.content
    headers = {"ETag": f'"{content.etag}"', "Cache-Control": PRIVATE}
    if if_none_match == headers["ETag"]:
        parts.cancel()
        return Response(status_code=304, headers=headers)
    headers["Content-Length"] = str(content.size)
    return StreamingResponse(
        (part.chunk async for part in parts), media_type=content.media_type, headers=headers
    )
