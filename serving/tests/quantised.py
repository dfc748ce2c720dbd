"""A small archive for tests that can be computed in 8 bits. No torch."""

import hashlib
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save

from serving.archives.card import ModelCard, Quantised
from serving.archives.checks import GOLDEN_IMAGES, GoldenImage
from serving.archives.graph import written
from serving.archives.members import CARD, GOLDEN, RANGES
from serving.tests.archives import members, write
from serving.tests.graphs import small, with_graph

RANGES_OF_SMALL = {"batch": [-1.0, 1.0], "features": [0.0, 7.0]}


def ranges(**changed: Any) -> bytes:
    held = RANGES_OF_SMALL | changed
    return save({name: np.array(pair, np.float32) for name, pair in held.items() if pair})


def quantised_archive(folder: Path, content: bytes | None = None, **golden: Any) -> Path:
    """The small graph's archive with ranges; golden answers are those that it gives here."""
    plain = with_graph(folder, written(small()))
    held = members(plain)
    held[RANGES] = ranges() if content is None else content
    card = ModelCard.from_json(held[CARD]).model_copy(
        update={
            "quantised": Quantised(
                ranges_sha256=hashlib.sha256(held[RANGES]).hexdigest(),
                temperature=2, threshold=0.3,
            )
        }
    )  # fmt: skip
    held[CARD] = card.model_dump_json().encode()
    first = GoldenImage(file="golden_00.jpg", probability_malignant=0.25)
    held[GOLDEN] = GOLDEN_IMAGES.dump_json(
        [first.model_copy(update={"probability_malignant_int8": 0.25} | golden)], exclude_none=True
    )
    return write(folder / "quantised.mar", held.items(), zipfile.ZIP_STORED)
