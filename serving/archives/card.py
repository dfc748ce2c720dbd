"""The model card: what a model is, what it needs to run, and how well it performed.

It is part of the archive, as `model_card.json`. The handler needs its first half to run the model;
people read the rest. (Mitchell et al. 2019, "Model Cards for Model Reporting".)
"""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Share = Annotated[float, Field(ge=0, le=1)]
Triple = tuple[float, float, float]
Zone = Literal["below", "borderline", "above"]
BodySite = Literal[
    "head_neck", "upper_extremity", "lower_extremity", "anterior_torso", "posterior_torso",
    "lateral_torso", "palms_soles", "oral_genital",
]  # fmt: skip
SkinType = Literal["I", "II", "III", "IV", "V", "VI"]
Age = Annotated[int, Field(ge=0, le=130)]
Diagnosis = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_]{0,63}$")]


class Metric(BaseModel):
    """A figure with its 95 % interval."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    value: float
    low: float
    high: float


class Evaluation(BaseModel):
    """The model's performance on one set of images that it was not trained on."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    description: str
    images: int
    malignant: int
    metrics: dict[str, Metric]
    # [[true benign, false malignant], [false benign, true malignant]] at the threshold.
    confusion: tuple[tuple[int, int], tuple[int, int]] | None = None


class Preprocessing(BaseModel):
    """From an upright RGB photo to the model's input.

    The shorter side is scaled to `input_size`, the centre square is cut out, what lies outside
    its inscribed circle is set to the mean (so that a dermoscope's black corners say nothing),
    and channels are normalised as `(value − mean) / std`, values in 0 to 255.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    input_size: int = Field(ge=64, le=1024)
    mean: Triple
    std: Triple
    circular_mask: bool = True


class Zones(BaseModel):
    """How far around the threshold an answer is borderline.

    Below `lower` is "below", above `upper` is "above", and everything else "borderline". Each bound
    stands with the sensitivity that it would have as a threshold, on validation photos.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    lower: Share
    upper: Share
    sensitivity_at_lower: Share
    sensitivity_at_upper: Share

    def zone(self, probability: float) -> Zone:
        """Where a malignant probability lies."""
        if probability < self.lower:
            return "below"
        return "above" if probability > self.upper else "borderline"


class ShownFor(BaseModel):
    """For whom the model was shown to work, as far as the data records it.

    An empty list, and ages of None, say that the data does not tell.

    Attributes:
        ages: first and last year of age.
        sites: body sites as the API names them.
        skin_types: Fitzpatrick's.
        dermoscopic_only: whether all photos were taken through a dermoscope.
        grounds: one or two sentences for clinicians: what this rests on, what is unknown.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    ages: tuple[Age, Age] | None = None
    sites: list[BodySite] = Field(default_factory=list, max_length=8)
    skin_types: list[SkinType] = Field(default_factory=list, max_length=6)
    dermoscopic_only: bool = False
    grounds: str = Field(default="", max_length=1000)

    @model_validator(mode="after")
    def _ages_ascend(self) -> Self:
        if self.ages and self.ages[0] > self.ages[1]:
            raise ValueError("the first age is above the last")
        return self


class ModelCard(BaseModel):
    """Everything about one model version."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    schema_version: Literal[1] = 1
    name: str = Field(pattern=r"^[a-z][a-z0-9-]{0,63}$")
    version: str = Field(pattern=r"^\d+\.\d+\.\d+$")
    architecture: str = Field(pattern=r"^[a-z0-9_.]{1,64}$")
    classes: tuple[Literal["benign"], Literal["malignant"]] = ("benign", "malignant")
    preprocessing: Preprocessing
    # Logits are divided by `temperature`, then the malignant one is raised by `intercept`, before
    # the softmax (Platt 1999; with an intercept of 0, Guo et al. 2017).
    temperature: float = Field(gt=0, le=100)
    intercept: float = Field(default=0.0, ge=-20, le=20)
    # At or above it, a lesion is considered malignant.
    threshold: Share
    # None where none were fitted: then an answer has no zone.
    zones: Zones | None = None
    # Whether logits and heatmap are averaged over photo and mirror image, at twice the cost.
    mirror_averaging: bool = False
    # Whether the model also looks where a lesion seems to lie beside the middle. Off where the
    # card's figures and golden images are those of the central square alone.
    looks_around: bool = False
    weights_sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    # Of the archive's `novelty.safetensors`; "" if it has none.
    novelty_sha256: str = Field(default="", pattern=r"^([0-9a-f]{64})?$")
    # Of the archive's `differential.safetensors`, likewise; and its diagnoses, in order.
    differential_sha256: str = Field(default="", pattern=r"^([0-9a-f]{64})?$")
    diagnoses: dict[Diagnosis, Literal["benign", "malignant"]] = Field(
        default_factory=dict, max_length=64
    )
    # Cautions are given for everyone else; None where nobody has derived it: then there are none.
    shown_for: ShownFor | None = None
    trained_on: date
    intended_use: str
    limits: list[str]
    data: list[str]
    # The hardest first.
    evaluations: list[Evaluation] = Field(default_factory=list)
    subgroups: list[Evaluation] = Field(default_factory=list)
    training: dict[str, str | int | float] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _zones_hold_the_threshold(self) -> Self:
        if self.zones and not self.zones.lower <= self.threshold <= self.zones.upper:
            raise ValueError("the threshold lies outside the borderline zone")
        return self

    def zone(self, probability: float) -> Zone | None:
        """Where a malignant probability lies; None where the card has no zones."""
        return self.zones.zone(probability) if self.zones else None
