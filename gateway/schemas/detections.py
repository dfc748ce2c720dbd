"""Bodies of /predict and /detections."""

from typing import Literal, Self

from pydantic import BaseModel, Field

from dermis.patient.v1 import patient_pb2 as pb
from gateway.assessments.findings import grid_of, shown_maximum
from gateway.schemas.fields import Body, Id, Moment, Note
from service_kit.clock import from_timestamp

Target = Literal["benign", "malignant"]
Verdict = Literal["agrees", "benign", "malignant", "biopsy_benign", "biopsy_malignant"]


class ModelName(BaseModel):
    """Which model answered."""

    name: str = Field(examples=["lesion"])
    version: str = Field(examples=["1.0.0"])


class Heatmap(BaseModel):
    """Where the model looked: rows of its grid, all ≥ 0; `max` is drawn in full colour."""

    target: Target = Field(examples=["malignant"])
    method: str = Field(examples=["grad-cam"])
    layer: str = Field(examples=["conv_head"])
    grid: list[list[float]] = Field(examples=[[[0.0, 0.12], [0.31, 0.04]]])
    max: float = Field(examples=[0.31])

    @classmethod
    def of(cls, heatmap: pb.Heatmap) -> Self:
        """From patient_service's heatmap."""
        return cls.model_validate(
            {
                "target": heatmap.target,
                "method": heatmap.method,
                "layer": heatmap.layer,
                "grid": grid_of(heatmap).tolist(),
                "max": shown_maximum(heatmap),
            }
        )


class Explanation(Heatmap):
    """A heatmap and the URLs of its pictures."""

    heatmap_url: str = Field(examples=["/api/detections/…/heatmap.png?target=malignant"])
    overlay_url: str = Field(examples=["/api/detections/…/overlay.png?target=malignant"])


class DifferentialDiagnosis(BaseModel):
    """One diagnosis of the differential, and how likely the model considers it."""

    diagnosis: str = Field(description="As the model card names it.", examples=["melanoma"])
    probability: float = Field(description="0 to 1.", examples=[0.41])


class Detection(BaseModel):
    """The model's answer for one image: decision support, not a diagnosis.

    While it is `pending` there is no finding yet; `failed` says why in `failure_reason`.
    """

    id: Id
    patient_id: Id
    image_id: Id
    lesion_id: Id | None
    status: Literal["pending", "complete", "failed"] = Field(examples=["complete"])
    label: Target | None = Field(default=None, examples=["malignant"])
    probability_malignant: float | None = Field(
        default=None, description="Calibrated, 0 to 1.", examples=[0.83]
    )
    confidence: float | None = Field(
        default=None, description="Probability of the label.", examples=[0.83]
    )
    threshold: float | None = Field(
        default=None, description="At or above it the label is malignant.", examples=[0.17]
    )
    assessable: bool | None = Field(
        default=None, description="Whether the model could assess the photo.", examples=[True]
    )
    quality: list[str] = Field(default=[], examples=[[]])
    differential: list[DifferentialDiagnosis] = Field(
        default=[],
        description="Most likely first; the malignant ones add up to "
        "`probability_malignant`. Empty if the model has no differential.",
    )
    model: ModelName | None = None
    heatmap: Heatmap | None = Field(default=None, description="Not in lists.")
    failure_reason: str | None = Field(default=None, examples=[None])
    rediagnosis: bool = Field(default=False, examples=[False])
    requested_by: Id | None = None
    created_at: Moment
    finished_at: Moment | None = None

    @classmethod
    def of(cls, detection: pb.Detection) -> Self:
        """From patient_service's detection."""
        status = pb.DetectionStatus.Name(detection.status).removeprefix("DETECTION_STATUS_")
        return cls.model_validate(
            {
                "id": detection.id,
                "patient_id": detection.patient_id,
                "image_id": detection.image_id,
                "lesion_id": detection.lesion_id or None,
                "status": status.lower(),
                "failure_reason": detection.failure_reason or None,
                "rediagnosis": detection.rediagnosis,
                "requested_by": detection.requested_by or None,
                "created_at": from_timestamp(detection.created_at),
                "finished_at": from_timestamp(detection.finished_at)
                if detection.HasField("finished_at")
                else None,
                **(_found(detection.finding) if detection.HasField("finding") else {}),
            }
        )


class ReviewDraft(Body):
    """A clinician's own verdict on a detection."""

    verdict: Verdict = Field(examples=["agrees"])
    note: Note = ""


class Review(BaseModel):
    """A verdict as it was given; later ones don't replace it."""

    id: Id
    detection_id: Id
    verdict: Verdict = Field(examples=["agrees"])
    note: Note
    author_id: Id
    created_at: Moment

    @classmethod
    def of(cls, review: pb.Review) -> Self:
        """From patient_service's review."""
        return cls.model_validate(
            {
                "id": review.id,
                "detection_id": review.detection_id,
                "verdict": pb.Verdict.Name(review.verdict).removeprefix("VERDICT_").lower(),
                "note": review.note,
                "author_id": review.author_id,
                "created_at": from_timestamp(review.created_at),
            }
        )


class ReviewedDetection(Detection):
    """A detection with its verdicts, oldest first."""

    reviews: list[Review] = []


def _found(finding: pb.Finding) -> dict[str, object]:
    return {
        "label": finding.label,
        "probability_malignant": finding.probability_malignant,
        "confidence": finding.confidence,
        "threshold": finding.threshold,
        "assessable": finding.assessable,
        "quality": list(finding.quality),
        "differential": [
            {"diagnosis": entry.diagnosis, "probability": entry.probability}
            for entry in finding.differential
        ],
        "model": {"name": finding.model_name, "version": finding.model_version},
        "heatmap": Heatmap.of(finding.heatmap) if finding.HasField("heatmap") else None,
    }
