"""A card holds numbers that a sound model can have, and nothing that can't be read back."""

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from serving.archives.card import ModelCard
from serving.tests.archives import bent, card, refused, replaced

NUMBER = "1234.5"


def with_number(place: str, literal: str) -> bytes:
    """A card's JSON with a literal where a number belongs."""
    content = json.loads(card(b"").model_dump_json())
    content["evaluations"] = [
        {
            "name": "test", "description": "", "images": 9, "malignant": 4,
            "metrics": {"auc": {"value": 0.9, "low": 0.8, "high": 1}},
            "confusion": [[1, 2], [3, 3]],
        }
    ]  # fmt: skip
    content["training"] = {"rate": 0.1}
    *path, last = place.split("/")
    inner: Any = content
    for step in path:
        inner = inner[int(step) if isinstance(inner, list) else step]
    inner[int(last) if isinstance(inner, list) else last] = float(NUMBER)
    return json.dumps(content).replace(NUMBER, literal).encode()


PLACES = [
    "temperature", "intercept", "threshold", "preprocessing/mean/0", "preprocessing/std/2",
    "preprocessing/input_size", "evaluations/0/images", "evaluations/0/metrics/auc/value",
    "evaluations/0/metrics/auc/low", "evaluations/0/confusion/0/1", "training/rate",
    "schema_version",
]  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("literal", ["NaN", "Infinity", "-Infinity", "1e400", "9" * 400])
def test_no_number_in_a_card_is_endless_or_none(place: str, literal: str) -> None:
    with pytest.raises(ValueError, match=r"holds .*no"):
        ModelCard.from_json(with_number(place, literal))


@pytest.mark.parametrize(
    ("place", "literal"),
    [
        ("threshold", "0"), ("threshold", "1"), ("threshold", "-0.2"), ("threshold", "true"),
        ("temperature", "0"), ("temperature", "100"), ("temperature", "-1"),
        ("intercept", "20"), ("intercept", "-20"),
        ("preprocessing/mean/0", "-1"), ("preprocessing/mean/0", "256"),
        ("preprocessing/std/2", "0"), ("preprocessing/std/2", "0.2"),
        ("preprocessing/std/2", "1e9"),
        ("evaluations/0/metrics/auc/value", "7.5"), ("evaluations/0/metrics/auc/low", "1.5"),
        ("evaluations/0/metrics/auc/high", "1.01"), ("evaluations/0/metrics/auc/high", "0.1"),
        ("evaluations/0/images", "3"), ("evaluations/0/images", "-1"),
        ("evaluations/0/images", "9007199254740991"), ("evaluations/0/confusion/0/1", "-1"),
    ],
)  # fmt: skip
def test_a_number_that_no_sound_model_has_is_refused(place: str, literal: str) -> None:
    with pytest.raises(ValidationError):
        ModelCard.from_json(with_number(place, literal))


def test_a_card_without_such_numbers_passes_and_is_read_back_as_it_was() -> None:
    read = ModelCard.from_json(with_number("training/rate", "0.1"))
    assert ModelCard.from_json(read.model_dump_json().encode()) == read


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (b'"threshold": 0.2', b'"threshold": NaN', "CARD_INVALID"),
        (b'"threshold": 0.2', b'"threshold": 0.2, "threshold": 0.9', "CARD_INVALID"),
        (b'"training": {}', b'"training": {"a": 1e400}', "CARD_INVALID"),
        (b'"data": []', b'"data": ' + b"[" * 9999 + b"]" * 9999, "CARD_INVALID"),
    ],
)
def test_an_archive_with_such_a_card_is_refused_with_the_reason(
    tmp_path: Path, old: bytes, new: bytes, reason: str
) -> None:
    path = bent(tmp_path, lambda held: replaced(held, "model_card.json", old, new))
    assert refused(path) == {reason}
