"""What a run's folder holds for people and for comparisons, as plain files. No torch.

metrics.csv       figures of the training as they come: step, name, value
run.json          the recipe, written when training is finished
model_card.json   written by evaluate
answers.csv       to each test photo, written by evaluate: sha256, source, truth, probability
"""

import csv
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from serving.archives.card import ModelCard
from serving.contract.reference_comparison import Answered
from serving.contract.reference_figures import CaseAnswer, Label

RECIPE, CARD, ANSWERS = "run.json", "model_card.json", "answers.csv"
METRICS = "metrics.csv"
_FIGURES = ("step", "name", "value")
_COLUMNS = ("sha256", "source", "truth", "probability")


@dataclass(frozen=True, slots=True)
class Run:
    """A finished run.

    Attributes:
        recipe: how it was trained.
        card: None before it was evaluated.
        answers: to the test photos; None where `evaluate` has not written them.
    """

    folder: Path
    recipe: dict[str, Any]
    card: ModelCard | None
    answers: Answered | None


def write_answers(rows: Iterable[tuple[str, str, Label, float]], run: Path) -> None:
    """Write what a run's model says of each test photo.

    Args:
        rows: SHA-256 of the photo, name of its source, truth, malignant probability.
        run: the run's folder.
    """
    with (run / ANSWERS).open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(_COLUMNS)
        table.writerows((*known, f"{probability:.6f}") for *known, probability in rows)


def note_metrics(run: Path, step: int, values: Mapping[str, float]) -> None:
    """Add figures of one step of the training to the run's folder."""
    path = run / METRICS
    is_new = not path.exists()
    with path.open("a", newline="") as file:
        table = csv.writer(file)
        if is_new:
            table.writerow(_FIGURES)
        table.writerows((step, name, f"{value:.6g}") for name, value in values.items())


def read_metrics(run: Path) -> list[tuple[int, str, float]]:
    """Step, name and value of all figures; the last of a step that was trained twice, resumed.

    Raises:
        ValueError: the file holds something else.
    """
    path = run / METRICS
    if not path.exists():
        return []
    with path.open(newline="") as file:
        found = {
            (int(row["step"]), row["name"]): float(row["value"]) for row in csv.DictReader(file)
        }
    return [(step, name, value) for (step, name), value in found.items()]


def read_run(folder: Path) -> Run:
    """A run.

    Raises:
        OSError: it has no `run.json`, or a file can't be read.
        ValueError: a file holds something else.
    """
    recipe = json.loads((folder / RECIPE).read_text())
    card_path = folder / CARD
    card = ModelCard.from_json(card_path.read_bytes()) if card_path.exists() else None
    return Run(folder, recipe, card, _answered(folder, card))


def _answered(folder: Path, card: ModelCard | None) -> Answered | None:
    path = folder / ANSWERS
    if card is None or not path.exists():
        return None
    with path.open(newline="") as file:
        answers = {
            row["sha256"]: _answer(row["truth"], float(row["probability"]), card.threshold)
            for row in csv.DictReader(file)
        }
    return Answered(folder.name, card.threshold, answers)


def _answer(truth: str, probability: float, threshold: float) -> CaseAnswer:
    if truth not in get_args(Label):
        raise ValueError(f"{ANSWERS} holds the truth {truth!r}, which is neither of two labels")
    return CaseAnswer.model_validate(
        {
            "truth": truth,
            "label": "malignant" if probability >= threshold else "benign",
            "probability": probability,
            # A test photo was chosen by hand; nobody is asked whether it can be assessed.
            "assessable": True,
        }
    )
