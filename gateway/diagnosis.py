"""The one orchestration: a photo becomes a stored image and a diagnosis.

Storing and predicting run side by side on the same bytes. patient_service stores the photo with
a pending detection in one transaction, so whatever dies from there on, the diagnosis is finished
later (`completion`) and nothing is lost. Without patient_service nothing is predicted.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

import grpc
import structlog
from opentelemetry.trace import SpanKind
from prometheus_client import Counter, Histogram

from dermis.patient.v1 import patient_pb2 as pb
from gateway.clients import Clients
from gateway.findings import finding_message
from gateway.replicas import Replicas
from service_kit import telemetry
from service_kit.clock import to_timestamp
from service_kit.request import REQUEST_ID_HEADER, request_id
from serving.torchserve import (
    Finding,
    HandlerFailed,
    ImageRefused,
    InferenceClient,
    ModelMissing,
    TokenRefused,
    TorchServeAway,
    TorchServeError,
    TorchServeFull,
)

log = structlog.get_logger()

T = TypeVar("T")

INFERENCE_SECONDS = Histogram(
    "dermis_inference_seconds", "How long a replica took to answer.", ["version", "outcome"]
)
# Its shape over weeks tells whether the clinic's photos drift away from what the model knows.
PROBABILITY = Histogram(
    "dermis_probability_malignant",
    "Calibrated probabilities that were answered.",
    ["version"],
    buckets=[tenth / 10 for tenth in range(1, 11)],
)
NOT_ASSESSABLE = Counter(
    "dermis_not_assessable", "Photos that the model would not assess.", ["version"]
)
LEFT_PENDING = Counter("dermis_left_pending", "Diagnoses that were left for later.")

CHUNK_BYTES = 256 * 1024
STORE_SECONDS = 15.0
RECORD_SECONDS = 5.0
# A replica that is away is found out fast; a second one may still answer in time.
TRIES = 2


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo as it was uploaded."""

    patient_id: str
    data: bytes
    lesion_id: str = ""
    captured_at: datetime | None = None
    idempotency_key: str = ""


@dataclass(slots=True)
class Diagnosis:
    """What became of an upload: a detection, complete or pending, and where the time went."""

    image: pb.Image
    detection: pb.Detection
    milliseconds: dict[str, float] = field(default_factory=dict)


class Model:
    """The model that is live, wherever it runs."""

    def __init__(self, replicas: Replicas, inference: InferenceClient, seconds: float) -> None:
        self._replicas = replicas
        self._inference = inference
        self._seconds = seconds

    @property
    def is_live(self) -> bool:
        """Whether any replica could be asked now."""
        return self._replicas.pick() is not None

    async def close(self) -> None:
        """Close the connections to the replicas."""
        await self._inference.close()

    async def ask(self, data: bytes, *, target: str = "", version: str = "") -> Finding:
        """The finding on a photo by the live version, or by `version` where it is still loaded.

        Raises:
            TorchServeError: one of its subclasses.
        """
        ends = time.monotonic() + self._seconds
        failure: TorchServeError = TorchServeAway("no replica is live")
        for _ in range(TRIES):
            replica = self._replicas.pick()
            left = ends - time.monotonic()
            if replica is None or left <= 0:
                break
            asked = version or replica.live_version
            try:
                with (
                    self._replicas.asking(replica),
                    _measured(asked),
                    telemetry.tracer.start_as_current_span("predict", kind=SpanKind.CLIENT),
                ):
                    return await self._inference.predict(
                        replica.address,
                        replica.token,
                        model=replica.model,
                        version=asked,
                        image=data,
                        seconds=left,
                        target=target,
                        headers={REQUEST_ID_HEADER: request_id(), **telemetry.outgoing()},
                    )
            except TorchServeFull as error:
                failure = error
            except TokenRefused as error:
                # It has new tokens; its follower has told them by now.
                failure = error
                await self._replicas.refresh()
                if replica.token in (known.token for known in self._replicas.known):
                    self._replicas.rest(replica)
            except TorchServeAway as error:
                failure = error
                self._replicas.rest(replica)
            except ModelMissing as error:
                # Its follower has just switched; the next list says to which version.
                failure = error
                await self._replicas.refresh()
        raise failure


