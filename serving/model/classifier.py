"""A benign/malignant classifier with its preprocessing, calibration and heatmap. No torch here.

The same code serves predictions in TorchServe, on the command line and in the evaluation; what
computes the model is a backend.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from serving.archives.card import ModelCard
from serving.archives.differential import Differential
from serving.archives.novelty import Novelty
from serving.archives.weights_file import Floats
from serving.model import gradcam
from serving.model.backends import Backend
from serving.model.occlusion import by_occlusion
from serving.model.photo_measures import measures
from serving.model.preprocessing import Preprocess


@dataclass(frozen=True, slots=True)
class Prediction:
    """The model's assessment of one photo.

    Attributes:
        label: "benign" or "malignant" (at or above the threshold).
        probability_malignant: calibrated, 0 to 1.
        confidence: probability of the label, 0 to 1.
        threshold: of the card, 0 to 1.
        target: the class that the heatmap explains.
        cam: rows of the model's own grid, ≥ 0, not scaled.
        unlike_training: whether the photo is unlike all training photos; False where the archive
            doesn't describe them.
        differential: probabilities of diagnoses, most likely first; empty where the archive doesn't
            tell them apart.
    """

    label: str
    probability_malignant: float
    confidence: float
    threshold: float
    target: str
    cam: list[list[float]]
    unlike_training: bool = False
    differential: Mapping[str, float] = field(default_factory=dict)


class Classifier:
    """A trained model, ready to answer.

    Args:
        backend: what computes it.
        card: its model card.
        novelty: what its training photos look like, if its archive says so.
        differential: the head that tells diagnoses apart, if its archive has one.
    """

    def __init__(
        self,
        backend: Backend,
        card: ModelCard,
        novelty: Novelty | None = None,
        differential: Differential | None = None,
    ) -> None:
        self.backend = backend
        self.card = card
        self.novelty = novelty
        self.differential = differential
        self.preprocess = Preprocess(card.preprocessing)

    @property
    def layer(self) -> str:
        """The layer that the heatmap is taken from."""
        return f"{self.card.architecture}.forward_features"

    def predict(self, batch: Floats, target: str | None = None) -> list[Prediction]:
        """Classify and explain in one forward pass.

        Args:
            batch: N×3×H×W from `preprocess`.
            target: the class to explain; the predicted one when None.

        Returns:
            N predictions.
        """
        views = self._views(batch)
        features, logits = self.backend.run(views)
        shares = calibrated(self._averaged(logits), self.card.temperature, self.card.intercept)
        malignant = shares[:, 1].tolist()
        labels = [int(share >= self.card.threshold) for share in malignant]
        targets = labels if target is None else [self.card.classes.index(target)] * len(labels)
        pooled = self._pooled(features)
        rows = zip(
            labels,
            malignant,
            targets,
            self._explain(views, features, targets),
            self._unlike_training(pooled, batch),
            self._differentials(pooled, shares[:, 1]),
            strict=True,
        )
        return [
            Prediction(
                label=self.card.classes[label],
                probability_malignant=share,
                confidence=share if label else 1 - share,
                threshold=self.card.threshold,
                target=self.card.classes[explained],
                cam=cam.tolist(),
                unlike_training=unlike,
                differential=differential,
            )
            for label, share, explained, cam, unlike, differential in rows
        ]

    def logits(self, batch: Floats) -> Floats:
        """N×2, uncalibrated."""
        _, answer = self.backend.run(self._views(batch))
        return self._averaged(answer)

    def pooled(self, batch: Floats) -> Floats:
        """N×K means of the last feature map, averaged over the views."""
        features, _ = self.backend.run(self._views(batch))
        return self._pooled(features)

    def _unlike_training(self, pooled: Floats, batch: Floats) -> list[bool]:
        if not self.novelty:
            return [False] * len(batch)
        unlike: list[bool] = self.novelty.is_unlike(pooled, measures(batch)).tolist()
        return unlike

    def _differentials(
        self, pooled: Floats, malignant: npt.NDArray[np.float64]
    ) -> list[dict[str, float]]:
        if not self.differential:
            return [{} for _ in pooled]
        return self.differential.ranked(pooled, malignant)

    def _views(self, batch: Floats) -> Floats:
        """The photos, N×3×H×W, followed by their mirror images where the card averages both."""
        return np.concatenate([batch, batch[..., ::-1]]) if self.card.mirror_averaging else batch

    def _pooled(self, features: Floats) -> Floats:
        """N×K of the views' feature maps."""
        return self._averaged(features.mean(axis=(2, 3)))

    def _averaged(self, answers: Floats) -> Floats:
        """The answers for N photos, from those for their views."""
        if not self.card.mirror_averaging:
            return answers
        photos, mirrored = np.split(answers, 2)
        return (photos + mirrored) / np.float32(2)

    def _explain(self, views: Floats, features: Floats, targets: list[int]) -> Floats:
        """N×H×W, from the views, their feature maps and N targets; see `gradcam`, `occlusion`."""
        mirrored = self.card.mirror_averaging
        if mirrored:
            targets = targets * 2
        head = self.backend.head
        if self.card.by_occlusion:
            cams = by_occlusion(lambda batch: self.backend.run(batch)[1], views, targets)
        elif head is None:
            cams = self.backend.explain(features, targets)
        else:
            cams = gradcam.from_linear_head(features, head[targets])
        if mirrored:
            # Mirrored back, so that both match the photo.
            half = len(cams) // 2
            cams = np.concatenate([cams[:half], cams[half:, :, ::-1]])
        return self._averaged(cams)


def calibrated(logits: Floats, temperature: float, intercept: float) -> npt.NDArray[np.float64]:
    """N×2 probabilities of N×2 logits, as the card says."""
    scaled = logits.astype(np.float64) / temperature + [0.0, intercept]
    raised = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    shares: npt.NDArray[np.float64] = raised / raised.sum(axis=1, keepdims=True)
    return shares
