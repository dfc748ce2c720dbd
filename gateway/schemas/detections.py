"""Bodies of /predict and /detections."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from dermis.patient.v1 import patient_pb2 as pb
from gateway.assessments.cautions import Code as CautionCode
from gateway.assessments.findings import grid_of, shown_maximum
from gateway.schemas.fields import Id, Moment
from gateway.schemas.messages import FromMessage
from gateway.schemas.reviews import Review

Target = Literal["benign", "malignant"]
Zone = Literal["below", "borderline", "above"]


class ModelName(BaseModel):
    """Which model answered."""

    name: str = Field(examples=["lesion"])
    version: str = Field(examples=["1.0.0"])


class SeenPart(FromMessage):
    """A rectangle of the upright photo, in shares of its width and height, 0 to 1."""

    left: float = Field(examples=[0.125])
    top: float = Field(examples=[0.0])
    width: float = Field(examples=[0.75])
    height: float = Field(examples=[1.0])


class Heatmap(FromMessage):
    """Where the model looked: rows of its grid, all ≥ 0; `max` is drawn in full colour."""

    target: Target = Field(examples=["malignant"])
    method: str = Field(examples=["grad-cam"])
    layer: str = Field(examples=["conv_head"])
    grid: list[list[float]] = Field(examples=[[[0.0, 0.12], [0.31, 0.04]]])
    max: float = Field(examples=[0.31])

    @classmethod
    def fields_of(cls, message: pb.Heatmap) -> dict[str, Any]:
        """The values as rows of a grid."""
        shape = {"grid": grid_of(message).tolist(), "max": shown_maximum(message)}
        return super().fields_of(message) | shape


class Explanation(Heatmap):
    """A heatmap, what part of the photo it lies on, and the URLs of its pictures."""

    seen: SeenPart | None = Field(
        default=None, description="Null in answers from before it was recorded: the central square."
    )
    heatmap_url: str = Field(examples=["/api/detections/…/heatmap.png?target=malignant"])
    overlay_url: str = Field(examples=["/api/detections/…/overlay.png?target=malignant"])


class DifferentialDiagnosis(BaseModel):
    """One diagnosis of the differential, and how likely the model considers it."""

    # Eight of them in a detection: pydantic reads plain fields faster by itself.
    model_config = ConfigDict(from_attributes=True)

    diagnosis: str = Field(description="As the model card names it.", examples=["melanoma"])
    probability: float = Field(description="0 to 1.", examples=[0.41])


class Detection(FromMessage):
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
    zone: Zone | None = Field(
        default=None,
        description="Where the probability lies by the model's own bounds around its threshold; "
        "null if the model has none.",
        examples=["above"],
    )
    seen: SeenPart | None = Field(
        default=None,
        description="The square that answer and heatmap rest on; the model sees the disc inside "
        "it. Null in answers from before it was recorded, which rest on the central square.",
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
    also_of_patient_id: Id | None = Field(
        default=None,
        description="Another patient of the clinic who has a photo of the same bytes. Only in "
        "answers to uploads.",
        examples=[None],
    )
    requested_by: Id | None = None
    created_at: Moment
    finished_at: Moment | None = None

    @classmethod
    def fields_of(cls, message: pb.Detection) -> dict[str, Any]:
        """With the finding's fields beside the detection's own."""
        detection = super().fields_of(message)
        if not message.HasField("finding"):
            return detection
        finding = message.finding
        model = {"name": finding.model_name, "version": finding.model_version}
        return detection | super().fields_of(finding) | {"model": model}


class Caution(BaseModel):
    """A reason to rely less on an answer: the model was not shown to work here.

    `value` is the age in years, the body site or the skin type that lies outside; with
    `not_stated` it is what the record would have to state: `age`, `site` or `skin_type`.
    """

    model_config = ConfigDict(from_attributes=True)

    code: CautionCode = Field(examples=["skin_type"])
    value: str = Field(examples=["V"])


class ReviewedDetection(Detection):
    """A detection with all verdicts on its photo, oldest first, and with its cautions."""

    cautions: list[Caution] | None = Field(
        default=None,
        description="From the version's card and the record as it is now. Null if the photo "
        "can't be assessed, or nobody can tell because the card doesn't say for whom the version "
        "was shown to work.",
    )
    reviews: list[Review] = Field(default=[])
