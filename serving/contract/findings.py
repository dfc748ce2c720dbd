"""A finding: what the model says about one photo, as TorchServe's handler returns it."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from serving.archives.card import Diagnosis, Share


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
