"""Evaluates a trained model on photos it has not seen, and writes its card.

The hard figures come first: what the model does with a blanked lesion, a hidden border and another
clinic's photos says more than the held-out part of the sources it was trained on.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from safetensors.numpy import save_file

from serving.archives.card import Evaluation, Heatmap, ModelCard, Preprocessing
from serving.archives.differential import Differential
from serving.archives.members import DIFFERENTIAL, NOVELTY, WEIGHTS
from serving.evaluation.card_texts import (
    BY_OCCLUSION,
    BY_TOKENS,
    IMPORTED_DIAGNOSES,
    INTENDED_USE,
    LIMITS,
    LOOKS_AROUND,
)
from serving.evaluation.differential_fit import evaluate_imported, fit_differential
from serving.evaluation.evaluations import evaluations, subgroups
from serving.evaluation.evaluator import Answers, Evaluator
from serving.evaluation.heatmap_evaluation import PHOTOS, explanation
from serving.evaluation.moved_lesions import moved_lesions
from serving.evaluation.novelty_evaluation import evaluate_novelty
from serving.evaluation.run_model import open_run
from serving.evaluation.shown_for import shown_for
from serving.evaluation.weight_randomisation import Shuffled
from serving.model.classifier import Classifier
from serving.pytorch.architectures import build_model, heatmap_of
from serving.pytorch.token_models import TokenClassifier
from serving.training.dataset_facts import DatasetFacts
from serving.training.datasets import Sample
from serving.training.importing_onnx import ONNX
from serving.training.pixel_cache import PixelCache

_FITTED = ("temperature", "intercept", "threshold", "zones")


def evaluate_run(
    run: Path,
    samples: Sequence[Sample],
    cache: PixelCache,
    *,
    name: str,
    version: str,
    facts: Sequence[DatasetFacts],
    mirror_averaging: bool = False,
) -> tuple[ModelCard, Answers]:
    """The card of the run in `run` (see `saving.save_run`), and its answers on the test split.

    `facts` are those of the data that the run was trained on.

    Calibration, threshold and every figure are those of the answers that the card asks for:
    averaged with the mirror image's where `mirror_averaging` is set. What the training photos look
    like, and the head that tells their diagnoses apart, are written into the run's folder.
    """
    draft = _draft(run, name, version, mirror_averaging, facts)
    opened = open_run(run, draft)
    classifier = Classifier(opened.backend, draft)
    found, test = fit_and_measure(
        classifier,
        samples,
        cache,
        run,
        shuffled=opened.shuffled,
        diagnoses=json.loads((run / "run.json").read_text()).get("diagnoses"),
    )
    trained_on = _trained_on(draft, samples)
    return draft.model_copy(update=found | {"shown_for": shown_for(trained_on, facts)}), test


def fit_and_measure(
    classifier: Classifier,
    samples: Sequence[Sample],
    cache: PixelCache,
    folder: Path,
    *,
    shuffled: Shuffled | None = None,
    names: tuple[str, str] = (NOVELTY, DIFFERENTIAL),
    diagnoses: Mapping[str, str] | None = None,
) -> tuple[dict[str, Any], Answers]:
    """The fields of a card that depend on what computes the model, and the answers on test photos.

    Args:
        classifier: with a card of any operating point.
        samples: all photos.
        cache: their pixels, in the same order.
        folder: for the files of the novelty measure and the differential.
        shuffled: the model with shuffled weights; None where they can't be.
        names: of the two files.
        diagnoses: of the second head that an import has written there; None to fit one.

    Raises:
        ValueError: it can't be calibrated, or has no heatmaps.
    """
    draft, backend = classifier.card, classifier.backend
    plain = Classifier(backend, draft.model_copy(update={"temperature": 1, "intercept": 0}))
    evaluator = Evaluator(plain, samples, cache)
    fitted = _fitted(draft, evaluator)
    evaluator.require_heatmaps()
    test = evaluator.answers("test")
    ready = Classifier(backend, fitted)
    moved = moved_lesions(ready, samples, cache) if draft.looks_around else None
    further = [
        *([moved] if moved else []),
        explanation(ready, shuffled, *evaluator.drawn("test", PHOTOS)),
    ]
    attached, more = _attachments(
        folder, names, plain, _trained_on(draft, samples), test, diagnoses
    )
    found = {name: getattr(fitted, name) for name in _FITTED} | {
        "evaluations": evaluations(evaluator, test, further + more),
        "subgroups": subgroups(test, evaluator.threshold),
    }
    return found | attached, test


def _trained_on(card: ModelCard, samples: Sequence[Sample]) -> list[Sample]:
    return [sample for sample in samples if sample.source != card.training.get("leave_out")]


def _draft(
    run: Path, name: str, version: str, mirror_averaging: bool, facts: Sequence[DatasetFacts]
) -> ModelCard:
    """A card without calibration, threshold and figures."""
    recipe = json.loads((run / "run.json").read_text())
    heatmap, shown = _heatmaps(recipe)
    finished = recipe.get("finished") or datetime.now(UTC).isoformat()
    return ModelCard(
        name=name,
        version=version,
        architecture=recipe["architecture"],
        preprocessing=Preprocessing(
            input_size=recipe["input_size"],
            mean=recipe.get("mean", (127.0,) * 3),
            std=recipe.get("std", (128.0,) * 3),
        ),
        temperature=1,
        threshold=0.5,
        mirror_averaging=mirror_averaging,
        heatmap=heatmap,
        # Each look would take fifty answers more.
        looks_around=heatmap == "grad-cam",
        weights_sha256=_digest(run / WEIGHTS),
        trained_on=datetime.fromisoformat(finished).date(),
        intended_use=INTENDED_USE,
        limits=[
            *shown,
            *([IMPORTED_DIAGNOSES] if recipe.get("diagnoses") else []),
            *LIMITS,
            *(limit for known in facts for limit in known.limits),
        ],
        data=[known.sentence for known in facts],
        training={
            name: value for name, value in recipe.items() if not isinstance(value, list | dict)
        },
    )


def _heatmaps(recipe: Mapping[str, Any]) -> tuple[Heatmap, list[str]]:
    """How a run's heatmaps come about, and what its card says of that."""
    if recipe["architecture"] == ONNX:
        heatmap, model = recipe["heatmap"], None
    else:
        model = build_model(recipe["architecture"], size=recipe["input_size"])
        heatmap = heatmap_of(model)
    if heatmap == "occlusion":
        return heatmap, [BY_OCCLUSION]
    return heatmap, [*([BY_TOKENS] if isinstance(model, TokenClassifier) else []), LOOKS_AROUND]


