"""The sanity checks of heatmaps tell a map that knows from one that does not."""

import numpy as np
import pytest
import torch
from torch import nn

from serving.archives.card import ModelCard, Precision
from serving.archives.weights_file import Floats
from serving.evaluation.deletion_insertion import centred_maps, curve_areas, random_maps
from serving.evaluation.heatmap_evaluation import explanation
from serving.evaluation.weight_randomisation import rank_correlations, shuffled
from serving.model.classifier import Classifier
from serving.pytorch.backends import EagerBackend
from serving.tests.test_classifier import card, classifier

SIZE, CELLS = 64, 4


class Darkness:
    """A backend whose answer is how dark one cell of a photo is, and nothing else."""

    name = "darkness"
    precision: Precision = "fp32"
    head: Floats | None = np.array([[0.0], [1.0]], np.float32)

    def __init__(self, cell: tuple[int, int]) -> None:
        self.cell = cell

    def run(self, batch: Floats) -> tuple[Floats, Floats]:
        side = SIZE // CELLS
        cells = batch.mean(1).reshape(len(batch), CELLS, side, CELLS, side).mean((2, 4))
        only = np.zeros_like(cells)
        only[:, *self.cell] = -cells[:, *self.cell] * CELLS * CELLS
        features = only[:, None].astype(np.float32)
        pooled = features.mean((1, 2, 3))
        return features, np.stack([np.zeros_like(pooled), pooled], axis=1)

    def explain(self, features: Floats, targets: list[int]) -> Floats:
        raise NotImplementedError


def dark_cell(count: int, cell: tuple[int, int]) -> torch.Tensor:
    """Photos of light skin with one dark cell."""
    inputs = torch.full((count, 3, SIZE, SIZE), 0.5)
    side = SIZE // CELLS
    row, column = cell
    inputs[..., row * side : (row + 1) * side, column * side : (column + 1) * side] = -4
    return inputs


def described() -> ModelCard:
    return card("resnet18", temperature=1)


def test_a_map_of_what_counts_has_a_low_deletion_and_a_high_insertion() -> None:
    knows = Classifier(Darkness((1, 2)), described())
    inputs = dark_cell(2, (1, 2))
    good = np.zeros((2, CELLS, CELLS))
    good[:, 1, 2] = 1
    deletion, insertion = curve_areas(knows, inputs, good, [1, 1])
    worse_deletion, worse_insertion = curve_areas(knows, inputs, -good, [1, 1])
    assert (deletion < worse_deletion - 0.2).all()
    assert (insertion > worse_insertion + 0.2).all()
    for areas in (deletion, insertion, worse_deletion, worse_insertion):
        assert ((areas >= 0) & (areas <= 1)).all()


def test_a_map_of_any_order_gives_the_same_area_where_nothing_counts() -> None:
    blind = Classifier(Darkness((0, 0)), described())
    inputs = torch.full((1, 3, SIZE, SIZE), 0.5)
    areas = [curve_areas(blind, inputs, random_maps(1, CELLS, seed), [1]) for seed in (1, 2)]
    np.testing.assert_allclose(areas[0], areas[1], atol=1e-6)


def test_a_centred_map_is_highest_in_the_middle() -> None:
    (one,) = centred_maps(1, 7)
    assert one.argmax() == 24
    assert one.min() == one[0, 0] == one[-1, -1]


def test_correlations_of_ranks() -> None:
    one = np.arange(9.0).reshape(1, 3, 3)
    assert rank_correlations(one, one**3) == pytest.approx(1)
    assert rank_correlations(one, -one) == pytest.approx(-1)
    assert rank_correlations(one, np.zeros((1, 3, 3))) == pytest.approx(0)


def test_shuffling_reaches_as_far_back_as_it_is_told() -> None:
    made = classifier("resnet18").backend
    assert isinstance(made, EagerBackend)

    def changed(other: nn.Module) -> set[str]:
        before = made.model.state_dict()
        return {n for n, w in other.state_dict().items() if not torch.equal(w, before[n])}

    assert changed(shuffled(made.model, 0.0)) <= {"fc.weight", "fc.bias"}
    some = changed(shuffled(made.model, 0.3))
    assert "layer4.1.conv2.weight" in some
    assert "conv1.weight" not in some
    assert "conv1.weight" in changed(shuffled(made.model, 1.0))
    for name, weight in shuffled(made.model, 1.0).state_dict().items():
        expected = made.model.state_dict()[name].flatten().sort().values
        assert torch.equal(weight.flatten().sort().values, expected)


def test_an_evaluation_holds_every_figure_with_its_interval() -> None:
    made = classifier("resnet18", mirror_averaging=True)
    assert isinstance(made.backend, EagerBackend)
    inputs = torch.randn(6, 3, SIZE, SIZE, generator=torch.Generator().manual_seed(2))
    model = made.backend.model
    found = explanation(
        made,
        lambda depth: EagerBackend(shuffled(model, depth), SIZE),
        inputs,
        np.array([0, 1, 0, 1, 1, 0]),
    )
    assert (found.images, found.malignant) == (6, 3)
    assert {
        "deletion", "insertion", "deletion_gain_on_random", "insertion_gain_on_centred",
        "similarity_head_shuffled", "similarity_all_layers_shuffled", "similarity_other_photo",
    } <= set(found.metrics)  # fmt: skip
    for figure in found.metrics.values():
        assert figure.low <= figure.value <= figure.high
