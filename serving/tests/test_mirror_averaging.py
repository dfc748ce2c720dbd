"""Where the card asks for it, an answer is the photo's and its mirror image's, in one batch."""

from pathlib import Path

import numpy as np
import pytest
from safetensors.torch import save_file

from serving.archives.card import ModelCard
from serving.archives.members import WEIGHTS
from serving.archives.weights_file import Floats
from serving.model.backends import OnnxBackend
from serving.model.classifier import Classifier
from serving.pytorch.backends import EagerBackend
from serving.pytorch.graph_export import write_graph
from serving.tests.test_classifier import BY_AUTOGRAD, classifier


def photos(count: int = 3) -> Floats:
    return np.random.default_rng(5).standard_normal((count, 3, 64, 64), np.float32)


@pytest.mark.parametrize("architecture", ["resnet18", BY_AUTOGRAD[0]])
def test_the_answer_is_the_mean_of_both_views(architecture: str) -> None:
    plain, averaging = (classifier(architecture, mirror_averaging=on) for on in (False, True))
    batch = photos()
    both = (plain.logits(batch) + plain.logits(batch[..., ::-1].copy())) / 2
    np.testing.assert_allclose(averaging.logits(batch), both, atol=1e-5)
    direct = [p.cam for p in plain.predict(batch, "malignant")]
    mirrored = [p.cam for p in plain.predict(batch[..., ::-1].copy(), "malignant")]
    expected = (np.array(direct) + np.array(mirrored)[..., ::-1]) / 2
    cams = [p.cam for p in averaging.predict(batch, "malignant")]
    np.testing.assert_allclose(cams, expected, atol=1e-5)


def test_a_photo_and_its_mirror_image_get_one_answer_and_mirrored_heatmaps() -> None:
    averaging = classifier("resnet18", mirror_averaging=True)
    batch = photos(1)
    (here,), (there,) = averaging.predict(batch), averaging.predict(batch[..., ::-1].copy())
    assert here.probability_malignant == pytest.approx(there.probability_malignant, abs=1e-6)
    np.testing.assert_allclose(np.array(here.cam)[:, ::-1], there.cam, atol=1e-5)


@pytest.mark.parametrize(("on", "computed"), [(False, 3), (True, 6)])
def test_both_views_are_computed_in_one_batch(on: bool, computed: int) -> None:
    made = classifier("resnet18", mirror_averaging=on)
    run, asked = made.backend.run, []

    def counted(batch: Floats) -> tuple[Floats, Floats]:
        asked.append(len(batch))
        return run(batch)

    made.backend.run = counted  # type: ignore[method-assign]  # counts the calls
    assert len(made.predict(photos())) == 3
    assert asked == [computed]


def test_a_card_that_says_nothing_of_it_does_not_average() -> None:
    described = classifier("resnet18").card.model_dump(exclude={"mirror_averaging"})
    assert ModelCard.model_validate(described).mirror_averaging is False


def test_onnx_runtime_averages_as_pytorch_does(tmp_path: Path) -> None:
    eager = classifier("resnet18", mirror_averaging=True)
    assert isinstance(eager.backend, EagerBackend)
    model, preprocessing = eager.backend.model, eager.card.preprocessing
    state = {name: tensor.contiguous() for name, tensor in model.state_dict().items()}
    save_file(state, tmp_path / WEIGHTS)
    graph = write_graph(model, preprocessing.input_size)
    quick = Classifier(OnnxBackend.of(graph, tmp_path / WEIGHTS, preprocessing), eager.card)
    for one, other in zip(eager.predict(photos()), quick.predict(photos()), strict=True):
        assert one.probability_malignant == pytest.approx(other.probability_malignant, abs=1e-4)
        np.testing.assert_allclose(one.cam, other.cam, atol=1e-4)
