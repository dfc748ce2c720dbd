"""From a photo to a stored image and a detection.

Storing and predicting run side by side on the same bytes. patient_service stores the photo with
a pending detection in one transaction, so whatever dies from then on, the detection is completed
later (`completion`) and nothing is lost. Without patient_service nothing is predicted.
"""

import asyncio
import time
from collections.abc import Awaitable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar
from uuid import uuid4

import grpc
import structlog
from prometheus_client import Counter, Histogram

from dermis.patient.v1 import patient_pb2 as pb
from gateway.assessments.findings import finding_message, refusal_of
from gateway.assessments.storing import store
from gateway.clients import Clients
from gateway.inference.model import Model
from service_kit.clock import to_timestamp
from serving.contract.findings import Finding
from serving.contract.torchserve import HandlerFailed, ImageRefused, ModelMissing, TorchServeAway

log = structlog.get_logger()

T = TypeVar("T")

# Its shape over weeks shows whether the clinic's photos drift away from what the model knows.
PROBABILITY = Histogram(
    "dermis_probability_malignant",
    "Calibrated probabilities that were answered.",
    ["version"],
    buckets=[tenth / 10 for tenth in range(1, 11)],
)
NOT_ASSESSABLE = Counter(
    "dermis_not_assessable", "Photos that the model would not assess.", ["version"]
)
LEFT_PENDING = Counter("dermis_left_pending", "Detections left for later.")

RECORD_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo as it was uploaded."""

    patient_id: str
    data: bytes
    lesion_id: str = ""
    captured_at: datetime | None = None
    idempotency_key: str = ""


@dataclass(slots=True)
class Assessment:
    """What became of an upload: a detection, complete or pending, and where the time went."""

    image: pb.Image
    detection: pb.Detection
    milliseconds: dict[str, float] = field(default_factory=dict)


async def assess(photo: Photo, clients: Clients, model: Model) -> Assessment:
    """Store a photo and have the model assess it.

    Returns:
        A complete detection; or, if the model gave no answer in time, a pending one that is
        completed later. A repeated upload gets the detection of the first.

    Raises:
        grpc.aio.AioRpcError: patient_service refused the photo or is unavailable;
            nothing is predicted.
    """
    clock = _Clock()
    predicting = asyncio.create_task(
        clock.measure("predict", model.assess(photo.data, patient_id=photo.patient_id))
    )
    try:
        added = await clock.measure("store", _store(photo, clients))
    except BaseException:
        predicting.cancel()
        await asyncio.gather(predicting, return_exceptions=True)
        raise
    if added.detection.status != pb.DETECTION_STATUS_PENDING:
        predicting.cancel()
        await asyncio.gather(predicting, return_exceptions=True)
        return Assessment(added.image, added.detection, clock.milliseconds)
    outcome, finding = await _outcome(predicting, added.image.id)
    recorded = await clock.measure(
        "record", _recorded(outcome, finding, photo.data, clients, model)
    )
    return Assessment(added.image, recorded or added.detection, clock.milliseconds)


async def reassess(image: pb.Image, data: bytes, clients: Clients, model: Model) -> pb.Detection:
    """Have the model assess a stored image again: a new detection.

    Raises:
        TorchServeError: the model gave no answer; nothing is recorded.
        grpc.aio.AioRpcError: patient_service refused.
    """
    finding = await model.assess(data, patient_id=image.patient_id)
    request = pb.RecordDetectionRequest(
        image_id=image.id, finding=finding_message(finding), rediagnosis=True
    )
    try:
        recorded = await clients.detections.RecordDetection(request)
    except grpc.aio.AioRpcError as error:
        if refusal := refusal_of(error):
            await model.refused(finding, refusal)
            raise HandlerFailed(refusal) from None
        raise
    await model.used(finding)
    return recorded.detection


async def _store(photo: Photo, clients: Clients) -> pb.AddImageResponse:
    header = pb.ImageHeader(
        patient_id=photo.patient_id,
        lesion_id=photo.lesion_id,
        captured_at=to_timestamp(photo.captured_at) if photo.captured_at else None,
        # With a key the photo can be sent again.
        idempotency_key=photo.idempotency_key or str(uuid4()),
        size=len(photo.data),
        diagnose=True,
    )
    return await store(header, photo.data, clients)


async def _outcome(
    predicting: Awaitable[Finding], image_id: str
) -> tuple[pb.RecordDetectionRequest, Finding | None]:
    """What to record; without an answer of the model, that it must be asked again."""
    try:
        finding = await predicting
    except ImageRefused as refusal:
        failed = pb.RecordDetectionRequest(image_id=image_id, failure_reason=refusal.reason)
        return failed, None
    except (TorchServeAway, HandlerFailed, ModelMissing) as error:
        log.warning("detection left pending", image_id=image_id, error=str(error))
        LEFT_PENDING.inc()
        return pb.RecordDetectionRequest(image_id=image_id), None
    version = finding.model.version
    if finding.assessable:
        PROBABILITY.labels(version).observe(finding.probability_malignant)
    else:
        NOT_ASSESSABLE.labels(version).inc()
    found = pb.RecordDetectionRequest(image_id=image_id, finding=finding_message(finding))
    return found, finding


async def _recorded(
    outcome: pb.RecordDetectionRequest,
    finding: Finding | None,
    photo: bytes,
    clients: Clients,
    model: Model,
) -> pb.Detection | None:
    """Record an outcome; where a canary's can't be stored, the live version's in its place."""
    recorded, refusal = await _record(outcome, clients)
    if finding is None:
        return recorded
    if recorded:
        await model.used(finding)
    elif refusal and await model.refused(finding, refusal):
        again, finding = await _outcome(model.assess_by_live(photo), outcome.image_id)
        return await _recorded(again, finding, photo, clients, model)
    elif refusal:
        # Completion takes it over at once.
        return (await _record(pb.RecordDetectionRequest(image_id=outcome.image_id), clients))[0]
    return recorded


async def _record(
    outcome: pb.RecordDetectionRequest, clients: Clients
) -> tuple[pb.Detection | None, str]:
    """Record an outcome; None if that failed: the detection stays pending.

    Returns:
        The detection; and why the answer itself was refused, "" where it was not.
    """
    try:
        recorded = await clients.detections.RecordDetection(outcome, timeout=RECORD_SECONDS)
    except grpc.aio.AioRpcError as error:
        log.warning("detection left pending", status=error.code().name)
        LEFT_PENDING.inc()
        return None, refusal_of(error)
    return recorded.detection, ""


class _Clock:
    """Times the hops of one assessment."""

    def __init__(self) -> None:
        self.milliseconds: dict[str, float] = {}

    async def measure(self, name: str, work: Awaitable[T]) -> T:
        started = time.perf_counter()
        try:
            return await work
        finally:
            self.milliseconds[name] = round((time.perf_counter() - started) * 1000, 2)
