"""Any timm or torchvision classifier predicts and explains; ours does so in closed form."""

import io
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file
from torchvision.transforms import v2

from imaging.decoding import decode
from local_stack.stack import SHIPPED_MODELS
from serving import examples
from serving.archives.card import ModelCard, Preprocessing
from serving.contract.releases import Release
from serving.model import gradcam
from serving.model.classifier import Classifier, calibrated
from serving.model.preprocessing import Preprocess, circle
from serving.pytorch.architectures import UnknownArchitecture, build_model
from serving.pytorch.backends import EagerBackend, load_classifier
from serving.tests.conftest import lesion_photo
from serving.worker.predictions import open_classifier, prediction_of

CLOSED_FORM = ["tf_efficientnet_lite0", "resnet18", "torchvision.resnet18", "regnetx_002"]
BY_AUTOGRAD = ["mobilenetv3_small_050", "torchvision.mobilenet_v3_small"]


def card(architecture: str, size: int = 64, **changes: object) -> ModelCard:
    return ModelCard(
        name="lesion", version="0.0.1", architecture=architecture,
        preprocessing=Preprocessing(input_size=size, mean=(127,) * 3, std=(128,) * 3),
        temperature=10, threshold=0.5, weights_sha256="0" * 64, trained_on=date(2026, 1, 1),
        intended_use="tests", limits=[], data=[],
    ).model_copy(update=changes)  # fmt: skip


def classifier(architecture: str, **changes: Any) -> Classifier:
    torch.manual_seed(3)
    described = card(architecture, **changes)
    return Classifier(EagerBackend(build_model(architecture), 64), described)


@pytest.mark.parametrize("architecture", CLOSED_FORM)
def test_the_closed_form_equals_autograd(architecture: str) -> None:
    made = classifier(architecture)
    head = made.backend.head
    assert head is not None
    batch = np.random.default_rng(3).standard_normal((2, 3, 64, 64), np.float32)
    features, _ = made.backend.run(batch)
    closed = gradcam.from_linear_head(features, head[[0, 1]])
    np.testing.assert_allclose(closed, made.backend.explain(features, [0, 1]), atol=1e-5)


@pytest.mark.parametrize("architecture", CLOSED_FORM + BY_AUTOGRAD)
def test_every_architecture_predicts_and_explains(architecture: str) -> None:
    made = classifier(architecture)
    tensor = made.preprocess(lesion_photo())[None]
    benign, malignant = (made.predict(tensor, target)[0] for target in ("benign", "malignant"))
    assert (benign.target, malignant.target) == ("benign", "malignant")
    assert 0 <= benign.probability_malignant <= 1
    assert all(value >= 0 for row in benign.cam for value in row)


@pytest.mark.parametrize("architecture", BY_AUTOGRAD)
def test_a_head_of_more_than_one_layer_is_explained_by_autograd(architecture: str) -> None:
    assert classifier(architecture).backend.head is None


@pytest.mark.parametrize("name", ["no_such_model", "torchvision.no_such_model", "torchvision.vit"])
def test_an_unknown_architecture_is_refused(name: str) -> None:
    with pytest.raises(UnknownArchitecture):
        build_model(name)


def test_the_label_is_malignant_from_the_threshold_on() -> None:
    probe = classifier("resnet18")
    tensor = probe.preprocess(lesion_photo())[None]
    share = probe.predict(tensor)[0].probability_malignant
    assert classifier("resnet18", threshold=share).predict(tensor)[0].label == "malignant"
    assert classifier("resnet18", threshold=share + 1e-6).predict(tensor)[0].label == "benign"


def test_calibration_divides_by_the_temperature_and_adds_the_intercept() -> None:
    shares = calibrated(np.array([[0, 2]], np.float32), 2.0, -1.0)
    assert shares[0, 1] == pytest.approx(0.5)


def test_what_lies_outside_the_circle_says_nothing() -> None:
    made = classifier("resnet18")
    photo = lesion_photo(size=(64, 64))
    changed = photo.copy()
    changed.paste((0, 0, 0), (0, 0, 6, 6))
    np.testing.assert_array_equal(made.preprocess(photo), made.preprocess(changed))


def test_half_precision_weights_are_loaded_as_single(tmp_path: Path) -> None:
    model = build_model("resnet18")
    state = {k: v.half() if v.is_floating_point() else v for k, v in model.state_dict().items()}
    save_file(state, tmp_path / "w.safetensors")
    loaded = load_classifier(tmp_path / "w.safetensors", card("resnet18"))
    assert isinstance(loaded.backend, EagerBackend)
    assert {p.dtype for p in loaded.backend.model.parameters()} == {torch.float32}


def test_weights_of_another_architecture_are_refused(tmp_path: Path) -> None:
    save_file(build_model("resnet18").state_dict(), tmp_path / "w.safetensors")
    with pytest.raises((ValueError, RuntimeError)):
        load_classifier(tmp_path / "w.safetensors", card("tf_efficientnet_lite0"))


def test_preprocessing_is_torchvisions_within_one_level() -> None:
    preprocess = Preprocess(card("resnet18").preprocessing)
    reference = v2.Compose([v2.PILToTensor(), v2.Resize(64, antialias=True), v2.CenterCrop(64)])
    for size in ((300, 240), (65, 64), (90, 401), (64, 64)):
        photo = lesion_photo(size=size)
        levels = preprocess(photo) * 128 + 127
        expected = np.where(circle(64) > 0, reference(photo).numpy(), 127)
        assert np.abs(levels - expected).max() < 1.01


@pytest.mark.parametrize("example", examples.read()[::3], ids=lambda example: example.path.stem)
def test_a_large_photo_means_the_same_as_jpeg_and_as_png_of_its_pixels(
    shipped: Classifier, example: examples.Example
) -> None:
    small, jpeg, png = Image.open(example.path), io.BytesIO(), io.BytesIO()
    side = 3000 * small.height // small.width
    small.resize((3000, side), Image.Resampling.BICUBIC).save(jpeg, "JPEG", quality=92)
    decode(jpeg.getvalue()).save(png, "PNG", compress_level=1)
    as_jpeg, as_png = (prediction_of(shipped, photo.getvalue()) for photo in (jpeg, png))
    assert as_jpeg == as_png


def test_no_shipped_example_is_called_unlike_the_training_photos(shipped: Classifier) -> None:
    assert shipped.novelty is not None
    for example in examples.read():
        assert prediction_of(shipped, example.path.read_bytes())["assessable"], example.path.name


@pytest.fixture(scope="module")
def shipped() -> Classifier:
    """The newest release that ships with Dermis."""
    newest = max((SHIPPED_MODELS / "lesion" / "releases").glob("*.json"))
    release = Release.model_validate_json(newest.read_bytes())
    return open_classifier(SHIPPED_MODELS / "archives" / f"{release.sha256}.mar")
