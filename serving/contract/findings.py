"""A finding: what the model says about one photo, as TorchServe's handler returns it."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from serving.archives.card import Diagnosis, Share, Zone


class ModelName(BaseModel):
    """Which model answered."""

    model_config = ConfigDict(frozen=True)

    name: str
    version: str


class Heatmap(BaseModel):
    """A class activation map on the model's own grid, ≥ 0, not scaled."""

    model_config = ConfigDict(frozen=True)

    grid: list[list[Annotated[float, Field(ge=0)]]]
    target: Literal["benign", "malignant"]
    method: str
    layer: str


class SeenPart(BaseModel):
    """A rectangle of the upright photo, in shares of its width and height."""

    model_config = ConfigDict(frozen=True)

    left: Share
    top: Share
    width: Share = Field(gt=0)
    height: Share = Field(gt=0)


class DifferentialDiagnosis(BaseModel):
    """The probability of one diagnosis."""

    model_config = ConfigDict(frozen=True)

    diagnosis: Diagnosis
    probability: Share


class Finding(BaseModel):
    """The model's assessment of a photo; see `serving.handler`."""

    model_config = ConfigDict(frozen=True)

    label: Literal["benign", "malignant"]
    probability_malignant: Share
    confidence: Share
    threshold: Share
    assessable: bool
    quality: list[str]
    # Most likely first; empty where the model doesn't tell diagnoses apart.
    differential: list[DifferentialDiagnosis] = Field(default_factory=list)
    model: ModelName
    heatmap: Heatmap
    # What answer and heatmap rest on. Workers of before this was told looked at the central square.
    seen: SeenPart | None = None
    # None where the model's card has no zones.
    zone: Zone | None = None