async def diagnose(photo: Photo, clients: Clients, model: Model) -> Diagnosis:
    """Store a photo and diagnose it.

    Returns:
        A complete diagnosis; or a pending one where the model gave no answer in time, which is
        finished later. A repeated upload gets the diagnosis of the first one.

    Raises:
        grpc.aio.AioRpcError: patient_service refused the photo or is away; nothing is predicted.
    """
    clock = _Clock()
    predicting = asyncio.create_task(clock.measure("predict", model.ask(photo.data)))
    try:
        added = await clock.measure("store", _store(photo, clients))
    except BaseException:
        predicting.cancel()
        await asyncio.gather(predicting, return_exceptions=True)
        raise
    if added.detection.status != pb.DETECTION_STATUS_PENDING:
        predicting.cancel()
        await asyncio.gather(predicting, return_exceptions=True)
        return Diagnosis(added.image, added.detection, clock.milliseconds)
    outcome = await _outcome(predicting, added.image.id)
    recorded = await clock.measure("record", _record(outcome, clients))
    return Diagnosis(added.image, recorded or added.detection, clock.milliseconds)


async def rediagnose(image_id: str, data: bytes, clients: Clients, model: Model) -> pb.Detection:
    """Ask the live model again about a stored image; a new detection.

    Raises:
        TorchServeError: the model gave no answer; nothing is recorded.
        grpc.aio.AioRpcError: patient_service refused.
    """
    finding = await model.ask(data)
    recorded = await clients.detections.RecordDetection(
        pb.RecordDetectionRequest(
            image_id=image_id, finding=finding_message(finding), rediagnosis=True
        )
    )
    return recorded.detection


async def _store(photo: Photo, clients: Clients) -> pb.AddImageResponse:
    header = pb.ImageHeader(
        patient_id=photo.patient_id,
        lesion_id=photo.lesion_id,
        captured_at=to_timestamp(photo.captured_at) if photo.captured_at else None,
        idempotency_key=photo.idempotency_key,
        size=len(photo.data),
        diagnose=True,
    )

    async def parts() -> AsyncIterator[pb.AddImageRequest]:
        yield pb.AddImageRequest(header=header)
        for start in range(0, len(photo.data), CHUNK_BYTES):
            yield pb.AddImageRequest(chunk=photo.data[start : start + CHUNK_BYTES])

    return await clients.images.AddImage(parts(), timeout=STORE_SECONDS)


async def _outcome(predicting: asyncio.Task[Finding], image_id: str) -> pb.RecordDetectionRequest:
    """What to record; where the model gave no answer, that it is to be asked again."""
    try:
        finding = await predicting
    except ImageRefused as refusal:
        return pb.RecordDetectionRequest(image_id=image_id, failure_reason=refusal.reason)
    except (TorchServeAway, HandlerFailed, ModelMissing) as error:
        log.warning("the diagnosis is left pending", image_id=image_id, error=str(error))
        LEFT_PENDING.inc()
        return pb.RecordDetectionRequest(image_id=image_id)
    version = finding.model.version
    if finding.assessable:
        PROBABILITY.labels(version).observe(finding.probability_malignant)
    else:
        NOT_ASSESSABLE.labels(version).inc()
    return pb.RecordDetectionRequest(image_id=image_id, finding=finding_message(finding))


async def _record(outcome: pb.RecordDetectionRequest, clients: Clients) -> pb.Detection | None:
    """Record an outcome; None where it could not be, and the detection stays pending."""
    try:
        recorded = await clients.detections.RecordDetection(outcome, timeout=RECORD_SECONDS)
    except grpc.aio.AioRpcError as error:
        log.warning("the diagnosis is left pending", status=error.code().name)
        return None
    return recorded.detection


@contextmanager
def _measured(version: str) -> Iterator[None]:
    started, outcome = time.perf_counter(), "ok"
    try:
        yield
    except TorchServeError as error:
        outcome = type(error).__name__
        raise
    finally:
        INFERENCE_SECONDS.labels(version, outcome).observe(time.perf_counter() - started)


class _Clock:
    """Measures the hops of one diagnosis."""

    def __init__(self) -> None:
        self.milliseconds: dict[str, float] = {}

    async def measure(self, name: str, work: Awaitable[T]) -> T:
        started = time.perf_counter()
        try:
            return await work
        finally:
            self.milliseconds[name] = round((time.perf_counter() - started) * 1000, 2)
