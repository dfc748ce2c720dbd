"""Judges a trained model on photos it has not seen, and writes its card.

The hard figures come first: what the model does with a blanked lesion, a hidden border and
another clinic's photos says more than the held-out part of the sources it was trained on.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save_file

from serving.archives.card import Evaluation, Metric, ModelCard, Preprocessing
from serving.archives.members import DIFFERENTIAL, NOVELTY, WEIGHTS
from serving.model.architectures import load_model
from serving.model.classifier import Classifier
from serving.model.torch_backends import TorchscriptBackend
from serving.training import metrics
from serving.training.datasets import PixelCache, Sample
from serving.training.differential_fit import fit_differential
from serving.training.evaluator import Answers, Evaluator
from serving.training.heatmap_evaluation import PHOTOS, explanation
from serving.training.metrics import proportion
from serving.training.novelty_evaluation import evaluate_novelty
from serving.training.perturbations import CHANGES

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


def evaluate_run(
    run: Path,
    samples: Sequence[Sample],
    cache: PixelCache,
    *,
    name: str,
    version: str,
    mirror_averaging: bool = False,
) -> tuple[ModelCard, Answers]:
    """The card of the run in `run` (see `train.save_run`), and its answers on the test split.

    Calibration, threshold and every figure are those of the answers that the card asks for:
    averaged with the mirror image's where `mirror_averaging` is set. What the training photos look
    like, and what tells their diagnoses apart, is written into the run's folder.
    """
    recipe = json.loads((run / "run.json").read_text())
    weights = run / WEIGHTS
    finished = recipe.get("finished") or datetime.now(UTC).isoformat()
    draft = ModelCard(
        name=name,
        version=version,
        architecture=recipe["architecture"],
        preprocessing=Preprocessing(
            input_size=recipe["input_size"], mean=(127.0,) * 3, std=(128.0,) * 3
        ),
        temperature=1,
        threshold=0.5,
        mirror_averaging=mirror_averaging,
        weights_sha256=hashlib.sha256(weights.read_bytes()).hexdigest(),
        trained_on=datetime.fromisoformat(finished).date(),
        intended_use=INTENDED_USE,
        limits=LIMITS,
        data=DATA,
        training=recipe,
    )
    model = load_model(weights, draft)
    backend = TorchscriptBackend(model, draft.preprocessing.input_size)
    classifier = Classifier(backend, draft)
    evaluator = Evaluator(classifier, samples, cache)
    test = evaluator.answers("test")
    fitted = {
        "temperature": evaluator.temperature,
        "intercept": evaluator.intercept,
        "threshold": evaluator.threshold,
    }
    explained = explanation(
        Classifier(backend, draft.model_copy(update=fitted)),
        model,
        *evaluator.drawn("test", PHOTOS),
    )
    trained_on = [sample for sample in samples if sample.source != recipe.get("leave_out")]
    further = [explained]
    found: dict[str, Any] = {}
    if fit := evaluate_novelty(classifier, trained_on):
        novelty, evaluation = fit
        found["novelty_sha256"] = _save(asdict(novelty), run / NOVELTY)
        further.append(evaluation)
    if head := fit_differential(classifier, trained_on, test):
        found["differential_sha256"] = _save(head.tensors, run / DIFFERENTIAL)
        found["diagnoses"] = head.diagnoses
        further.append(head.evaluation)
    judged = {
        "evaluations": _evaluations(evaluator, test, further),
        "subgroups": _subgroups(test, evaluator.threshold),
    }
    return draft.model_copy(update=fitted | found | judged), test


def _save(tensors: dict[str, Any], path: Path) -> str:
    """Write safetensors; the file's SHA-256."""
    save_file(tensors, path)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _evaluations(
    evaluator: Evaluator, test: Answers, further: Sequence[Evaluation]
) -> list[Evaluation]:
    sources = sorted({sample.source for sample in test.samples})
    parts = [(source, test.where(partial(_is_from, source))) for source in sources]
    left_out = evaluator.answers_left_out()
    strange = (
        [
            _evaluation(
                "a source not trained on", "Leave one set out.", left_out, evaluator.threshold
            )
        ]
        if left_out
        else []
    )
    return [
        *strange,
        _stress(evaluator, test),
        _robustness(evaluator, test),
        *further,
        *(
            _evaluation(
                f"{source}, held out", "Photos of this source alone.", part, evaluator.threshold
            )
            for source, part in parts
        ),
        _evaluation("all sources, held out", "The easy figure.", test, evaluator.threshold),
    ]


def _stress(evaluator: Evaluator, test: Answers) -> Evaluation:
    """What a shortcut could not pass."""
    blanked = evaluator.answers("test", evaluator.blanked)
    confident = np.maximum(blanked.shares, 1 - blanked.shares) >= CONFIDENT
    bare = evaluator.answers("test", evaluator.without_border)
    same = (bare.shares >= evaluator.threshold) == (test.shares >= evaluator.threshold)
    return Evaluation(
        name="stress",
        description="Lesion painted over: share of confident answers (goal ≤ 0.05). Border "
        "hidden: share of unchanged labels. Heatmap: share inside the central disc.",
        images=len(test.labels),
        malignant=int(test.labels.sum()),
        metrics={
            "confident_when_blanked": proportion(confident),
            "unchanged_without_border": proportion(same),
            "heatmap_in_central_disc": _point(evaluator.central_mass()),
        },
    )


def _robustness(evaluator: Evaluator, test: Answers) -> Evaluation:
    """How often the label hangs on what should not matter."""
    labels = test.shares >= evaluator.threshold
    changed = {
        name: (evaluator.answers("test", pixels=change).shares >= evaluator.threshold) != labels
        for name, change in CHANGES.items()
    }
    return Evaluation(
        name="robustness",
        description="Share of photos whose label changes with the photo (goal ≤ 0.065).",
        images=len(test.labels),
        malignant=int(test.labels.sum()),
        metrics={name: proportion(found) for name, found in changed.items()},
    )


def _subgroups(test: Answers, threshold: float) -> list[Evaluation]:
    """Rows by age, sex, site and diagnosis, where the data has them."""
    rows: list[Evaluation] = []
    for low, high in AGE_BANDS:
        part = test.where(partial(_is_aged, low, high))
        rows += _row(
            f"age {low} to {high}" if high < 200 else f"age {low} and more", part, threshold
        )
    for column in ("sex", "site", "diagnosis"):
        values = sorted({s.metadata.get(column, "") for s in test.samples} - {""})
        for value in values:
            part = test.where(partial(_has, column, value))
            rows += _row(f"{column}: {value}", part, threshold)
    return rows


def _row(name: str, part: Answers, threshold: float) -> list[Evaluation]:
    if len(part.labels) < SMALLEST_SUBGROUP:
        return []
    return [_evaluation(name, "", part, threshold)]


def _evaluation(name: str, description: str, part: Answers, threshold: float) -> Evaluation:
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


def _point(value: float) -> Metric:
    return Metric(value=round(value, 4), low=round(value, 4), high=round(value, 4))
