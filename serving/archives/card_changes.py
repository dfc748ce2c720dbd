"""What differs between two model cards. No torch."""

from collections.abc import Iterator
from itertools import chain
from typing import Any

from pydantic import BaseModel, ConfigDict

from serving.archives.card import Evaluation, Metric, ModelCard

# Figures that are read side by side; a card has many more.
COMPARED = ("sensitivity", "specificity", "auc", "average_precision", "brier", "ece")
# Compared as figures, or different in every version.
_LEFT_OUT = frozenset({"schema_version", "version", "evaluations", "subgroups"})


class CardChange(BaseModel):
    """A field in which two cards differ.

    Attributes:
        field: its name, as in "preprocessing.input_size".
        first, second: what only that card says; empty where it says nothing. Of a list, the
            entries that the other one lacks.
    """

    model_config = ConfigDict(frozen=True)

    field: str
    first: list[str]
    second: list[str]


class CardFigure(BaseModel):
    """A figure that at least one of two cards states of an evaluation.

    Attributes:
        same_photos: whether both were tested on as many photos of each kind; otherwise the
            figures can't be compared.
        apart: whether their intervals don't overlap.
    """

    model_config = ConfigDict(frozen=True)

    evaluation: str
    name: str
    first: Metric | None
    second: Metric | None
    same_photos: bool
    apart: bool


def card_changes(first: ModelCard, second: ModelCard) -> list[CardChange]:
    """Every field in which the cards differ, figures aside, in the order of the card."""
    one, other = dict(_fields(first)), dict(_fields(second))
    changes = []
    for field in dict.fromkeys(chain(one, other)):
        ours, theirs = one.get(field, []), other.get(field, [])
        if ours != theirs:
            changes.append(
                CardChange(
                    field=field,
                    first=[text for text in ours if text not in theirs],
                    second=[text for text in theirs if text not in ours],
                )
            )
    return changes


def card_figures(first: ModelCard, second: ModelCard) -> list[CardFigure]:
    """The figures that count, of evaluations that both cards name alike."""
    known = {found.name: found for found in first.evaluations}
    return [
        figure
        for theirs in second.evaluations
        if (ours := known.get(theirs.name))
        for figure in _figures(ours, theirs)
    ]


def _figures(ours: Evaluation, theirs: Evaluation) -> Iterator[CardFigure]:
    same = (ours.images, ours.malignant) == (theirs.images, theirs.malignant)
    for name in COMPARED:
        one, other = ours.metrics.get(name), theirs.metrics.get(name)
        if one or other:
            apart = bool(one and other and (one.high < other.low or other.high < one.low))
            yield CardFigure(
                evaluation=ours.name, name=name, first=one, second=other, same_photos=same,
                apart=apart and same,
            )  # fmt: skip


def _fields(card: ModelCard) -> Iterator[tuple[str, list[str]]]:
    yield from _flat("", card.model_dump(mode="json", exclude=set(_LEFT_OUT)))


def _flat(prefix: str, value: Any) -> Iterator[tuple[str, list[str]]]:
    """Fields by their path, each with its texts: one, or those of a list."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _flat(f"{prefix}.{name}" if prefix else name, inner)
    elif isinstance(value, list):
        yield prefix, [str(entry) for entry in value]
    elif value not in (None, ""):
        yield prefix, [str(value)]
