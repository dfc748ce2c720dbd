"""Fits the novelty measure: every source counts the same, and has its own limits."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.covariance import LedoitWolf

from serving.archives.novelty import Novelty, residual
from serving.archives.weights_file import Floats
from serving.model.classifier import Classifier
from serving.model.photo_measures import measures

DIMENSIONS = 64
FOLDS = 5
# Share of a source's photos beyond each of its limits; another source may still accept them.
BEYOND_LIMIT = 0.005


@dataclass(frozen=True, slots=True)
class Shown:
    """What the measure sees of N photos: K pooled features and MEASURES measures of each."""

    pooled: Floats
    measured: Floats

    @property
    def values(self) -> tuple[Floats, Floats]:
        """Both, as `Novelty.is_unlike` takes them."""
        return self.pooled, self.measured


def show(classifier: Classifier, photos: Iterable[Floats]) -> Shown:
    """Look at preprocessed photos, each 3×S×S."""
    pooled, measured = [], []
    for photo in photos:
        pooled.append(classifier.pooled(photo[None]))
        measured.append(measures(photo[None]))
    return Shown(np.concatenate(pooled), np.concatenate(measured))


def fit(training: Mapping[str, Shown], held_out: Mapping[str, Shown]) -> Novelty:
    """The measure of training photos, its limits set by photos that a fit has not seen.

    Args:
        training: by source, its training photos, 2 or more.
        held_out: by source, its validation photos.
    """
    pooled = [shown.pooled for shown in training.values()]
    centre, subspace = _subspace(pooled)
    outside, means, whitening, limits = [], [], [], []
    for source, shown in training.items():
        other = held_out[source]
        outside.append(_limit(residual(other.pooled, centre, subspace)))
        mean, whitened = _gaussian(shown.measured)
        # Validation photos alone would be too few to set a limit so far out.
        apart = [_distances(other.measured, mean, whitened), *_apart_in_turn(shown.measured)]
        means.append(mean)
        whitening.append(whitened)
        limits.append(_limit(np.concatenate(apart)))
    fitted = (centre, subspace, outside, means, whitening, limits)
    return Novelty(*(np.ascontiguousarray(values, np.float32) for values in fitted))


def _subspace(pooled: Sequence[Floats]) -> tuple[Floats, Floats]:
    """Centre and principal components of all sources together, each of the same weight."""
    centre = np.mean([features.mean(axis=0, dtype=np.float64) for features in pooled], axis=0)
    scatter = sum(
        (features - centre).T @ (features - centre) / len(features) for features in pooled
    )
    _, vectors = np.linalg.eigh(scatter)
    return centre, vectors[:, ::-1][:, :DIMENSIONS].T


def _gaussian(measured: Floats) -> tuple[Floats, Floats]:
    """Mean, and what whitens; the covariance is shrunk (Ledoit and Wolf 2004)."""
    scale = measured.std(axis=0) + 1e-9
    covariance = LedoitWolf(store_precision=False).fit(measured / scale).covariance_
    return measured.mean(axis=0), np.linalg.inv(np.linalg.cholesky(covariance)) / scale


def _distances(measured: Floats, mean: Floats, whitening: Floats) -> Floats:
    lengths: Floats = np.linalg.norm((measured - mean) @ whitening.T, axis=1)
    return lengths


def _apart_in_turn(measured: Floats) -> list[Floats]:
    """Distances of each part of the photos from a fit of the others."""
    order = np.random.default_rng(7).permutation(len(measured))
    parts = np.array_split(order, min(FOLDS, len(order) - 1))
    return [
        _distances(measured[part], *_gaussian(np.delete(measured, part, axis=0))) for part in parts
    ]


def _limit(values: Floats) -> float:
    return float(np.quantile(values, 1 - BEYOND_LIMIT))
