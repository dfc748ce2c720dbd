"""Figures of a binary classifier with bootstrap intervals, and its calibration.

Malignant is the positive class. Shares are calibrated malignant probabilities.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from scipy.stats import binomtest
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score
from torch import Tensor

from serving.archives.card import Metric, Zones

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]

RESAMPLES = 500
BINS = 15
SENSITIVITY_GOAL = 0.95
# At the lower and the upper bound of the borderline zone.
ZONE_SENSITIVITIES = (0.98, 0.90)


def figures(
    labels: Labels, shares: Floats, threshold: float, *, seed: int = 7
) -> dict[str, Metric]:
    """Every figure with its 95 % interval from 500 bootstrap resamples.

    With a single class, only half of them mean anything, and the others are left out.
    """
    measures: dict[str, Callable[[Labels, Floats], float]] = {
        "auc": lambda y, p: float(roc_auc_score(y, p)) if _has_both(y) else np.nan,
        "average_precision": lambda y, p: (
            float(average_precision_score(y, p)) if _has_both(y) else np.nan
        ),
        "sensitivity": lambda y, p: _share(p[y == 1] >= threshold),
        "specificity": lambda y, p: _share(p[y == 0] < threshold),
        "brier": lambda y, p: float(brier_score_loss(y, p)),
        "ece": expected_calibration_error,
    }
    random = np.random.default_rng(seed)
    drawn = [random.integers(0, len(labels), len(labels)) for _ in range(RESAMPLES)]
    return {
        name: _interval(value, [measure(labels[d], shares[d]) for d in drawn])
        for name, measure in measures.items()
        if not np.isnan(value := measure(labels, shares))
    }


def mean(values: Floats, *, seed: int = 7) -> Metric:
    """The mean over photos with its 95 % interval from 500 bootstrap resamples."""
    random = np.random.default_rng(seed)
    drawn = [values[random.integers(0, len(values), len(values))] for _ in range(RESAMPLES)]
    return _interval(float(values.mean()), [resample.mean() for resample in drawn])


def median(values: Floats, *, seed: int = 7) -> Metric:
    """The median over photos with its 95 % interval from 500 bootstrap resamples."""
    random = np.random.default_rng(seed)
    drawn = [values[random.integers(0, len(values), len(values))] for _ in range(RESAMPLES)]
    return _interval(float(np.median(values)), [np.median(resample) for resample in drawn])


def proportion(found: npt.NDArray[np.bool_]) -> Metric:
    """A proportion with its 95 % Wilson interval."""
    test = binomtest(int(np.count_nonzero(found)), len(found))
    interval = test.proportion_ci(0.95, method="wilson")
    return Metric(
        value=round(test.statistic, 4), low=round(interval.low, 4), high=round(interval.high, 4)
    )


def mean_auc(labels: Labels, shares: Floats, *, seed: int = 7) -> Metric:
    """The mean of each class's AUC against the others, with its 95 % bootstrap interval.

    Args:
        labels: N indices of classes.
        shares: N×C.
        seed: of the resamples.
    """

    def measure(drawn: Labels) -> float:
        held = np.unique(labels[drawn])
        if len(held) < 2:
            return float("nan")
        return float(
            np.mean([roc_auc_score(labels[drawn] == c, shares[drawn, c]) for c in held.tolist()])
        )

    random = np.random.default_rng(seed)
    count = len(labels)
    resampled = [measure(random.integers(0, count, count)) for _ in range(RESAMPLES)]
    return _interval(measure(np.arange(count)), resampled)


def expected_calibration_error(labels: Labels, shares: Floats) -> float:
    """Mean gap between confidence and accuracy over 15 equal bins (Naeini et al. 2015)."""
    bins = np.minimum((shares * BINS).astype(int), BINS - 1)
    gaps = [
        abs(labels[bins == b].mean() - shares[bins == b].mean()) * (bins == b).mean()
        for b in np.unique(bins)
    ]
    return float(sum(gaps))


def equal_weights(groups: Sequence[str]) -> Floats:
    """N weights with which each group counts the same, their mean 1."""
    counts = Counter(groups)
    return np.array([len(groups) / len(counts) / counts[group] for group in groups])


def fit_calibration(
    logits: Tensor, labels: Tensor, weights: Floats | None = None
) -> tuple[float, float]:
    """Temperature and intercept of least cross-entropy; on validation photos only.

    The intercept mends what balancing the classes in training has shifted. The targets are those of
    Platt (1999), a little off 0 and 1: without them, there is no least where few photos are told
    apart without a mistake.

    Args:
        logits: Nx2.
        labels: N, 0 or 1.
        weights: N, how much each photo counts; all the same if None.
    """
    each = torch.ones(len(labels)) if weights is None else torch.from_numpy(weights).float()
    counts = torch.bincount(labels, minlength=2)
    certain = (counts + 1) / (counts + 2)
    targets = torch.where(
        torch.nn.functional.one_hot(labels, 2) > 0, certain[labels, None], 1 - certain[labels, None]
    )
    log_temperature = torch.zeros(1, requires_grad=True)
    intercept = torch.zeros(1, requires_grad=True)
    optimizer = torch.optim.LBFGS(
        # With steps of a fixed length, it runs away where logits hardly differ.
        [log_temperature, intercept],
        max_iter=200,
        line_search_fn="strong_wolfe",
    )

    def closure() -> Tensor:
        optimizer.zero_grad()
        scaled = logits / log_temperature.exp() + torch.cat([torch.zeros(1), intercept])
        losses = torch.nn.functional.cross_entropy(scaled, targets, reduction="none")
        loss = (losses * each).sum() / each.sum()
        loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        return loss

    optimizer.step(closure)  # type: ignore[no-untyped-call]  # torch leaves it untyped
    return float(log_temperature.detach().exp()), float(intercept.detach())


def threshold_for_sensitivity(
    labels: Labels,
    shares: Floats,
    goal: float = SENSITIVITY_GOAL,
    weights: Floats | None = None,
) -> float:
    """The highest threshold that still finds this share of the malignant, on validation photos.

    Args:
        labels: N, 0 or 1.
        shares: N.
        goal: the share, 0 to 1.
        weights: N, how much each photo counts; all the same if None.
    """
    malignant, each = _malignant(labels, shares, weights)
    order = np.argsort(malignant)
    # Of the malignant below each one; rounding must not turn an exact share into a little more.
    missed = np.cumsum(each[order]) - each[order]
    allowed = (1 - goal) * each.sum() * (1 + 1e-9)
    return float(malignant[order][missed <= allowed][-1])


def zones(labels: Labels, shares: Floats, weights: Floats | None = None) -> Zones:
    """The borderline zone around the threshold, from validation photos (decision 35).

    Arguments as those of `threshold_for_sensitivity`.
    """
    bounds = [
        threshold_for_sensitivity(labels, shares, goal, weights) for goal in ZONE_SENSITIVITIES
    ]
    malignant, each = _malignant(labels, shares, weights)
    reached = [float(np.average(malignant >= bound, weights=each)) for bound in bounds]
    return Zones(
        lower=bounds[0],
        upper=bounds[1],
        sensitivity_at_lower=round(reached[0], 4),
        sensitivity_at_upper=round(reached[1], 4),
    )


def _malignant(labels: Labels, shares: Floats, weights: Floats | None) -> tuple[Floats, Floats]:
    each = np.ones(len(labels)) if weights is None else weights
    return shares[labels == 1], each[labels == 1]


def confusion(
    labels: Labels, shares: Floats, threshold: float
) -> tuple[tuple[int, int], tuple[int, int]]:
    """((true benign, false malignant), (false benign, true malignant))."""
    called = shares >= threshold
    cells = [[int(((labels == y) & (called == c)).sum()) for c in (0, 1)] for y in (0, 1)]
    return ((cells[0][0], cells[0][1]), (cells[1][0], cells[1][1]))


def _has_both(labels: Labels) -> bool:
    return bool(0 < labels.sum() < len(labels))


def _share(found: npt.NDArray[np.bool_]) -> float:
    return float(found.mean()) if len(found) else float("nan")


def _interval(value: float, resampled: list[Any]) -> Metric:
    if np.isnan(resampled).all():
        return Metric(value=np.nan, low=np.nan, high=np.nan)
    low, high = np.nanpercentile(resampled, [2.5, 97.5])
    return Metric(value=round(value, 4), low=round(float(low), 4), high=round(float(high), 4))
