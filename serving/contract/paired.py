"""How two versions differ on the same photos, with 95 % intervals. No torch.

Both answer every photo, so their answers are paired: a difference is found on far fewer photos than
by comparing two separate intervals.
"""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from serving.contract.reference_figures import Figure

# Two-sided 95 %: the normal distribution's 0.975 quantile.
_Z = 1.959963984540054

Floats = npt.NDArray[np.float64]


def differs(difference: Figure | None) -> bool:
    """Whether the interval of a difference leaves out 0."""
    return difference is not None and (difference.low > 0 or difference.high < 0)


def share_difference(first: Sequence[bool], second: Sequence[bool]) -> Figure | None:
    """The second share less the first, of the same photos; None without any.

    The interval is that of Bonett and Price (2012), which holds its level also for few photos.
    """
    count = len(first)
    if not count:
        return None
    gained = sum(not one and other for one, other in zip(first, second, strict=True))
    lost = sum(one and not other for one, other in zip(first, second, strict=True))
    up, down = (gained + 1) / (count + 2), (lost + 1) / (count + 2)
    spread = _Z * math.sqrt((up + down - (up - down) ** 2) / (count + 2))
    return _figure((gained - lost) / count, up - down - spread, up - down + spread)


def mean_difference(first: Sequence[float], second: Sequence[float]) -> Figure | None:
    """The second mean less the first, of the same photos; None for fewer than two."""
    if len(first) < 2:
        return None
    differences = np.asarray(second, np.float64) - np.asarray(first, np.float64)
    value = float(differences.mean())
    spread = _Z * float(differences.std(ddof=1)) / math.sqrt(len(differences))
    return _figure(value, value - spread, value + spread)


def auc_difference(
    truths: Sequence[bool], first: Sequence[float], second: Sequence[float]
) -> Figure | None:
    """The second AUC less the first, by DeLong, DeLong and Clarke-Pearson (1988).

    Args:
        truths: whether each photo shows a malignant lesion.
        first: malignant probabilities of one version, in the same order.
        second: of the other.

    Returns:
        None where there are fewer than two photos of a kind, or where nothing tells how much the
        areas vary, because both versions have the same order throughout.
    """
    malignant = np.asarray(truths, bool)
    if min(malignant.sum(), (~malignant).sum()) < 2:
        return None
    one = _placements(np.asarray(first, np.float64), malignant)
    other = _placements(np.asarray(second, np.float64), malignant)
    value = float(other[0].mean() - one[0].mean())
    variance = sum(
        float((theirs - ours).var(ddof=1)) / len(ours)
        for ours, theirs in zip(one, other, strict=True)
    )
    if not (variance or value):
        return None
    spread = _Z * math.sqrt(variance)
    return _figure(value, value - spread, value + spread)


def _placements(probabilities: Floats, malignant: npt.NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """For each malignant photo the share of benign ones below it, and the reverse; ties half."""
    bad, good = probabilities[malignant], probabilities[~malignant]
    below, upto = (np.searchsorted(np.sort(good), bad, side) for side in ("left", "right"))
    first = (below + upto) / 2 / len(good)
    below, upto = (np.searchsorted(np.sort(bad), good, side) for side in ("left", "right"))
    return first, 1 - (below + upto) / 2 / len(bad)


def _figure(value: float, low: float, high: float) -> Figure:
    """Within -1 to 1, and with the value in its interval."""
    return Figure(value=value, low=max(-1.0, min(low, value)), high=min(1.0, max(high, value)))
