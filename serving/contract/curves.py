"""ROC curve and reliability of a version's answers, as points to be drawn. No torch."""

from collections.abc import Sequence
from itertools import groupby

from pydantic import BaseModel, ConfigDict, Field

from serving.contract.reference_figures import Figure, share

# Photos that a point of the reliability curve rests on, at the least, and points at the most.
LEAST_PHOTOS = 4
MOST_POINTS = 10


class RocPoint(BaseModel):
    """What a version would do at one threshold, both 0 to 1."""

    model_config = ConfigDict(frozen=True)

    false_alarms: float = Field(description="Share of benign cases called malignant.")
    sensitivity: float = Field(description="Share of malignant cases called malignant.")


class ReliabilityPoint(BaseModel):
    """Cases of similar probability, and how many of them are malignant."""

    model_config = ConfigDict(frozen=True)

    probability: float = Field(description="Mean of what the version said, 0 to 1.")
    malignant: Figure = Field(description="The share that is, with its 95 % interval.")
    cases: int


def roc(truths: Sequence[bool], probabilities: Sequence[float]) -> list[RocPoint]:
    """The curve's corners from (0, 0) to (1, 1); empty where all photos are of one kind."""
    malignant = sum(truths)
    benign = len(truths) - malignant
    if not malignant or not benign:
        return []
    counts, wrong, right = [(0, 0)], 0, 0
    ranked = sorted(zip(probabilities, truths, strict=True), reverse=True)
    for _, equal in groupby(ranked, key=lambda one: one[0]):
        found = [is_malignant for _, is_malignant in equal]
        right += sum(found)
        wrong += len(found) - sum(found)
        if len(counts) > 1 and _in_line(counts[-2], counts[-1], (wrong, right)):
            counts.pop()
        counts.append((wrong, right))
    return [
        RocPoint(false_alarms=alarms / benign, sensitivity=found / malignant)
        for alarms, found in counts
    ]


def reliability(truths: Sequence[bool], probabilities: Sequence[float]) -> list[ReliabilityPoint]:
    """Groups of about as many photos each, from the least probable to the most."""
    ranked = sorted(zip(probabilities, truths, strict=True))
    groups = min(MOST_POINTS, len(ranked) // LEAST_PHOTOS)
    points = []
    for group in range(groups):
        part = ranked[len(ranked) * group // groups : len(ranked) * (group + 1) // groups]
        found = share([is_malignant for _, is_malignant in part])
        if found:
            mean = sum(probability for probability, _ in part) / len(part)
            points.append(ReliabilityPoint(probability=mean, malignant=found, cases=len(part)))
    return points


def _in_line(one: tuple[int, int], other: tuple[int, int], third: tuple[int, int]) -> bool:
    """Whether the middle one of three points adds no corner."""
    (x0, y0), (x1, y1), (x2, y2) = one, other, third
    return (x1 - x0) * (y2 - y1) == (y1 - y0) * (x2 - x1)
