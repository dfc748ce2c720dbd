"""Runs one model over cached photos: calibrated answers on a split, unchanged or perturbed."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from rich.progress import track
from torch import Tensor

from serving.contract.reference_figures import Label
from serving.evaluation import metrics
from serving.evaluation.metrics import Floats, Labels
from serving.model.classifier import Classifier, calibrated
from serving.training.augmentation import Augmentation
from serving.training.datasets import Sample
from serving.training.pixel_cache import PixelCache

BATCH = 64

Change = Callable[[Tensor], Tensor]


def _unchanged(photos: Tensor) -> Tensor:
    return photos


@dataclass(frozen=True, slots=True)
class Answers:
    """A model's calibrated answers on one split."""

    samples: list[Sample]
    labels: Labels
    shares: Floats

    def where(self, wanted: Callable[[Sample], bool]) -> "Answers":
        """The answers on some of the photos."""
        kept = np.array([wanted(sample) for sample in self.samples])
        samples = [sample for sample, keep in zip(self.samples, kept, strict=True) if keep]
        return Answers(samples, self.labels[kept], self.shares[kept])

    def rows(self) -> Iterator[tuple[str, str, Label, float]]:
        """As `runs.write_answers` takes them."""
        for sample, share in zip(self.samples, self.shares.tolist(), strict=True):
            yield sample.sha256, sample.source, "malignant" if sample.label else "benign", share


class Evaluator:
    """Runs one model over cached photos.

    Args:
        classifier: temperature 1 and any threshold: they are fitted here.
        samples, cache: all photos, in one order.

    Raises:
        ValueError: its answers can't be calibrated.
    """

    def __init__(
        self, classifier: Classifier, samples: Sequence[Sample], cache: PixelCache
    ) -> None:
        self._classifier = classifier
        self._samples = samples
        self._cache = cache
        preprocessing = classifier.card.preprocessing
        self._left_out = str(classifier.card.training.get("leave_out", ""))
        self._augmentation = Augmentation(preprocessing, torch.Generator().manual_seed(7))
        validation = self._indices("validation")
        logits = self._logits(validation)
        labels = torch.tensor([samples[i].label for i in validation])
        # Each source counts the same: the threshold is to hold in all of them, not in the largest.
        weights = metrics.equal_weights([samples[i].source for i in validation])
        self.temperature, self.intercept = metrics.fit_calibration(
            torch.from_numpy(logits), labels, weights
        )
        if not np.isfinite([self.temperature, self.intercept]).all():
            raise ValueError(
                "the answers on the validation photos can't be calibrated: they are no numbers, or "
                "all the same; train for longer, or, of imported weights, look at --malignant, "
                "--mean and --std"
            )
        shares = self._shares(logits)
        self.threshold = metrics.threshold_for_sensitivity(labels.numpy(), shares, weights=weights)
        self.zones = metrics.zones(labels.numpy(), shares, weights)

    def answers(
        self, split: str, change: Change = _unchanged, pixels: Change = _unchanged
    ) -> Answers:
        """Calibrated answers on a split, on unchanged or perturbed photos.

        Args:
            split: train, validation or test.
            change: of the model's inputs.
            pixels: of the photos' pixels, 0 to 255, before preprocessing.
        """
        return self._answers(self._indices(split), change, pixels)

    def answers_left_out(self) -> Answers | None:
        """Calibrated answers on the whole source that training has not seen, if there is one."""
        indices = [i for i, s in enumerate(self._samples) if s.source == self._left_out]
        return self._answers(indices) if indices else None

    def _answers(
        self, indices: Sequence[int], change: Change = _unchanged, pixels: Change = _unchanged
    ) -> Answers:
        samples = [self._samples[i] for i in indices]
        labels = np.array([sample.label for sample in samples])
        return Answers(samples, labels, self._shares(self._logits(indices, change, pixels)))

    def blanked(self, inputs: Tensor) -> Tensor:
        """The lesion painted over."""
        return self._augmentation.blanked(inputs)

    def without_border(self, inputs: Tensor) -> Tensor:
        """All but the central disc hidden."""
        return self._augmentation.without_border(inputs)

    def require_heatmaps(self, count: int = BATCH) -> None:
        """Refuse a model that has nothing to show on any malignant photo.

        Raises:
            ValueError: its heatmaps of malignant are empty.
        """
        indices = [i for i in self._indices("test") if self._samples[i].label == 1][:count]
        answers = self._classifier.predict(self._inputs(indices).numpy(), "malignant")
        if not any(np.any(answer.cam) for answer in answers):
            raise ValueError(
                f"the heatmap of malignant is empty on all of {len(indices)} malignant test "
                "photos: nothing speaks for malignant; train for longer, or, of imported weights, "
                "look at --malignant, --mean and --std"
            )

    def central_mass(self, count: int = 200) -> float:
        """Mean share of a heatmap that lies in the central disc of 0.7 radius; malignant photos."""
        indices = [i for i in self._indices("test") if self._samples[i].label == 1][:count]
        disc = None
        shares = []
        for start in range(0, len(indices), BATCH):
            inputs = self._inputs(indices[start : start + BATCH])
            for prediction in self._classifier.predict(inputs.numpy(), "malignant"):
                cam = torch.tensor(prediction.cam)
                disc = _disc(cam.shape[0]) if disc is None else disc
                if cam.sum() > 0:
                    shares.append(float((cam * disc).sum() / cam.sum()))
        # Where the first photos' heatmaps are not empty, some of these can be all the same.
        return float(np.mean(shares)) if shares else 0.0

    def drawn(self, split: str, count: int, seed: int = 7) -> tuple[Tensor, Labels]:
        """Inputs and labels of at most so many photos of a split, drawn at random.

        Always the same ones for the same seed.
        """
        indices = self._indices(split)
        order = np.random.default_rng(seed).permutation(len(indices))[:count]
        chosen = [indices[i] for i in order]
        labels = np.array([self._samples[i].label for i in chosen])
        return self._inputs(chosen), labels

    def _indices(self, split: str) -> list[int]:
        return [
            i
            for i, sample in enumerate(self._samples)
            if sample.split == split and sample.source != self._left_out
        ]

    def _inputs(self, indices: Sequence[int], pixels: Change = _unchanged) -> Tensor:
        return self._augmentation.plain(pixels(self._cache.batch(indices)))

    def _logits(
        self, indices: Sequence[int], change: Change = _unchanged, pixels: Change = _unchanged
    ) -> npt.NDArray[np.float32]:
        answers = []
        for start in track(range(0, len(indices), BATCH), description="Evaluating"):
            inputs = change(self._inputs(indices[start : start + BATCH], pixels))
            answers.append(self._classifier.logits(inputs.numpy()))
        return np.concatenate(answers)

    def _shares(self, logits: npt.NDArray[np.float32]) -> Floats:
        return calibrated(logits, self.temperature, self.intercept)[:, 1]


def _disc(side: int) -> Tensor:
    axis = torch.linspace(-1, 1, side)
    return ((axis[None, :] ** 2 + axis[:, None] ** 2) <= 0.49).float()
