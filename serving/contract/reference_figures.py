"""How a model did on the installation's reference cases, in figures with 95 % intervals. No torch.

Few cases are common here, so intervals are Wilson's, and the AUC's is Newcombe's.
"""

import math
from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from serving.contract.reference_cases import MAX_CASES
from serving.contract.wilson import wilson_interval

Label = Literal["benign", "malignant"]

_Z = 1.959963984540054
# Of an interval of 1: ends to six places.
_HALVINGS = 20


class CaseAnswer(BaseModel):
    """One case and what a model said of it."""

    model_config = ConfigDict(frozen=True)

    truth: Label
    label: Label
    probability: float
    assessable: bool


class Figure(BaseModel):
    """A figure with its 95 % interval, all 0 to 1."""

    model_config = ConfigDict(frozen=True)

    value: float
    low: float
    high: float


class ReferenceFigures(BaseModel):
    """One version on the reference cases. A figure is None where no case tells it.

    Attributes:
        cases: how many were answered.
        least, most: of the malignant probabilities.
        threshold: of the version.
        brier: mean squared distance of probability and truth; less is better.
    """

    model_config = ConfigDict(frozen=True)

    version: str
    cases: int
    malignant: int
    threshold: float
    least: float
    most: float
    auc: Figure | None
    sensitivity: Figure | None
    specificity: Figure | None
    brier: float
    not_assessable: Figure

    @classmethod
    def of(
        cls, version: str, threshold: float, answers: Sequence[CaseAnswer]
    ) -> "ReferenceFigures":
        """Count.

        Raises:
            ValueError: there are no answers.
        """
        if not answers:
            raise ValueError("no reference case was answered")
        malignant = [found for found in answers if found.truth == "malignant"]
        benign = [found for found in answers if found.truth == "benign"]
        probabilities = [found.probability for found in answers]
        return cls(
            version=version,
            cases=len(answers),
            malignant=len(malignant),
            threshold=threshold,
            least=min(probabilities),
            most=max(probabilities),
            auc=auc(
                [found.probability for found in malignant],
                [found.probability for found in benign],
            ),
            sensitivity=share([found.label == "malignant" for found in malignant]),
            specificity=share([found.label == "benign" for found in benign]),
            brier=sum((found.probability - (found.truth == "malignant")) ** 2 for found in answers)
            / len(answers),
            not_assessable=share([not found.assessable for found in answers])
            or Figure(value=0, low=0, high=1),
        )


class CaseError(BaseModel):
    """A case that a version labels wrongly, with its malignant probability, 0 to 1."""

    model_config = ConfigDict(frozen=True)

    sha256: str
    truth: Label
    probability: float


# Of them; a version that errs on more is refused or the set is a large one.
KEPT_ERRORS = 200


class KeptAnswers(BaseModel):
    """What one version said of every case of a set, in few bytes: each replica publishes it.

    Attributes:
        probabilities: malignant ones, 0 to 1, in the order of the set's cases; None where the
            case was not answered. At or above the version's threshold, the label is malignant.
        not_assessable: places of the cases whose photo the version calls not assessable.
    """

    model_config = ConfigDict(frozen=True)

    probabilities: tuple[float | None, ...] = Field(default=(), max_length=MAX_CASES)
    not_assessable: tuple[int, ...] = Field(default=(), max_length=MAX_CASES)


class ReferenceResult(BaseModel):
    """What the cases showed: the candidate's figures, and the live version's on the same ones.

    Attributes:
        number: of the set of cases.
        margins: how much worse than live each figure was allowed to be.
        objections: why the version may not be released; empty where it may.
        errors: the cases that it labels wrongly, KEPT_ERRORS at most. Labels are two, so two
            versions disagree just where one of them errs.
        answers, live_answers: of both versions to every case, so that any two versions can be
            compared later; None in results of before they were kept, or where nothing is live.
    """

    model_config = ConfigDict(frozen=True)

    number: int
    found: ReferenceFigures
    live: ReferenceFigures | None = None
    newly_malignant: int = 0
    newly_benign: int = 0
    margins: dict[str, float] = Field(default_factory=dict)
    objections: tuple[str, ...] = ()
    errors: tuple[CaseError, ...] = Field(default=(), max_length=KEPT_ERRORS)
    answers: KeptAnswers | None = None
    live_answers: KeptAnswers | None = None


def share(outcomes: Sequence[bool]) -> Figure | None:
    """How often something is so, with Wilson's interval; None without any case."""
    if not outcomes:
        return None
    low, high = wilson_interval(sum(outcomes), len(outcomes))
    return Figure(value=sum(outcomes) / len(outcomes), low=low, high=high)


def auc(malignant: Sequence[float], benign: Sequence[float]) -> Figure | None:
    """The share of pairs in which the malignant case is the more probable one; ties count half.

    None where either kind is missing.
    """
    if not malignant or not benign:
        return None
    wins = sum((one > other) + (one == other) / 2 for one in malignant for other in benign)
    area = wins / (len(malignant) * len(benign))
    low, high = _auc_interval(area, len(malignant), len(benign))
    return Figure(value=area, low=low, high=high)


def _auc_interval(area: float, malignant: int, benign: int) -> tuple[float, float]:
    """The AUCs that an observed one does not contradict, by Newcombe (2006), method 5.

    The variance is that of the AUC in question, not of the observed one, so that a few cases in
    perfect order leave doubt.
    """
    other = (malignant + benign) / 2 - 1

    def is_contradicted(true: float) -> bool:
        spread = 1 + other * (1 - true) / (2 - true) + other * true / (1 + true)
        variance = true * (1 - true) * spread / (malignant * benign)
        return abs(area - true) > _Z * math.sqrt(variance)

    def end(outside: float) -> float:
        if not is_contradicted(outside):
            return outside
        inside = area
        for _ in range(_HALVINGS):
            middle = (inside + outside) / 2
            if is_contradicted(middle):
                outside = middle
            else:
                inside = middle
        return inside

    return end(0.0), end(1.0)
