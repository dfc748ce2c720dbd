"""Lesions moved about in frames: what the evaluation shows a model, and what it counts."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from serving.evaluation.metrics import threshold_for_sensitivity, zones
from serving.evaluation.moved_lesions import ASPECTS, GAP, Lesion, clear_lesion
from serving.evaluation.shown_for import shown_for
from serving.tests.test_attention import skin
from serving.training.datasets import Sample


@pytest.fixture(scope="module")
def lesion() -> Lesion:
    found = clear_lesion(np.asarray(skin((256, 256), (0.45, 0.5), 0.15)))
    assert found is not None
    return found


def brown(photo: Image.Image) -> np.ndarray:
    """Where a photo shows the lesion."""
    pixels = np.asarray(photo, int)
    return pixels[..., 1] < 0.62 * pixels[..., 0]


def test_a_clear_lesion_is_found_where_it_lies(lesion: Lesion) -> None:
    assert lesion.centre == pytest.approx((115, 128), abs=4)
    assert lesion.box == pytest.approx((77, 90, 154, 167), abs=6)


@pytest.mark.parametrize("place", [(0.05, 0.5), (0.5, 0.95)])
def test_a_lesion_that_is_not_whole_is_not_used(place: tuple[float, float]) -> None:
    assert clear_lesion(np.asarray(skin((256, 256), place, 0.15))) is None


@pytest.mark.parametrize("aspect", ASPECTS)
def test_a_moved_lesion_is_whole_and_the_only_one(lesion: Lesion, aspect: float) -> None:
    places = lesion.places(aspect, np.random.default_rng(1))
    assert places["edge"][1] == lesion.centre[1]
    for x, y in places.values():
        photo = lesion.framed(aspect, x, y)
        assert photo.size == (round(256 * aspect), 256)
        rows, columns = np.nonzero(brown(photo))
        assert (columns.mean(), rows.mean()) == pytest.approx((x, y), abs=3)
        assert np.ptp(columns) < 90
        assert np.ptp(rows) < 90
        assert min(columns.min(), rows.min()) >= GAP - 2


def test_the_zones_hold_the_threshold_at_their_sensitivities() -> None:
    random = np.random.default_rng(3)
    labels = (random.random(4000) < 0.4).astype(np.int64)
    shares = 1 / (1 + np.exp(-random.normal(3 * labels - 1.5, 1)))
    found = zones(labels, shares)
    assert found.lower < threshold_for_sensitivity(labels, shares) < found.upper
    assert found.sensitivity_at_lower == pytest.approx(0.98, abs=0.002)
    assert found.sensitivity_at_upper == pytest.approx(0.9, abs=0.002)


def test_a_model_is_shown_for_ages_and_sites_with_enough_photos_only() -> None:
    def sample(number: int, **metadata: str) -> Sample:
        return Sample(Path(f"{number}.jpg"), "clinic", 0, str(number), "train", metadata)

    samples = [sample(n, age=str(40 + n % 20), site="back") for n in range(100)]
    samples += [sample(n, age="85", site="genital") for n in range(39)]
    samples += [sample(n, age="", site="trunk") for n in range(90)]
    found = shown_for(samples, [])
    assert found.ages == (40, 59)
    assert found.sites == ["posterior_torso"]
    assert "139" in found.grounds