def _fitted(draft: ModelCard, evaluator: Evaluator) -> ModelCard:
    """The card with its calibration and threshold.

    Raises:
        ValueError: they are none that a sound model has.
    """
    numbers = {
        "temperature": evaluator.temperature,
        "intercept": evaluator.intercept,
        "threshold": evaluator.threshold,
    }
    try:
        # A copy alone would not be checked.
        return ModelCard.model_validate(
            draft.model_dump() | numbers | {"zones": evaluator.zones.model_dump()}
        )
    except ValidationError:
        shown = ", ".join(f"{name} {value:.3g}" for name, value in numbers.items())
        raise ValueError(
            f"the answers on the validation photos can't be calibrated ({shown}): train for "
            "longer, or, of imported weights, look at --malignant, --mean and --std"
        ) from None


def _attachments(
    folder: Path,
    names: tuple[str, str],
    classifier: Classifier,
    trained_on: Sequence[Sample],
    test: Answers,
    diagnoses: Mapping[str, str] | None,
) -> tuple[dict[str, Any], list[Evaluation]]:
    """Write the optional members; returns what the card says about them, and their figures."""
    fields: dict[str, Any] = {}
    figures = []
    if fit := evaluate_novelty(classifier, trained_on):
        novelty, evaluation = fit
        tensors = {name: value for name, value in asdict(novelty).items() if value is not None}
        fields["novelty_sha256"] = _save(tensors, folder / names[0])
        figures.append(evaluation)
    if diagnoses:
        path = folder / names[1]
        fields["differential_sha256"] = _digest(path)
        fields["diagnoses"] = diagnoses
        own = Differential.from_bytes(path.read_bytes(), diagnoses)
        if imported := evaluate_imported(own, classifier, trained_on, test):
            figures.append(imported)
    elif head := fit_differential(classifier, trained_on, test):
        fields["differential_sha256"] = _save(head.tensors, folder / names[1])
        fields["diagnoses"] = head.diagnoses
        figures.append(head.evaluation)
    return fields, figures


def _save(tensors: dict[str, Any], path: Path) -> str:
    """Write safetensors; returns the file's SHA-256."""
    save_file(tensors, path)
    return _digest(path)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
