"""Heatmaps by occlusion show where what speaks for a class lies."""

import numpy as np
import pytest

from serving.archives.weights_file import Floats
from serving.model.occlusion import CELLS, by_occlusion

SIZE = 70
# Skin, as preprocessed; and something dark in the cell of row 2, column 4.
SKIN, DARK, ROW, COLUMN = 0.4, -1.0, 2, 4
SIDE = SIZE // CELLS


@pytest.fixture
def photo() -> Floats:
    found = np.full((1, 3, SIZE, SIZE), SKIN, np.float32)
    found[..., ROW * SIDE : (ROW + 1) * SIDE, COLUMN * SIDE : (COLUMN + 1) * SIDE] = DARK
    return found


def logits(batch: Floats) -> Floats:
    """The darker, the more malignant."""
    dark = (batch < 0).mean(axis=(1, 2, 3)).astype(np.float32)
    return np.stack([-dark, dark], axis=1)


def test_the_map_is_highest_where_the_evidence_lies(photo: Floats) -> None:
    (cells,) = by_occlusion(logits, photo, [1])
    assert cells.shape == (CELLS, CELLS)
    assert np.unravel_index(cells.argmax(), cells.shape) == (ROW, COLUMN)
    # Covers overlap by half: the neighbours' hide part of it, and no others' any.
    assert (cells[ROW - 1 : ROW + 2, COLUMN - 1 : COLUMN + 2] > 0).all()
    assert np.count_nonzero(cells) == 9


def test_what_speaks_for_one_class_speaks_not_for_the_other(photo: Floats) -> None:
    (cells,) = by_occlusion(logits, photo, [0])
    assert not cells.any()


def test_each_photo_of_a_batch_is_explained_for_its_own_target(photo: Floats) -> None:
    mirrored = np.ascontiguousarray(photo[..., ::-1])
    both = by_occlusion(logits, np.concatenate([photo, mirrored, photo]), [1, 1, 0])
    np.testing.assert_allclose(both[1], both[0][:, ::-1])
    assert not both[2].any()
