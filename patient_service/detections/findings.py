"""The model's answers, checked before they become part of the record."""

import math
import re
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from service_kit.errors import DomainError
from service_kit.reasons import Reason

LABELS = ("benign", "malignant")
ZONES = ("below", "borderline", "above")
MAX_SIDE = 64
MAX_DIAGNOSES = 64
# Of a seen part that ends at the photo's edge, by rounding.
_BEYOND = 1e-6
_DIAGNOSIS = re.compile(r"[a-z0-9][a-z0-9_]{0,63}")
_REASON = re.compile(r"[A-Z][A-Z0-9_]{0,63}")


@dataclass(frozen=True, slots=True)
class Heatmap:
    """A class activation map: rows × columns values ≥ 0, row by row, not scaled.

    `maximum` is the value shown at full strength.
    """

    rows: int
    columns: int
    values: list[float]
    maximum: float
    target: str
    method: str
    layer: str

    def is_sound(self) -> bool:
        """Whether the grid is complete and every value can be drawn."""
        return (
            1 <= self.rows <= MAX_SIDE
            and 1 <= self.columns <= MAX_SIDE
            and len(self.values) == self.rows * self.columns
            and all(math.isfinite(value) and value >= 0 for value in self.values)
            and math.isfinite(self.maximum)
            and self.maximum >= 0
            and self.target in LABELS
        )


@dataclass(frozen=True, slots=True)
class SeenPart:
    """The part of an upright photo that an answer rests on, in shares of its width and height."""

    left: float
    top: float
    width: float
    height: float

    def is_sound(self) -> bool:
        """Whether it lies on the photo and has an area."""
        return (
            self.left >= 0
            and self.top >= 0
            and self.width > 0
            and self.height > 0
            and self.left + self.width <= 1 + _BEYOND
            and self.top + self.height <= 1 + _BEYOND
        )


@dataclass(frozen=True, slots=True)
class Finding:
    """What the model found; probabilities and threshold from 0 to 1.

    `differential` maps diagnoses to probabilities, if the model tells diagnoses apart. `zone` is
    None where the model's card has no zones, and `seen` where the model did not say it.
    """

    label: str
    probability_malignant: float
    confidence: float
    threshold: float
    assessable: bool
    model_name: str
    model_version: str
    quality: list[str] = field(default_factory=list)
    heatmap: Heatmap | None = None
    differential: dict[str, float] = field(default_factory=dict)
    seen: SeenPart | None = None
    zone: str | None = None

    def check(self) -> None:
        """Refuse what can't be a model's answer.

        Raises:
            DomainError: INVALID_ARGUMENT / FINDING_INVALID.
        """
        numbers = (
            self.probability_malignant,
            self.confidence,
            self.threshold,
            *self.differential.values(),
        )
        sound = (
            self.label in LABELS
            and all(0 <= number <= 1 for number in numbers)
            and 1 <= len(self.model_name) <= 100
            and 1 <= len(self.model_version) <= 100
            and all(_REASON.fullmatch(warning) for warning in self.quality)
            and (self.heatmap is None or self.heatmap.is_sound())
            and (self.seen is None or self.seen.is_sound())
            and self.zone in (None, *ZONES)
            and len(self.differential) <= MAX_DIAGNOSES
            and all(_DIAGNOSIS.fullmatch(diagnosis) for diagnosis in self.differential)
        )
        if not sound:
            raise DomainError(Reason.FINDING_INVALID)

    def columns(self) -> dict[str, Any]:
        """The values of a detection's row."""
        values = asdict(self)
        heatmap = values.pop("heatmap") or {}
        return values | {f"heatmap_{name}": value for name, value in heatmap.items()}


@dataclass(frozen=True, slots=True)
class Failure:
    """That the model won't answer, and why (UPPER_SNAKE)."""

    reason: str

    def check(self) -> None:
        """Refuse anything but a reason code.

        Raises:
            DomainError: INVALID_ARGUMENT / FAILURE_REASON_INVALID.
        """
        if not _REASON.fullmatch(self.reason):
            raise DomainError(Reason.FAILURE_REASON_INVALID)

    def columns(self) -> dict[str, Any]:
        """The values of a detection's row."""
        return {"failure_reason": self.reason}


Outcome = Finding | Failure

# The columns of a detection's row that an outcome writes.
OUTCOME_COLUMNS = (
    "status",
    "failure_reason",
    *(field.name for field in fields(Finding) if field.name != "heatmap"),
    *(f"heatmap_{field.name}" for field in fields(Heatmap)),
)


def finished_columns(outcome: Outcome) -> dict[str, Any]:
    """A detection's values once it has this outcome, after checking it.

    Raises:
        DomainError: INVALID_ARGUMENT, as the outcome's `check`.
    """
    outcome.check()
    status = "complete" if isinstance(outcome, Finding) else "failed"
    return dict.fromkeys(OUTCOME_COLUMNS) | {"status": status} | outcome.columns()
