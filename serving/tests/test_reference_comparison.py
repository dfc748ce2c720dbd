"""Two versions on the same photos: differences with intervals, and curves."""

import numpy as np
import pytest

from serving.contract.curves import reliability, roc
from serving.contract.paired import (
    auc_difference,
    differs,
    mean_difference,
    share_difference,
)


def test_the_same_answers_do_not_differ() -> None:
    truths = [True, False] * 20
    said = [0.7 if truth else 0.4 for truth in truths]
    assert not differs(auc_difference(truths, said, said))
    assert not differs(share_difference(truths, truths))
    assert not differs(mean_difference(said, said))


def test_one_photo_of_six_tells_nothing_and_all_six_tell_a_difference() -> None:
    assert not differs(share_difference([True] * 6, [True] * 5 + [False]))
    assert differs(share_difference([True] * 6, [False] * 6))


def test_two_versions_in_perfect_order_tell_nothing_and_one_turned_round_does() -> None:
    truths, said = [True] * 6 + [False] * 6, [0.9] * 6 + [0.1] * 6
    assert auc_difference(truths, said, said) is None
    assert differs(auc_difference(truths, said, said[::-1]))


def test_nothing_is_said_of_no_photos_or_one() -> None:
    assert share_difference([], []) is None
    assert mean_difference([0.1], [0.2]) is None
    assert auc_difference([True, False], [0.9, 0.1], [0.1, 0.9]) is None


def test_the_interval_of_a_paired_share_is_bonetts_and_prices() -> None:
    # 20 photos, 7 gained and 1 lost: (8 - 2) / 22, give or take 1.96 standard errors.
    first = [False] * 7 + [True] * 1 + [True] * 12
    second = [True] * 7 + [False] * 1 + [True] * 12
    found = share_difference(first, second)
    assert found is not None
    assert found.value == pytest.approx(0.3)
    assert found.low == pytest.approx(0.0151, abs=5e-5)
    assert found.high == pytest.approx(0.5304, abs=5e-5)


def test_delongs_interval_holds_the_truth_as_often_as_it_says() -> None:
    draws = np.random.default_rng(20261130)
    truths = np.arange(120) % 3 == 0
    held = 0
    for _ in range(300):
        shared = draws.normal(size=120) + truths
        # Two equally good versions whose answers go together.
        first, second = (shared + draws.normal(0, 0.8, 120) for _ in range(2))
        found = auc_difference(truths.tolist(), first.tolist(), second.tolist())
        held += not differs(found)
    assert 0.90 <= held / 300 <= 0.99


def test_delongs_difference_is_that_of_the_two_areas() -> None:
    sklearn = pytest.importorskip("sklearn.metrics")
    draws = np.random.default_rng(7)
    truths = draws.random(60) < 0.4
    # Rounded, so that there are ties.
    first, second = (np.round(draws.random(60) + 0.3 * truths, 1) for _ in range(2))
    found = auc_difference(truths.tolist(), first.tolist(), second.tolist())
    areas = [float(sklearn.roc_auc_score(truths, said)) for said in (first, second)]
    assert found is not None
    assert found.value == pytest.approx(areas[1] - areas[0])


def test_a_roc_curve_has_its_corners_alone_and_ties_are_one_step() -> None:
    found = roc([True, True, False, False], [0.9, 0.8, 0.8, 0.1])
    assert [(point.false_alarms, point.sensitivity) for point in found] == [
        (0, 0), (0, 0.5), (0.5, 1), (1, 1)
    ]  # fmt: skip
    assert roc([True, True], [0.1, 0.9]) == []


def test_reliability_groups_photos_of_similar_probability() -> None:
    truths = [False] * 4 + [True] * 4
    found = reliability(truths, [0.1, 0.2, 0.1, 0.2, 0.8, 0.9, 0.8, 0.9])
    assert [(round(point.probability, 2), point.malignant.value) for point in found] == [
        (0.15, 0), (0.85, 1)
    ]  # fmt: skip
    assert reliability([True], [0.4]) == []
