"""A training run's optimiser, its learning rate over time, and how often each photo is drawn."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import torch
from torch import nn

from serving.training.datasets import Sample
from serving.training.recipe import Recipe


def optimizer_of(
    model: nn.Module, recipe: Recipe, further: Iterable[nn.Parameter] = ()
) -> torch.optim.Optimizer:
    """AdamW in two groups: the model's body first, then its head with `further` parameters."""
    head = model.get_classifier()  # type: ignore[operator]  # timm's methods are untyped
    of_head = {id(parameter) for parameter in head.parameters()}
    body = [p for p in model.parameters() if p.requires_grad and id(p) not in of_head]
    return torch.optim.AdamW(
        [{"params": body}, {"params": [*head.parameters(), *further]}],
        lr=recipe.rate,
        weight_decay=recipe.weight_decay,
    )


def rate_share(step: int, recipe: Recipe) -> float:
    """Share of the highest learning rate: linear warm-up, then a half cosine to nothing."""
    warm_up = min(1.0, (step + 1) / recipe.warm_up_steps)
    return warm_up * 0.5 * (1 + math.cos(math.pi * step / recipe.steps))


def sampling_weights(samples: Sequence[Sample], balance: float) -> np.ndarray[Any, Any]:
    """N probabilities with which photos are drawn; `balance` as in the recipe."""
    keys = [(sample.source, sample.label) for sample in samples]
    counts = {key: keys.count(key) for key in set(keys)}
    weights: np.ndarray[Any, Any] = np.array([counts[key] ** -balance for key in keys])
    weights /= weights.sum()
    return weights
