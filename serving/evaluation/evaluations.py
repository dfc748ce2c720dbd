"""The evaluations of a model card: stress and robustness tests, held-out sources, subgroups."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from serving.archives.card import Evaluation, Metric
from serving.evaluation import metrics
from serving.evaluation.evaluator import Answers, Evaluator
from serving.evaluation.metrics import proportion
from serving.training.datasets import Sample
from serving.training.perturbations import PERTURBATIONS

# An answer is confident when its label's probability is at least this.
CONFIDENT = 0.9
SMALLEST_SUBGROUP = 40
AGE_BANDS = ((0, 40), (40, 60), (60, 200))


def evaluations(
    evaluator: Evaluator, test: Answers, further: Sequence[Evaluation]
) -> list[Evaluation]:
    """Every evaluation, the hardest first; `further` stands before the held-out figures."""
    sources = sorted({sample.source for sample in test.samples})
    parts = [(source, test.where(partial(_is_from, source))) for source in sources]
    left_out = evaluator.answers_left_out()
    strange = (
        [
            _evaluation(
                "a source not trained on", "Leave one set out.", left_out, evaluator.threshold
            )
        ]
        if left_out
        else []
    )
    return [
        *strange,
        _stress(evaluator, test),
        _robustness(evaluator, test),
        *further,
        *(
            _evaluation(
                f"{source}, held out", "Photos of this source alone.", part, evaluator.threshold
            )
            for source, part in parts
        ),
        _evaluation("all sources, held out", "The easy figure.", test, evaluator.threshold),
    ]


def _stress(evaluator: Evaluator, test: Answers) -> Evaluation:
    """Tests that a model which relies on shortcuts would fail."""
    blanked = evaluator.answers("test", evaluator.blanked)
    confident = np.maximum(blanked.shares, 1 - blanked.shares) >= CONFIDENT
    bare = evaluator.answers("test", evaluator.without_border)
    same = (bare.shares >= evaluator.threshold) == (test.shares >= evaluator.threshold)
    return Evaluation(
        name="stress",
        description="Lesion painted over: share of confident answers (goal ≤ 0.05). Border "
        "hidden: share of unchanged labels. Heatmap: share inside the central disc.",
        images=len(test.labels),
        malignant=int(test.labels.sum()),
        metrics={
            "confident_when_blanked": proportion(confident),
            "unchanged_without_border": proportion(same),
            "heatmap_in_central_disc": _point(evaluator.central_mass()),
        },
    )


def _robustness(evaluator: Evaluator, test: Answers) -> Evaluation:
    """How often the label depends on what should not matter."""
    labels = test.shares >= evaluator.threshold
    changed = {
        name: (evaluator.answers("test", pixels=change).shares >= evaluator.threshold) != labels
        for name, change in PERTURBATIONS.items()
    }
    return Evaluation(
        name="robustness",
        description="Share of photos whose label changes when the photo is altered (goal ≤ 0.065).",
        images=len(test.labels),
        malignant=int(test.labels.sum()),
        metrics={name: proportion(found) for name, found in changed.items()},
    )


def subgroups(test: Answers, threshold: float) -> list[Evaluation]:
    """Rows by what the data records of a photo: age, sex, site, diagnosis, who took it and how."""
    rows: list[Evaluation] = []
    for low, high in AGE_BANDS:
        part = test.where(partial(_is_aged, low, high))
        rows += _row(
            f"age {low} to {high}" if high < 200 else f"age {low} and over", part, threshold
        )
    for column in ("sex", "site", "diagnosis", "camera", "confirmed_by"):
        values = sorted({s.metadata.get(column, "") for s in test.samples} - {""})
        for value in values:
            part = test.where(partial(_has, column, value))
            rows += _row(f"{column.replace('_', ' ')}: {value}", part, threshold)
    return rows


def _row(name: str, part: Answers, threshold: float) -> list[Evaluation]:
    if len(part.labels) < SMALLEST_SUBGROUP:
        return []
    return [_evaluation(name, "", part, threshold)]


def _evaluation(name: str, description: str, part: Answers, threshold: float) -> Evaluation:
    return Evaluation(
        name=name,
        description=description,
        images=len(part.labels),
        malignant=int(part.labels.sum()),
        metrics=metrics.figures(part.labels, part.shares, threshold),
        confusion=metrics.confusion(part.labels, part.shares, threshold),
    )


def _is_from(source: str, sample: Sample) -> bool:
    return sample.source == source


def _is_aged(low: int, high: int, sample: Sample) -> bool:
    return low <= _age(sample) < high


def _has(column: str, value: str, sample: Sample) -> bool:
    return sample.metadata.get(column) == value


def _age(sample: Sample) -> float:
    try:
        return float(sample.metadata.get("age", ""))
    except ValueError:
        return -1


def _point(value: float) -> Metric:
    return Metric(value=round(value, 4), low=round(value, 4), high=round(value, 4))
