"""The model card: what a model is, what it needs to run, and how well it performed.

It is part of the archive, as `model_card.json`. The handler needs its first half to run the model;
people read the rest. (Mitchell et al. 2019, "Model Cards for Model Reporting".)
"""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from serving.archives.strict_json import MAX_WHOLE_NUMBER, check_json

Share = Annotated[float, Field(ge=0, le=1)]
Zone = Literal["below", "borderline", "above"]
# In which arithmetic a model is computed: single precision, or 8 bits (`Quantised`).
Precision = Literal["fp32", "int8"]
# See `ModelCard.heatmap`.
Heatmap = Literal["grad-cam", "occlusion"]
BodySite = Literal[
    "head_neck", "upper_extremity", "lower_extremity", "anterior_torso", "posterior_torso",
    "lateral_torso", "palms_soles", "oral_genital",
]  # fmt: skip
SkinType = Literal["I", "II", "III", "IV", "V", "VI"]
Age = Annotated[int, Field(ge=0, le=130)]
Diagnosis = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_]{0,63}$")]
MAX_DIAGNOSES = 64
# Of what a byte of a channel can be.
Mean = Annotated[float, Field(ge=0, le=255)]
Deviation = Annotated[float, Field(ge=1, le=512)]
# No test set has more photos.
Count = Annotated[int, Field(ge=0, le=1_000_000_000)]
Text = Annotated[str, Field(max_length=4000)]
Name = Annotated[str, Field(max_length=200)]
WholeNumber = Annotated[int, Field(ge=-MAX_WHOLE_NUMBER, le=MAX_WHOLE_NUMBER)]
# Of a figure that is no share: milliseconds, say.
_GREATEST_FIGURE = 1e9
# Figures that are shares by their definition, whoever computed them.
_SHARES = frozenset(
    {"auc", "average_precision", "sensitivity", "specificity", "accuracy", "brier", "ece"}
)
# Thresholds are stored as they were fitted, so only those of one operating point are so close.
_SAME_THRESHOLD = 1e-9
# JSON has no NaN: one in a card would be stored as null, and never be read again.
_STRICT = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Metric(BaseModel):
    """A figure with its 95 % interval."""

    model_config = _STRICT

    value: float = Field(ge=-_GREATEST_FIGURE, le=_GREATEST_FIGURE)
    low: float = Field(ge=-_GREATEST_FIGURE, le=_GREATEST_FIGURE)
    high: float = Field(ge=-_GREATEST_FIGURE, le=_GREATEST_FIGURE)

    @model_validator(mode="after")
    def _is_an_interval(self) -> Self:
        # A bootstrap's interval need not hold the figure itself.
        if self.low > self.high:
            raise ValueError("low must not be above high")
        return self


class Evaluation(BaseModel):
    """The model's performance on one set of images that it was not trained on."""

    model_config = _STRICT

    name: Name
    description: Text
    images: Count
    malignant: Count
    metrics: dict[Name, Metric] = Field(max_length=500)
    # [[true benign, false malignant], [false benign, true malignant]] at the threshold.
    confusion: tuple[tuple[Count, Count], tuple[Count, Count]] | None = None

    @model_validator(mode="after")
    def _is_possible(self) -> Self:
        if self.malignant > self.images:
            raise ValueError("there can't be more malignant images than images")
        for name in sorted(_SHARES & self.metrics.keys()):
            figure = self.metrics[name]
            if not 0 <= min(figure.value, figure.low) <= max(figure.value, figure.high) <= 1:
                raise ValueError(f"{name} must lie between 0 and 1")
        return self


class Preprocessing(BaseModel):
    """From an upright RGB photo to the model's input.

    The shorter side is scaled to `input_size`, the centre square is cut out, what lies outside
    its inscribed circle is set to the mean (so that a dermoscope's black corners say nothing),
    and channels are normalised as `(value − mean) / std`, values in 0 to 255.
    """

    model_config = _STRICT

    input_size: int = Field(ge=64, le=1024)
    mean: tuple[Mean, Mean, Mean]
    std: tuple[Deviation, Deviation, Deviation]
    circular_mask: bool = True


class Zones(BaseModel):
    """How far around the threshold an answer is borderline.

    Below `lower` is "below", above `upper` is "above", and everything else "borderline". Each bound
    stands with the sensitivity that it would have as a threshold, on validation photos.
    """

    model_config = _STRICT

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

    model_config = _STRICT

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


# Of an optional member; "" where the archive has none.
OptionalDigest = Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")]
# See `ModelCard`.
Temperature = Annotated[float, Field(ge=0.01, le=20)]
Intercept = Annotated[float, Field(ge=-10, le=10)]
Threshold = Annotated[float, Field(ge=0.001, le=0.999)]


class Quantised(BaseModel):
    """The model in 8-bit arithmetic: an operating point and figures of its own.

    Its logits differ from those in single precision, so everything that was fitted to these is
    fitted again. Fields are those of the card by the same names, in whose place they stand.
    """

    model_config = _STRICT

    # Of the archive's `ranges.safetensors`, found on training photos.
    ranges_sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    temperature: Temperature
    intercept: Intercept = 0.0
    threshold: Threshold
    zones: Zones | None = None
    # Of `novelty_int8.safetensors` and `differential_int8.safetensors`.
    novelty_sha256: OptionalDigest = ""
    differential_sha256: OptionalDigest = ""
    evaluations: list[Evaluation] = Field(default_factory=list, max_length=200)
    subgroups: list[Evaluation] = Field(default_factory=list, max_length=200)

    @model_validator(mode="after")
    def _zones_hold_the_threshold(self) -> Self:
        _require_threshold_between(self.zones, self.threshold)
        return self


