"""A dozen dermoscopic photos with known ground truth, for the demo and the tests.

From the ISIC Archive, under CC BY or CC0; `examples.csv` names licence and attribution of each.
None of them was used in training.
"""

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

_FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Example:
    """One photo; `truth` is "benign" or "malignant"."""

    path: Path
    truth: Literal["benign", "malignant"]


def read() -> list[Example]:
    """Every example, in the order of `examples.csv`."""
    with (_FOLDER / "examples.csv").open() as file:
        return [
            Example(_FOLDER / row["file"], cast("Literal['benign', 'malignant']", row["truth"]))
            for row in csv.DictReader(file)
        ]
