"""An answer that the clinical record could not store is no answer."""

import json
from typing import Any

import pytest

from serving.contract.torchserve import HandlerFailed, _finding

SOUND = {
    "label": "benign", "probability_malignant": 0.1, "confidence": 0.9, "threshold": 0.2,
    "assessable": True, "quality": [], "model": {"name": "lesion", "version": "1.0.0"},
    "heatmap": {"grid": [[0.0] * 7] * 7, "target": "benign", "method": "gradcam", "layer": "x"},
}  # fmt: skip


def answered(**fields: Any) -> bytes:
    return json.dumps(SOUND | fields).encode()


def test_a_sound_answer_passes() -> None:
    assert _finding(200, answered()).label == "benign"


@pytest.mark.parametrize(
    ("grid", "said"),
    [
        # Features of N x H x W x C, as timm's Swin gives them.
        ([[0.0] * 768] * 7, "height x width x channels"),
        ([[0.0] * 7] * 65, "grid"),
        ([[0.0] * 7, [0.0] * 6], "can't be stored"),
        ([], "grid"),
        ([[]], "can't be stored"),
        ([[-1.0]], "grid"),
        ([[float("inf")]], "grid"),
        ([[float("nan")]], "grid"),
    ],
)
def test_a_heatmap_that_can_not_be_stored_is_no_answer_and_the_reason_says_it(
    grid: list[list[float]], said: str
) -> None:
    heatmap = {"grid": grid, "target": "benign", "method": "gradcam", "layer": "x"}
    with pytest.raises(HandlerFailed, match=said):
        _finding(200, answered(heatmap=heatmap))


@pytest.mark.parametrize(
    "fields",
    [
        {"quality": ["lower case"]},
        {"model": {"name": "", "version": "1"}},
        {"model": {"name": "lesion", "version": "1" * 101}},
        {"probability_malignant": float("nan")},
        {"differential": [{"diagnosis": f"d{n}", "probability": 0.01} for n in range(65)]},
    ],
)
def test_what_else_the_record_would_refuse_is_no_answer(fields: dict[str, Any]) -> None:
    with pytest.raises(HandlerFailed):
        _finding(200, answered(**fields))