class ModelCard(BaseModel):
    """Everything about one model version.

    Its numbers are bounded by what any sound model has: a card outside of them would call every
    lesion benign, or every one malignant, whatever the weights say.
    """

    model_config = _STRICT

    schema_version: Literal[1] = 1
    name: str = Field(pattern=r"^[a-z][a-z0-9-]{0,63}$")
    version: str = Field(pattern=r"^[0-9]{1,9}\.[0-9]{1,9}\.[0-9]{1,9}$")
    architecture: str = Field(pattern=r"^[a-z0-9_.]{1,64}$")
    classes: tuple[Literal["benign"], Literal["malignant"]] = ("benign", "malignant")
    preprocessing: Preprocessing
    # Logits are divided by `temperature`, then the malignant one is raised by `intercept`, before
    # the softmax (Platt 1999; with an intercept of 0, Guo et al. 2017). A model trained for a few
    # steps has logits near 0, and a fitted temperature of some hundredths.
    temperature: Temperature
    intercept: Intercept = 0.0
    # At or above it, a lesion is considered malignant.
    threshold: Threshold
    # None where none were fitted: then an answer has no zone.
    zones: Zones | None = None
    # Whether logits and heatmap are averaged over photo and mirror image, at twice the cost.
    mirror_averaging: bool = False
    # Whether the model also looks where a lesion seems to lie beside the middle. Off where the
    # card's figures and golden images are those of the central square alone.
    looks_around: bool = False
    weights_sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    # Of the archive's `novelty.safetensors`; "" if it has none.
    novelty_sha256: OptionalDigest = ""
    # Of the archive's `differential.safetensors`, likewise; and its diagnoses, in order.
    differential_sha256: OptionalDigest = ""
    diagnoses: dict[Diagnosis, Literal["benign", "malignant"]] = Field(
        default_factory=dict, max_length=MAX_DIAGNOSES
    )
    # How a heatmap comes about: by gradients, which a head of global average pooling and one linear
    # layer has in closed form; or by covering the photo part by part, some fifty answers for each.
    heatmap: Heatmap = "grad-cam"
    # Of the archive's `graph.onnx`, likewise: without it, only PyTorch can run the model.
    graph_sha256: OptionalDigest = ""
    # None where the archive can't be computed in 8 bits. Where it is, this stands in place of the
    # fields of the same names.
    quantised: Quantised | None = None
    # Cautions are given for everyone else; None where nobody has derived it: then there are none.
    shown_for: ShownFor | None = None
    trained_on: date
    intended_use: Text
    limits: list[Text] = Field(max_length=100)
    data: list[Text] = Field(max_length=100)
    # The hardest first.
    evaluations: list[Evaluation] = Field(default_factory=list, max_length=200)
    subgroups: list[Evaluation] = Field(default_factory=list, max_length=200)
    training: dict[Name, Text | WholeNumber | float] = Field(default_factory=dict, max_length=200)

    @classmethod
    def from_json(cls, content: bytes) -> Self:
        """Read a card that others wrote.

        Raises:
            ValueError: it is no strict JSON (`strict_json`), or no card (a ValidationError).
        """
        check_json(content)
        return cls.model_validate_json(content)

    @model_validator(mode="after")
    def _zones_hold_the_threshold(self) -> Self:
        _require_threshold_between(self.zones, self.threshold)
        return self

    @model_validator(mode="after")
    def _is_the_same_model_in_8_bits(self) -> Self:
        other = self.quantised
        if other and abs(other.threshold - self.threshold) < _SAME_THRESHOLD:
            # By it answers are told apart.
            raise ValueError("the quantised model must have a threshold of its own")
        if other and not self.graph_sha256:
            raise ValueError("a model without a graph can't be quantised")
        if other and self.by_occlusion:
            raise ValueError("a model whose heatmaps are made by occlusion can't be quantised")
        if other and bool(other.differential_sha256) != bool(self.differential_sha256):
            raise ValueError("the quantised model must tell diagnoses apart exactly if this does")
        return self

    @property
    def by_occlusion(self) -> bool:
        """Whether heatmaps come about by covering the photo part by part."""
        return self.heatmap == "occlusion"

    def in_8_bits(self) -> Self:
        """The card by which 8-bit arithmetic answers.

        Raises:
            ValueError: it has none.
        """
        if self.quantised is None:
            raise ValueError("the archive can't be computed in 8 bits")
        names = Quantised.model_fields.keys() & type(self).model_fields.keys()
        return self.model_copy(update={name: getattr(self.quantised, name) for name in names})

    def of_answer(self, threshold: float) -> Self:
        """The card by which an answer with this threshold was given."""
        if self.quantised and abs(self.quantised.threshold - threshold) < _SAME_THRESHOLD:
            return self.in_8_bits()
        return self

    def zone(self, probability: float) -> Zone | None:
        """Where a malignant probability lies; None where the card has no zones."""
        return self.zones.zone(probability) if self.zones else None


def _require_threshold_between(zones: Zones | None, threshold: float) -> None:
    if zones and not zones.lower <= threshold <= zones.upper:
        raise ValueError("the threshold lies outside the borderline zone")
