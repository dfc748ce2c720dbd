"""Bodies of /predict and /detections."""

from datetime import datetime
from typing import Literal, Self

from pydantic import BaseModel

from dermis.patient.v1 import patient_pb2 as pb
from gateway.findings import grid_of, shown_maximum
from service_kit.clock import from_timestamp

Target = Literal["benign", "malignant"]


_STATUS: dict[int, Literal["pending", "complete", "failed"]] = {
    pb.DETECTION_STATUS_PENDING: "pending",
    pb.DETECTION_STATUS_COMPLETE: "complete",
    pb.DETECTION_STATUS_FAILED: "failed",
}


class ModelName(BaseModel):
    """Which model answered."""

    name: str
    version: str


class Heatmap(BaseModel):
    """Where the model looked: rows of its own grid, ≥ 0; `max` is full colour when shown."""

    target: Target
    method: str
    layer: str
    grid: list[list[float]]
    max: float

    @classmethod
    def of(cls, heatmap: pb.Heatmap) -> Self:
        """From patient_service's heatmap."""
        return cls(
            target=heatmap.target,
            method=heatmap.method,
            layer=heatmap.layer,
            grid=grid_of(heatmap).tolist(),
            max=shown_maximum(heatmap),
        )


class Explanation(Heatmap):
    """A heatmap with the addresses of its pictures."""

    heatmap_url: str
    overlay_url: str


class Detection(BaseModel):
    """A diagnosis of one image: decision support, not a diagnosis by a physician."""

    id: str
    patient_id: str
    image_id: str
    lesion_id: str | None
    status: Literal["pending", "complete", "failed"]
    label: Target | None = None
    probability_malignant: float | None = None
    confidence: float | None = None
    threshold: float | None = None
    assessable: bool | None = None
    quality: list[str] = []
    model: ModelName | None = None
    heatmap: Heatmap | None = None
    failure_reason: str | None = None
    created_at: datetime
    finished_at: datetime | None = None

    @classmethod
    def of(cls, detection: pb.Detection) -> Self:
        """From patient_service's detection."""
        shown = cls(
            id=detection.id,
            patient_id=detection.patient_id,
            image_id=detection.image_id,
            lesion_id=detection.lesion_id or None,
            status=_status(detection.status),
            failure_reason=detection.failure_reason or None,
            created_at=from_timestamp(detection.created_at),
            finished_at=from_timestamp(detection.finished_at)
            if detection.HasField("finished_at")
            else None,
        )
        if detection.HasField("finding"):
            shown._add(detection.finding)
        return shown

    def _add(self, finding: pb.Finding) -> None:
        self.label = finding.label  # type: ignore[assignment]
        self.probability_malignant = finding.probability_malignant
        self.confidence = finding.confidence
        self.threshold = finding.threshold
        self.assessable = finding.assessable
        self.quality = list(finding.quality)
        self.model = ModelName(name=finding.model_name, version=finding.model_version)
        self.heatmap = Heatmap.of(finding.heatmap) if finding.HasField("heatmap") else None


class DetectionPage(BaseModel):
    """A page of detections, newest first, without heatmaps."""

    items: list[Detection]
    next_cursor: str | None


def _status(value: pb.DetectionStatus.ValueType) -> Literal["pending", "complete", "failed"]:
    return _STATUS[value]
