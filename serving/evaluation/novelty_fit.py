"""Fits the novelty measure: every source counts the same, and has its own limits."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.covariance import LedoitWolf
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from serving.archives.novelty import Novelty, residual
from serving.archives.weights_file import Floats
from serving.evaluation.metrics import equal_weights
from serving.model.classifier import Classifier
from serving.model.photo_measures import measures

DIMENSIONS = 64
FOLDS = 5
# Share of a source's photos beyond each of its limits; another source may still accept them.
BEYOND_LIMIT = 0.005
# The same for looking like a drawing, beyond which no source accepts a photo.
BEYOND_DRAWN = 0.01
# Inverse strength of the L2 penalty on what drawings look like.
DRAWN_STRENGTH = 0.1


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


def fit(
    training: Mapping[str, Shown], held_out: Mapping[str, Shown], drawings: Floats | None = None
) -> Novelty:
    """The measure of training photos, its limits set by photos that a fit has not seen.

    Args:
        training: by source, its training photos, more than `FOLDS`.
        held_out: by source, its validation photos.
        drawings: MxK pooled features of drawings on skin, if it is to learn from them.
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
    direction = () if drawings is None else _drawn(drawings, training, held_out)
    return Novelty(*(np.ascontiguousarray(values, np.float32) for values in fitted + direction))


def _drawn(
    drawings: Floats, training: Mapping[str, Shown], held_out: Mapping[str, Shown]
) -> tuple[Floats, Floats]:
    """The direction of drawings in the features, and how far photos of lesions lie in it."""
    known = {source: shown.pooled for source, shown in training.items()}
    direction = _towards(drawings, known)
    apart = {source: [held_out[source].pooled @ direction] for source in known}
    # Validation photos alone are few in small sources: one with ink on it would set the limit.
    parts = {source: _parts(len(pooled)) for source, pooled in known.items()}
    for fold in range(FOLDS):
        others = {s: np.delete(pooled, parts[s][fold], axis=0) for s, pooled in known.items()}
        of_others = _towards(drawings, others)
        for source, pooled in known.items():
            apart[source].append(pooled[parts[source][fold]] @ of_others)
    limit = max(_limit(np.concatenate(values), BEYOND_DRAWN) for values in apart.values())
    return direction, np.array([limit])


def _towards(drawings: Floats, known: Mapping[str, Floats]) -> Floats:
    """K: the direction that tells drawings from photos, of which every source weighs the same."""
    pooled = np.concatenate([drawings, *known.values()])
    groups = ["drawings"] * len(drawings) + [s for s, held in known.items() for _ in held]
    weights = equal_weights(groups)
    weights[: len(drawings)] *= len(known)
    is_drawn = np.arange(len(pooled)) < len(drawings)
    scaler = StandardScaler().fit(pooled, sample_weight=weights)
    head = LogisticRegression(C=DRAWN_STRENGTH, max_iter=2000)
    head.fit(scaler.transform(pooled), is_drawn, sample_weight=weights)
    direction: Floats = head.coef_[0] / scaler.scale_
    return direction


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
    return [
        _distances(measured[part], *_gaussian(np.delete(measured, part, axis=0)))
        for part in _parts(len(measured))
    ]


def _parts(count: int) -> list[npt.NDArray[np.intp]]:
    """Indices of so many photos, at random but always the same, in `FOLDS` parts."""
    return np.array_split(np.random.default_rng(7).permutation(count), FOLDS)


def _limit(values: Floats, beyond: float = BEYOND_LIMIT) -> float:
    return float(np.quantile(values, 1 - beyond))
