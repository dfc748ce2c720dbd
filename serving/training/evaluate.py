"""Judges a trained model on photos it has not seen, and writes its card.

The hard figures come first: what the model does with a blanked lesion, a hidden border and
another clinic's photos says more than the held-out part of the sources it was trained on.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from rich.progress import track
from torch import Tensor

from serving.architectures import load_model
from serving.classifier import Classifier, calibrated
from serving.model_card import Evaluation, Metric, ModelCard, Preprocessing
from serving.torch_backends import TorchscriptBackend
from serving.training import metrics
from serving.training.augmentation import Augmentation
from serving.training.datasets import PixelCache, Sample
from serving.training.metrics import Floats, Labels
from serving.training.photo_changes import CHANGES

BATCH = 64
# An answer is confident when its label's probability is at least this.
CONFIDENT = 0.9
SMALLEST_SUBGROUP = 40
AGE_BANDS = ((0, 40), (40, 60), (60, 200))

INTENDED_USE = (
    "Decision support for clinicians who look at dermoscopic photos of single skin lesions. Not a "
    "diagnosis, not for patients' own use, not for photos without a dermoscope."
)
LIMITS = [
    "No skin types are recorded in the training data; most photos show light skin. How the model "
    "does on darker skin is not known.",
    "Benign and malignant photos of the largest set come from different sources. The mask and the "
    "augmentation work against learning the source; they can't rule it out.",
    "Lesions other than those of the training data (eight diagnoses, palms and soles) were not "
    "judged.",
    "Not judged in clinical use.",
]
DATA = [
    "melanoma10k: training part of the public Melanoma Skin Cancer Dataset of 10000 Images, from "
    "the ISIC Archive; parts are CC BY-NC, so these weights are for non-commercial use.",
    "isic9: ISIC images of eight diagnoses, most from HAM10000 (CC BY-NC).",
    "acral: ISIC images of palms and soles (CC BY and CC0).",
]


Change = Callable[[Tensor], Tensor]


def _as_it_is(photos: Tensor) -> Tensor:
    return photos


@dataclass(frozen=True, slots=True)
class Judged:
    """A model's calibrated answers on one split."""

    samples: list[Sample]
    labels: Labels
    shares: Floats


