"""Novelty: is a photo unlike everything the model was trained on? No torch here.

Two distances, because each misses some of what the other finds. Measures of colour and sharpness
detect drawn and printed pictures: Mahalanobis distance from each source's photos (Lee et al. 2018,
with sources for classes). What lies outside the features' principal subspace detects photos of
other things (the residual of Wang et al. 2022, "ViM", as a share of the features' length).

A photo counts as similar if it is within both limits of any one source, so that a small source
counts as much as a large one.

Where the measure has learned what drawings on skin look like, a photo must also look less like
these than nearly all photos of lesions do: to both distances, a tattoo is much like a lesion.
"""

from dataclasses import MISSING, dataclass, fields

import numpy as np
import numpy.typing as npt

from serving.archives.weights_file import Floats, read_tensors

# Numbers that `serving.model.photo_measures` computes for each photo.
MEASURES = 18


@dataclass(frozen=True, slots=True)
class Novelty:
    """What the training photos look like, by source.

    Attributes:
        centre: K, the mean of the pooled features.
        subspace: P×K, orthonormal: their first principal components.
        residual_limits: S, shares of the features' length that may lie outside, above 0.
        means: S×MEASURES, each source's mean measures.
        whitening: S×MEASURES×MEASURES; a difference from the mean, times it, is as long as the
            distance.
        limits: S, the greatest distances that pass, above 0.
        drawn: K, the direction of the pooled features in which drawings on skin lie; None where
            the measure has not learned that.
        drawn_limit: 1, how far a photo may lie in this direction.
    """

    centre: Floats
    subspace: Floats
    residual_limits: Floats
    means: Floats
    whitening: Floats
    limits: Floats
    drawn: Floats | None = None
    drawn_limit: Floats | None = None

    def __post_init__(self) -> None:
        """Refuse shapes that don't fit together.

        Raises:
            ValueError: with what is wrong.
        """
        if self.subspace.ndim != 2 or 0 in self.subspace.shape or self.limits.ndim != 1:
            raise ValueError("subspace must be a matrix and limits a row")
        sources = len(self.limits)
        expected: dict[str, tuple[int, ...]] = {
            "centre": (self.subspace.shape[1],),
            "residual_limits": (sources,),
            "means": (sources, MEASURES),
            "whitening": (sources, MEASURES, MEASURES),
        }
        if (self.drawn is None) != (self.drawn_limit is None):
            raise ValueError("drawn and drawn_limit go together")
        if self.drawn is not None:
            expected |= {"drawn": self.centre.shape, "drawn_limit": (1,)}
        for name, shape in expected.items():
            if getattr(self, name).shape != shape:
                raise ValueError(f"{name} must be of shape {shape}")
        if not sources or min(self.limits.min(), self.residual_limits.min()) <= 0:
            raise ValueError("there must be limits, all above 0")

    @classmethod
    def from_bytes(cls, content: bytes) -> "Novelty":
        """Read the safetensors of an archive.

        Raises:
            ValueError: they are not ours, incomplete or not finite.
        """
        tensors = read_tensors(content)
        names = {field.name for field in fields(cls)}
        needed = {field.name for field in fields(cls) if field.default is MISSING}
        if not needed <= set(tensors) <= names:
            raise ValueError(
                f"it must hold {', '.join(sorted(needed))}, may hold drawn and drawn_limit, and "
                "nothing else"
            )
        return cls(**tensors)

    def is_unlike(self, pooled: Floats, measured: Floats) -> npt.NDArray[np.bool_]:
        """N answers.

        Args:
            pooled: N×K, means of the last feature map.
            measured: N×MEASURES of `photo_measures.measures`.

        Raises:
            ValueError: the number of features is not the one it was fitted on.
        """
        if pooled.shape[1] != len(self.centre):
            raise ValueError(f"fitted on {len(self.centre)} features, not on {pooled.shape[1]}")
        apart = self.distances(measured) / self.limits
        outside = residual(pooled, self.centre, self.subspace)[:, None] / self.residual_limits
        unlike: npt.NDArray[np.bool_] = np.maximum(apart, outside).min(axis=1) > 1
        if self.drawn is None or self.drawn_limit is None:
            return unlike
        is_drawn: npt.NDArray[np.bool_] = pooled @ self.drawn > self.drawn_limit
        return unlike | is_drawn

    def distances(self, measured: Floats) -> Floats:
        """N×S Mahalanobis distances of N×MEASURES."""
        apart = measured[:, None] - self.means
        lengths: Floats = np.linalg.norm(np.einsum("sde,nse->nsd", self.whitening, apart), axis=2)
        return lengths


def residual(pooled: Floats, centre: Floats, subspace: Floats) -> Floats:
    """N shares, 0 to about 1, of the features' length that lies outside the subspace."""
    moved = pooled - centre
    outside = moved - (moved @ subspace.T) @ subspace
    lengths = np.maximum(np.linalg.norm(pooled, axis=1), np.finfo(np.float32).tiny)
    shares: Floats = np.linalg.norm(outside, axis=1) / lengths
    return shares
