"""Two versions side by side, by their answers to the same reference cases. No torch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from serving.contract.curves import ReliabilityPoint, RocPoint, reliability, roc
from serving.contract.paired import (
    auc_difference,
    differs,
    mean_difference,
    share_difference,
)
from serving.contract.reference_cases import ReferenceSet
from serving.contract.reference_figures import (
    CaseAnswer,
    Figure,
    KeptAnswers,
    Label,
    ReferenceFigures,
)

# Of the cases on which two versions disagree, those that are listed.
LISTED = 200


@dataclass(frozen=True, slots=True)
class Answered:
    """A version's answers to the photos that it was asked about.

    Attributes:
        version: of the model.
        threshold: at or above it, a probability is called malignant.
        answers: by SHA-256 of the photo.
    """

    version: str
    threshold: float
    answers: Mapping[str, CaseAnswer]


class FigureOfBoth(BaseModel):
    """One figure of two versions.

    Attributes:
        difference: second less first, from their answers to the same cases.
        differs: whether the difference's interval leaves out 0.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    first: Figure | None
    second: Figure | None
    difference: Figure | None
    differs: bool


class Disagreement(BaseModel):
    """A case that two versions label differently, with their malignant probabilities."""

    model_config = ConfigDict(frozen=True)

    sha256: str
    truth: Label
    first: float
    second: float
    # The one that is right; labels are two.
    right: str


class Curves(BaseModel):
    """What is drawn of one version."""

    model_config = ConfigDict(frozen=True)

    version: str
    threshold: float
    at_threshold: RocPoint | None
    roc: list[RocPoint]
    reliability: list[ReliabilityPoint]


class CaseComparison(BaseModel):
    """Two versions on the cases that both answered.

    Attributes:
        both_right, both_wrong, only_first_right, only_second_right: cases, by label and truth.
        disagreements: LISTED at most, those that differ most first.
    """

    model_config = ConfigDict(frozen=True)

    cases: int
    malignant: int
    figures: list[FigureOfBoth]
    curves: tuple[Curves, Curves]
    both_right: int
    both_wrong: int
    only_first_right: int
    only_second_right: int
    disagreements: list[Disagreement]


def answers_of(cases: ReferenceSet, kept: KeptAnswers, threshold: float) -> dict[str, CaseAnswer]:
    """What a version said, by SHA-256 of the photo; of cases that it answered."""
    doubtful = set(kept.not_assessable)
    return {
        case.sha256: CaseAnswer(
            truth=case.truth,
            label="malignant" if probability >= threshold else "benign",
            probability=probability,
            assessable=place not in doubtful,
        )
        for place, (case, probability) in enumerate(
            zip(cases.cases, kept.probabilities, strict=False)
        )
        if probability is not None
    }


def compare(first: Answered, second: Answered) -> CaseComparison | None:
    """Compare two versions on the photos that both answered; None where there are none.

    The truth is that of the second's answers, should it have been corrected between them.
    """
    shared = [digest for digest in second.answers if digest in first.answers]
    if not shared:
        return None
    theirs = [second.answers[digest] for digest in shared]
    ours = [
        first.answers[digest].model_copy(update={"truth": answer.truth})
        for digest, answer in zip(shared, theirs, strict=True)
    ]
    right = [
        (one.label == one.truth, other.label == other.truth) for one, other in _pairs(ours, theirs)
    ]
    return CaseComparison(
        cases=len(shared),
        malignant=sum(answer.truth == "malignant" for answer in theirs),
        figures=_figures(first, second, ours, theirs),
        curves=(_curves(first, ours), _curves(second, theirs)),
        both_right=right.count((True, True)),
        both_wrong=right.count((False, False)),
        only_first_right=right.count((True, False)),
        only_second_right=right.count((False, True)),
        disagreements=_disagreements(first, second, shared, ours, theirs),
    )


def _figures(
    first: Answered, second: Answered, ours: Sequence[CaseAnswer], theirs: Sequence[CaseAnswer]
) -> list[FigureOfBoth]:
    one = ReferenceFigures.of(first.version, first.threshold, ours)
    other = ReferenceFigures.of(second.version, second.threshold, theirs)
    truths = [answer.truth == "malignant" for answer in theirs]
    differences = {
        "sensitivity": share_difference(*_right_about(ours, theirs, "malignant")),
        "specificity": share_difference(*_right_about(ours, theirs, "benign")),
        "auc": auc_difference(
            truths,
            [answer.probability for answer in ours],
            [answer.probability for answer in theirs],
        ),
        "brier": mean_difference(_errors(ours), _errors(theirs)),
        "not_assessable": share_difference(
            [not answer.assessable for answer in ours],
            [not answer.assessable for answer in theirs],
        ),
    }
    return [
        FigureOfBoth(
            name=name,
            first=_figure(one, name),
            second=_figure(other, name),
            difference=difference,
            differs=differs(difference),
        )
        for name, difference in differences.items()
    ]


def _figure(figures: ReferenceFigures, name: str) -> Figure | None:
    known: Figure | float | None = getattr(figures, name)
    return Figure(value=known, low=known, high=known) if isinstance(known, float) else known


def _right_about(
    ours: Sequence[CaseAnswer], theirs: Sequence[CaseAnswer], truth: Label
) -> tuple[list[bool], list[bool]]:
    """Whether each version is right, about the cases of one kind."""
    pairs = [pair for pair in _pairs(ours, theirs) if pair[1].truth == truth]
    return [one.label == truth for one, _ in pairs], [other.label == truth for _, other in pairs]


def _errors(answers: Sequence[CaseAnswer]) -> list[float]:
    return [(answer.probability - (answer.truth == "malignant")) ** 2 for answer in answers]


def _curves(version: Answered, answers: Sequence[CaseAnswer]) -> Curves:
    truths = [answer.truth == "malignant" for answer in answers]
    said = [answer.probability for answer in answers]
    malignant = sum(truths)
    benign = len(truths) - malignant
    called = [answer.truth for answer in answers if answer.label == "malignant"]
    at_threshold = (
        RocPoint(
            false_alarms=called.count("benign") / benign,
            sensitivity=called.count("malignant") / malignant,
        )
        if malignant and benign
        else None
    )
    return Curves(
        version=version.version,
        threshold=version.threshold,
        at_threshold=at_threshold,
        roc=roc(truths, said),
        reliability=reliability(truths, said),
    )


def _disagreements(
    first: Answered,
    second: Answered,
    shared: Sequence[str],
    ours: Sequence[CaseAnswer],
    theirs: Sequence[CaseAnswer],
) -> list[Disagreement]:
    found = [
        Disagreement(
            sha256=digest,
            truth=other.truth,
            first=one.probability,
            second=other.probability,
            right=first.version if one.label == other.truth else second.version,
        )
        for digest, (one, other) in zip(shared, _pairs(ours, theirs), strict=True)
        if one.label != other.label
    ]
    found.sort(key=lambda case: abs(case.second - case.first), reverse=True)
    return found[:LISTED]


def _pairs(
    ours: Sequence[CaseAnswer], theirs: Sequence[CaseAnswer]
) -> list[tuple[CaseAnswer, CaseAnswer]]:
    return list(zip(ours, theirs, strict=True))
