"""A deeper network begins with what a shallower one of the same widths had learned."""

import hashlib
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from serving.architectures import build_model
from serving.training.recipe import Recipe
from serving.training.start_weights import start_model


def started(architecture: str, start: Path) -> nn.Module:
    digest = hashlib.sha256(start.read_bytes()).hexdigest()
    return start_model(Recipe(architecture=architecture, started_from=digest), start).eval()


@pytest.fixture(scope="module")
def shallow() -> nn.Module:
    """EfficientNet-Lite0 with ImageNet's weights."""
    torch.manual_seed(1)
    return start_model(Recipe()).eval()


@pytest.fixture(scope="module")
def weights(shallow: nn.Module, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("run") / "model.safetensors"
    save_file(shallow.state_dict(), path)
    return path


def pooled(model: nn.Module) -> Tensor:
    inputs = torch.randn(4, 3, 96, 96, generator=torch.Generator().manual_seed(3))
    with torch.inference_mode():
        found: Tensor = model.forward_features(inputs).mean(dim=(2, 3))  # type: ignore[operator]
    return found


def test_the_deeper_network_sees_nearly_the_same(shallow: nn.Module, weights: Path) -> None:
    deep = started("tf_efficientnet_lite1", weights)
    assert len(deep.state_dict()) > len(shallow.state_dict())
    for one, other in zip(pooled(shallow), pooled(deep), strict=True):
        assert torch.cosine_similarity(one, other, dim=0) > 0.9


@pytest.mark.parametrize("architecture", ["tf_efficientnet_lite2", "resnet10t"])
def test_weights_of_other_widths_are_refused(weights: Path, architecture: str) -> None:
    with pytest.raises(ValueError, match=f"weights don't fit {architecture}"):
        started(architecture, weights)


def test_weights_of_a_deeper_network_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    save_file(build_model("tf_efficientnet_lite1").state_dict(), path)
    with pytest.raises(ValueError, match="weights don't fit tf_efficientnet_lite0"):
        started("tf_efficientnet_lite0", path)
