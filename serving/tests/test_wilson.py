"""The gateway's interval is SciPy's, and never drifts from what training prints."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from serving.contract.wilson import wilson_interval
from serving.evaluation.metrics import proportion

counts = st.integers(1, 100_000).flatmap(
    lambda count: st.tuples(st.integers(0, count), st.just(count))
)


@given(counts)
def test_it_is_the_interval_that_scipy_gives(drawn: tuple[int, int]) -> None:
    successes, count = drawn
    expected = binomtest(successes, count).proportion_ci(0.95, method="wilson")
    assert wilson_interval(successes, count) == pytest.approx(tuple(expected), abs=1e-12)


@given(counts)
def test_it_contains_the_proportion_and_stays_within_0_and_1(drawn: tuple[int, int]) -> None:
    successes, count = drawn
    low, high = wilson_interval(successes, count)
    assert 0 <= low <= successes / count <= high <= 1


def test_there_is_no_interval_of_nothing() -> None:
    with pytest.raises(ValueError, match="0 of 0"):
        wilson_interval(0, 0)


@given(st.integers(1, 500), st.data())
def test_training_has_the_same_interval(count: int, data: st.DataObject) -> None:
    successes = data.draw(st.integers(0, count))
    metric = proportion(np.arange(count) < successes)
    expected = wilson_interval(successes, count)
    assert (metric.low, metric.high) == pytest.approx(expected, abs=1e-4)
    assert not str(metric.low).startswith("-")
