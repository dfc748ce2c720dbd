"""`dermis-model quantise`: ranges from training photos, and the photos must be the card's."""

from pathlib import Path

import numpy as np
import pytest

from serving.archives.archive import check_archive
from serving.archives.ranges import GREATEST
from serving.evaluation.metrics import figures
from serving.evaluation.quantising import quantise
from serving.model.backends import OnnxBackend
from serving.tests.archives import shipped
from serving.tests.graphs import SIZE
from serving.tests.test_quantised import residual
from serving.training.activation_ranges import found_ranges
from serving.training.datasets import Sample
from serving.training.pixel_cache import PixelCache


def test_ranges_hold_nearly_every_value_that_training_photos_give() -> None:
    graph, weights = residual()
    photos = np.random.default_rng(5).uniform(-0.9, 0.9, (12, 3, SIZE, SIZE)).astype(np.float32)
    found = found_ranges(graph, weights, list(photos))
    features, _ = OnnxBackend(graph, weights).run(photos)
    low, high = found["features"]
    assert np.mean((features < low) | (features > high)) < 0.01
    assert 0.5 * features.max() < high <= features.max() < GREATEST


def test_photos_other_than_those_of_the_cards_figures_are_refused(tmp_path: Path) -> None:
    archive = check_archive(shipped("1.1.3"))
    samples = [Sample(tmp_path / "a.jpg", "acral", 0, "a", "test")]
    cache = PixelCache([], tmp_path / "pixels.npy")
    with pytest.raises(ValueError, match="holds 1 test photos, 0 of them malignant"):
        quantise(archive, samples, cache, tmp_path, "1.1.4")


def test_a_group_of_one_class_has_the_figures_that_mean_something() -> None:
    found = figures(np.ones(50, int), np.linspace(0, 1, 50), 0.2)
    assert found.keys() == {"sensitivity", "brier", "ece"}