class Judge:
    """Runs one model over cached photos.

    Args:
        classifier: temperature 1 and any threshold: they are fitted here.
        samples, cache: all photos, in one order.
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
        self.temperature, self.intercept = metrics.fit_calibration(torch.from_numpy(logits), labels)
        shares = self._shares(logits)
        self.threshold = metrics.threshold_for_sensitivity(labels.numpy(), shares)

    def answers(self, split: str, change: Change = _as_it_is, pixels: Change = _as_it_is) -> Judged:
        """Calibrated answers on a split, of photos as they are or changed.

        Args:
            split: train, validation or test.
            change: of the model's inputs.
            pixels: of the photos' pixels, 0 to 255, before preprocessing.
        """
        return self._answers(self._indices(split), change, pixels)

    def answers_left_out(self) -> Judged | None:
        """Calibrated answers on the whole source that training has not seen, if there is one."""
        indices = [i for i, s in enumerate(self._samples) if s.source == self._left_out]
        return self._answers(indices) if indices else None

    def _answers(
        self, indices: Sequence[int], change: Change = _as_it_is, pixels: Change = _as_it_is
    ) -> Judged:
        samples = [self._samples[i] for i in indices]
        labels = np.array([sample.label for sample in samples])
        return Judged(samples, labels, self._shares(self._logits(indices, change, pixels)))

    def blanked(self, inputs: Tensor) -> Tensor:
        """The lesion painted over."""
        return self._augmentation.blanked(inputs)

    def without_border(self, inputs: Tensor) -> Tensor:
        """All but the central disc hidden."""
        return self._augmentation.without_border(inputs)

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
        return float(np.mean(shares))

    def _indices(self, split: str) -> list[int]:
        return [
            i
            for i, sample in enumerate(self._samples)
            if sample.split == split and sample.source != self._left_out
        ]

    def _inputs(self, indices: Sequence[int], pixels: Change = _as_it_is) -> Tensor:
        return self._augmentation.plain(pixels(self._cache.batch(indices)))

    def _logits(
        self, indices: Sequence[int], change: Change = _as_it_is, pixels: Change = _as_it_is
    ) -> npt.NDArray[np.float32]:
        answers = []
        for start in track(range(0, len(indices), BATCH), description="Judging"):
            inputs = change(self._inputs(indices[start : start + BATCH], pixels))
            answers.append(self._classifier.logits(inputs.numpy()))
        return np.concatenate(answers)

    def _shares(self, logits: npt.NDArray[np.float32]) -> Floats:
        return calibrated(logits, self.temperature, self.intercept)[:, 1]


def judge_run(
    run: Path, samples: Sequence[Sample], cache: PixelCache, *, name: str, version: str
) -> tuple[ModelCard, Judged]:
    """The card of the run in `run` (see `train.save_run`), and its answers on the test split."""
    recipe = json.loads((run / "run.json").read_text())
    weights = run / "model.safetensors"
    draft = ModelCard(
        name=name,
        version=version,
        architecture=recipe["architecture"],
        preprocessing=Preprocessing(
            input_size=recipe["input_size"], mean=(127.0,) * 3, std=(128.0,) * 3
        ),
        temperature=1,
        threshold=0.5,
        weights_sha256=hashlib.sha256(weights.read_bytes()).hexdigest(),
        trained_on=datetime.now(UTC).date(),
        intended_use=INTENDED_USE,
        limits=LIMITS,
        data=DATA,
        training=recipe,
    )
    model = load_model(weights, draft)
    backend = TorchscriptBackend(model, draft.preprocessing.input_size)
    classifier = Classifier(backend, draft)
    judge = Judge(classifier, samples, cache)
    test = judge.answers("test")
    card = draft.model_copy(
        update={
            "temperature": judge.temperature,
            "intercept": judge.intercept,
            "threshold": judge.threshold,
            "evaluations": _evaluations(judge, test),
            "subgroups": _subgroups(test, judge.threshold),
        }
    )
    return card, test


def _evaluations(judge: Judge, test: Judged) -> list[Evaluation]:
    sources = sorted({sample.source for sample in test.samples})
    parts = [(source, _select(test, partial(_is_from, source))) for source in sources]
    left_out = judge.answers_left_out()
    strange = (
        [_evaluation("a source not trained on", "Leave one set out.", left_out, judge.threshold)]
        if left_out
        else []
    )
    return [
        *strange,
        _stress(judge, test),
        _robustness(judge, test),
        *(
            _evaluation(
                f"{source}, held out", "Photos of this source alone.", part, judge.threshold
            )
            for source, part in parts
        ),
        _evaluation("all sources, held out", "The easy figure.", test, judge.threshold),
    ]


def _stress(judge: Judge, test: Judged) -> Evaluation:
    """What a shortcut could not pass."""
    blanked = judge.answers("test", judge.blanked)
    confident = np.maximum(blanked.shares, 1 - blanked.shares) >= CONFIDENT
    bare = judge.answers("test", judge.without_border)
    same = (bare.shares >= judge.threshold) == (test.shares >= judge.threshold)
    return Evaluation(
        name="stress",
        description="Lesion painted over: share of confident answers (goal ≤ 0.05). Border "
        "hidden: share of unchanged labels. Heatmap: share inside the central disc.",
        images=len(test.labels),
        malignant=int(test.labels.sum()),
        metrics={
            "confident_when_blanked": _proportion(confident),
            "unchanged_without_border": _proportion(same),
            "heatmap_in_central_disc": _point(judge.central_mass()),
        },
    )


def _robustness(judge: Judge, test: Judged) -> Evaluation:
    """How often the label hangs on what should not matter."""
    labels = test.shares >= judge.threshold
    changed = {
        name: (judge.answers("test", pixels=change).shares >= judge.threshold) != labels
        for name, change in CHANGES.items()
    }
    return Evaluation(
        name="robustness",
        description="Share of photos whose label changes with the photo (goal ≤ 0.065).",
        images=len(test.labels),
        malignant=int(test.labels.sum()),
        metrics={name: _proportion(found) for name, found in changed.items()},
    )


def _subgroups(test: Judged, threshold: float) -> list[Evaluation]:
    """Rows by age, sex, site and diagnosis, where the data has them."""
    rows: list[Evaluation] = []
    for low, high in AGE_BANDS:
        part = _select(test, partial(_is_aged, low, high))
        rows += _row(
            f"age {low} to {high}" if high < 200 else f"age {low} and more", part, threshold
        )
    for column in ("sex", "site", "diagnosis"):
        values = sorted({s.metadata.get(column, "") for s in test.samples} - {""})
        for value in values:
            part = _select(test, partial(_has, column, value))
            rows += _row(f"{column}: {value}", part, threshold)
    return rows


def _row(name: str, part: Judged, threshold: float) -> list[Evaluation]:
    if len(part.labels) < SMALLEST_SUBGROUP:
        return []
    return [_evaluation(name, "", part, threshold)]


def _evaluation(name: str, description: str, part: Judged, threshold: float) -> Evaluation:
    found = metrics.figures(part.labels, part.shares, threshold)
    return Evaluation(
        name=name,
        description=description,
        images=len(part.labels),
        malignant=int(part.labels.sum()),
        # Of one class alone, only one half of the figures means anything.
        metrics={k: m for k, m in found.items() if not np.isnan([m.value, m.low, m.high]).any()},
        confusion=metrics.confusion(part.labels, part.shares, threshold),
    )


def _select(judged: Judged, wanted: Callable[[Sample], bool]) -> Judged:
    kept = np.array([wanted(sample) for sample in judged.samples])
    samples = [sample for sample, keep in zip(judged.samples, kept, strict=True) if keep]
    return Judged(samples, judged.labels[kept], judged.shares[kept])


def _is_from(source: str, sample: Sample) -> bool:
    return sample.source == source


def _is_aged(low: int, high: int, sample: Sample) -> bool:
    return low <= _age(sample) < high


def _has(column: str, value: str, sample: Sample) -> bool:
    return sample.metadata.get(column) == value


def _age(sample: Sample) -> float:
    try:
        return float(sample.metadata.get("age", ""))
    except ValueError:
        return -1


def _proportion(found: Any) -> Metric:
    """A share with its 95 % Wilson interval."""
    count, share, z = len(found), float(np.mean(found)), 1.96
    centre = (share + z * z / (2 * count)) / (1 + z * z / count)
    spread = z * np.sqrt(share * (1 - share) / count + z * z / (4 * count**2)) / (1 + z * z / count)
    return Metric(
        value=round(share, 4), low=round(centre - spread, 4), high=round(centre + spread, 4)
    )


def _point(value: float) -> Metric:
    return Metric(value=round(value, 4), low=round(value, 4), high=round(value, 4))


def _disc(side: int) -> Tensor:
    axis = torch.linspace(-1, 1, side)
    return ((axis[None, :] ** 2 + axis[:, None] ** 2) <= 0.49).float()
