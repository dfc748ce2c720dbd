"""A finding: what the model says about one photo, as TorchServe's handler returns it."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from serving.archives.card import Diagnosis, Precision, Share, Zone

# Of a heatmap, as patient_service stores it.
MAX_SIDE = 64
# The record keeps 32-bit floats.
MAX_VALUE = 3.4e38
# A seen part that ends at the photo's edge may end beyond it by rounding.
_BEYOND = 1e-6


class ModelName(BaseModel):
    """Which model answered, and in which arithmetic."""

    model_config = ConfigDict(frozen=True)

    name: str = Field(min_length=1, max_length=100)
    version: str = Field(min_length=1, max_length=100)
    # Workers of before there were two compute in single precision.
    precision: Precision = "fp32"


class Heatmap(BaseModel):
    """A class activation map on the model's own grid, ≥ 0, not scaled."""

    model_config = ConfigDict(frozen=True, allow_inf_nan=False)

    grid: list[list[Annotated[float, Field(ge=0, le=MAX_VALUE)]]] = Field(
        min_length=1, max_length=MAX_SIDE
    )
    target: Literal["benign", "malignant"]
    method: str
    layer: str

    @model_validator(mode="after")
    def _is_a_grid(self) -> Self:
        """By the rule of the clinical record, which has to store it."""
        widths = {len(row) for row in self.grid}
        if len(widths) != 1 or not 1 <= max(widths) <= MAX_SIDE:
            shape = f"{len(self.grid)} x {max(widths)}"
            raise ValueError(
                f"a heatmap of {shape} can't be stored: it must be a grid of at most {MAX_SIDE} x "
                f"{MAX_SIDE}; are the features height x width x channels?"
            )
        return self


class SeenPart(BaseModel):
    """A rectangle of the upright photo, in shares of its width and height."""

    model_config = ConfigDict(frozen=True)

    left: Share
    top: Share
    width: Share = Field(gt=0)
    height: Share = Field(gt=0)

    @model_validator(mode="after")
    def _lies_on_the_photo(self) -> Self:
        """By the rule of the clinical record."""
        if max(self.left + self.width, self.top + self.height) > 1 + _BEYOND:
            raise ValueError("the part that was seen reaches beyond the photo")
        return self


class DifferentialDiagnosis(BaseModel):
    """The probability of one diagnosis."""

    model_config = ConfigDict(frozen=True)

    diagnosis: Diagnosis
    probability: Share


class Finding(BaseModel):
    """The model's assessment of a photo; see `serving.handler`."""

    model_config = ConfigDict(frozen=True, allow_inf_nan=False)

    label: Literal["benign", "malignant"]
    probability_malignant: Share
    confidence: Share
    threshold: Share
    assessable: bool
    quality: list[Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{0,63}$")]]
    # Most likely first; empty where the model doesn't tell diagnoses apart.
    differential: list[DifferentialDiagnosis] = Field(default_factory=list, max_length=64)
    model: ModelName
    heatmap: Heatmap
    # What answer and heatmap rest on. Workers of before this was told looked at the central square.
    seen: SeenPart | None = None
    # None where the model's card has no zones.
    zone: Zone | None = None
