"""/detections: the model's answers, their pictures and the clinicians' verdicts."""

import asyncio
from typing import Annotated, Any

from fastapi import Query, Response

from dermis.patient.v1 import patient_pb2 as pb
from gateway.assessments import heatmaps, stored_images
from gateway.assessments.cautions import cautions
from gateway.assessments.explanation import explain
from gateway.assessments.findings import grid_of
from gateway.http.answers import answers
from gateway.model_store.cards import ModelCards
from gateway.routers.clinic.images import PRIVATE
from gateway.routers.dependencies import CardsDep, ClientsDep, HeldDep, ModelDep
from gateway.routers.guards import READ_PATIENTS, WRITE_PATIENTS, Router, limited
from gateway.schemas.detections import Caution, ReviewedDetection, Target
from gateway.schemas.reviews import Review, ReviewDraft
from service_kit.reasons import Reason

PICTURE: dict[int | str, dict[str, Any]] = {
    200: {"content": {"image/png": {}}, "description": "A picture."}
}

# What routes about one detection answer, and those that show where the model looked.
ONE = (Reason.DETECTION_NOT_FOUND, Reason.INVALID_ID, 422)
EXPLAINED = (
    *ONE, Reason.NOT_DIAGNOSED, Reason.MODEL_RETIRED, Reason.IMAGE_LOST, 503,
    Reason.STORE_UNAVAILABLE, Reason.MODEL_UNAVAILABLE, Reason.TOO_MANY_UPLOADS,
)  # fmt: skip

# What is refused of a verdict.
VERDICT = (
    Reason.TEXT_TOO_LONG, Reason.TEXT_NOT_ALLOWED, Reason.DETECTION_NOT_COMPLETE,
    Reason.PATIENT_ARCHIVED, Reason.WITHDRAWAL_SAYS_MORE, Reason.DIAGNOSIS_UNKNOWN,
    Reason.DIAGNOSIS_CONTRADICTS, Reason.CHECKLIST_INVALID, Reason.MONITOR_DATE_INVALID,
    Reason.HISTOLOGY_UNEXPECTED, Reason.DATE_TOO_EARLY, Reason.DATE_IN_FUTURE,
    Reason.REVIEW_NOT_FOUND, Reason.REVIEW_REPLACED, Reason.NOTHING_TO_AGREE_WITH,
)  # fmt: skip

router = Router(
    prefix="/detections/{detection_id}",
    tags=["detections"],
    responses=answers(401, 403, 429, 503, *ONE),
)


@router.get("", dependencies=[READ_PATIENTS, limited("api")])
async def get_detection(
    detection_id: str, clients: ClientsDep, cards: CardsDep
) -> ReviewedDetection:
    """One detection with its heatmap and cautions, and all verdicts on its photo."""
    answer = await clients.detections.GetDetection(
        pb.GetDetectionRequest(detection_id=detection_id)
    )
    shown = ReviewedDetection.of(answer.detection)
    shown.cautions = await _cautions(answer, cards)
    shown.reviews = [Review.of(review) for review in answer.reviews]
    return shown


@router.post(
    "/reviews",
    status_code=201,
    dependencies=[WRITE_PATIENTS, limited("api")],
    responses=answers(
        *ONE,
        *VERDICT,
    ),
)
async def add_review(detection_id: str, body: ReviewDraft, clients: ClientsDep) -> Review:
    """Give my own verdict on a photo, on seeing this detection.

    Earlier ones stay; one that is named in `replaces` is corrected or withdrawn by this one.
    """
    answer = await clients.detections.AddReview(body.message(detection_id))
    return Review.of(answer.review)


@router.get(
    "/heatmap.png",
    dependencies=[READ_PATIENTS, limited("api")],
    responses=PICTURE | answers(*EXPLAINED),
    response_class=Response,
)
async def get_heatmap_picture(
    detection_id: str,
    clients: ClientsDep,
    model: ModelDep,
    held: HeldDep,
    target: Annotated[Target | None, Query(description="Defaults to the predicted class.")] = None,
) -> Response:
    """The heatmap alone, transparent where the model did not look."""
    answer = await clients.detections.GetDetection(
        pb.GetDetectionRequest(detection_id=detection_id)
    )
    explained = await explain(clients, model, answer.detection, target, held)
    described = await clients.images.GetImageInfo(
        pb.GetImageInfoRequest(image_id=answer.detection.image_id)
    )
    size = (described.image.width, described.image.height)
    grid = grid_of(explained.heatmap)
    return _picture(await asyncio.to_thread(heatmaps.heatmap_png, grid, size, explained.seen))


@router.get(
    "/overlay.png",
    dependencies=[READ_PATIENTS, limited("api")],
    responses=PICTURE | answers(*EXPLAINED),
    response_class=Response,
)
async def get_overlay_picture(
    detection_id: str,
    clients: ClientsDep,
    model: ModelDep,
    held: HeldDep,
    opacity: Annotated[float, Query(ge=0, le=1, description="Of the strongest spot.")] = 0.5,
    target: Annotated[Target | None, Query(description="Defaults to the predicted class.")] = None,
) -> Response:
    """The heatmap over the photo."""
    answer = await clients.detections.GetDetection(
        pb.GetDetectionRequest(detection_id=detection_id)
    )
    explained = await explain(clients, model, answer.detection, target, held)
    _, photo = await stored_images.read(clients, answer.detection.image_id, held)
    grid = grid_of(explained.heatmap)
    drawn = asyncio.to_thread(heatmaps.overlay_png, grid, photo, opacity, explained.seen)
    return _picture(await drawn)


async def _cautions(answer: pb.GetDetectionResponse, cards: ModelCards) -> list[Caution] | None:
    finding = answer.detection.finding
    if not finding.assessable:
        return None
    card = await cards.find(finding.model_version)
    found = cautions(card.shown_for if card else None, answer.subject)
    return None if found is None else [Caution.model_validate(caution) for caution in found]


def _picture(png: bytes) -> Response:
    return Response(png, media_type="image/png", headers=PRIVATE)
