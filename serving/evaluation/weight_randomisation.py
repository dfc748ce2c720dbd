"""Does a heatmap depend on what the model has learned?

The test of Adebayo et al. 2018, "Sanity Checks for Saliency Maps": weights are shuffled from the
answer backwards, and the new map of the same photo and class is compared with the true one. A map
that stays as it was shows the photo, not the model.
"""

import copy
from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from serving.archives.weights_file import Floats as Singles
from serving.model.backends import Backend
from serving.model.classifier import Classifier

# Of the share of layers that are shuffled (`DEPTHS`): what computes the model then.
Shuffled = Callable[[float], Backend]
Floats = npt.NDArray[np.float64]

# Share of the layers with weights that are shuffled, from the last backwards; 0: the head alone.
DEPTHS = {"head": 0.0, "last_third": 1 / 3, "all_layers": 1.0}
_BATCH = 64


def shuffled(model: nn.Module, depth: float, seed: int = 7) -> nn.Module:
    """A copy whose head, and `depth` of its other layers from the last, have shuffled weights.

    Shuffling within a tensor keeps the weights' scale: redrawn, they would make the signal die
    or explode, and the test would be passed for the wrong reason.
    """
    made = copy.deepcopy(model)
    head = made.get_classifier()  # type: ignore[operator]  # timm's methods are untyped
    inner = [m for m in made.modules() if _has_own_weight(m) and m is not head]
    chosen = [head, *inner[len(inner) - round(depth * len(inner)) :]]
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for layer in (module for part in chosen for module in part.modules()):
            for weight in layer.parameters(recurse=False):
                order = torch.randperm(weight.numel(), generator=generator)
                weight.copy_(weight.flatten()[order].reshape(weight.shape))
    return made


def shuffled_tensors(
    weights: Mapping[str, Singles], head: str, depth: float, seed: int = 7
) -> dict[str, Singles]:
    """The same of an imported graph's weights, which are numbered in the order of their nodes."""
    inner = sorted((name for name in weights if name != head), key=lambda name: (len(name), name))
    chosen = {head, *inner[len(inner) - round(depth * len(inner)) :]}
    random = np.random.default_rng(seed)
    return {
        name: random.permutation(values.ravel()).reshape(values.shape) if name in chosen else values
        for name, values in weights.items()
    }


def similarity_when_shuffled(
    classifier: Classifier, shuffled: Shuffled, inputs: Tensor, maps: Floats, targets: list[int]
) -> dict[str, Floats]:
    """Spearman's correlation of each true map with that of the shuffled model, by depth.

    Args:
        classifier: the true one.
        shuffled: the model with shuffled weights.
        inputs: N×3×S×S, preprocessed.
        maps: N×H×W of the true model.
        targets: N class indices that the maps explain.
    """
    found = {}
    for name, depth in DEPTHS.items():
        other = _maps(Classifier(shuffled(depth), classifier.card), inputs, targets)
        found[name] = rank_correlations(maps, other)
    return found


def _maps(classifier: Classifier, inputs: Tensor, targets: list[int]) -> Floats:
    """N×H×W heatmaps, each of its photo's own target class."""
    names = classifier.card.classes
    maps: dict[int, list[list[float]]] = {}
    for target in set(targets):
        chosen = [n for n, wanted in enumerate(targets) if wanted == target]
        for start in range(0, len(chosen), _BATCH):
            part = chosen[start : start + _BATCH]
            answers = classifier.predict(inputs[part].numpy(), names[target])
            maps |= {n: answer.cam for n, answer in zip(part, answers, strict=True)}
    return np.array([maps[n] for n in range(len(targets))])


def rank_correlations(maps: Floats, others: Floats) -> Floats:
    """Spearman's correlation of each pair, −1 to 1; 0 where a map has one value alone."""
    pairs = []
    for one, other in zip(maps, others, strict=True):
        a, b = (_ranks(m) for m in (one, other))
        norm = float(np.sqrt((a @ a) * (b @ b)))
        pairs.append(float(a @ b) / norm if norm else 0.0)
    return np.array(pairs)


def _ranks(values: Floats) -> Floats:
    """Ranks around 0, the same for values that are the same."""
    _, places, counts = np.unique(values.ravel(), return_inverse=True, return_counts=True)
    ranks: Floats = (counts.cumsum() - (counts + values.size) / 2)[places]
    return ranks


def _has_own_weight(module: nn.Module) -> bool:
    return next(module.parameters(recurse=False), None) is not None
