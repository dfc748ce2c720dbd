"""What a card says about its threshold's surroundings and about whom the model was shown for."""

import json
from pathlib import Path
from typing import Any

import pytest

from serving.archives.archive import check_archive
from serving.archives.card import ShownFor, Zones
from serving.tests.archives import bent, card, refused, safetensors, sound
from serving.worker.predictions import seen_part

ZONES = Zones(lower=0.1, upper=0.4, sensitivity_at_lower=0.98, sensitivity_at_upper=0.9)


@pytest.mark.parametrize(
    ("probability", "zone"),
    [(0.0, "below"), (0.0999, "below"), (0.1, "borderline"), (0.2, "borderline"),
     (0.4, "borderline"), (0.4001, "above"), (1.0, "above")],
)  # fmt: skip
def test_the_bounds_themselves_are_borderline(probability: float, zone: str) -> None:
    assert card(safetensors(), threshold=0.2, zones=ZONES).zone(probability) == zone


def test_a_card_without_zones_gives_none() -> None:
    assert card(safetensors()).zone(0.9) is None


@pytest.mark.parametrize("threshold", [0.05, 0.5])
def test_an_archive_whose_threshold_lies_outside_the_borderline_zone_is_refused(
    tmp_path: Path, threshold: float
) -> None:
    def bend(held: dict[str, bytes]) -> None:
        told = json.loads(held["model_card.json"])
        told |= {"zones": ZONES.model_dump(), "threshold": threshold}
        held["model_card.json"] = json.dumps(told).encode()

    assert refused(bent(tmp_path, bend)) == {"CARD_INVALID"}


@pytest.mark.parametrize(
    "told", [{"ages": [90, 30]}, {"ages": [-1, 30]}, {"sites": ["knee"]}, {"skin_types": ["VII"]}]
)
def test_nobody_can_be_shown_for_what_does_not_exist(told: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        ShownFor.model_validate(told)


def test_a_card_keeps_whom_the_model_was_shown_for(tmp_path: Path) -> None:
    shown = ShownFor(ages=(30, 89), sites=["head_neck"], dermoscopic_only=True, grounds="Counted.")
    assert check_archive(sound(tmp_path, shown_for=shown)).card.shown_for == shown


def test_a_seen_part_never_leaves_the_photo() -> None:
    for side in range(1, 3000):
        seen = seen_part((0, 0, side * (1 + 1e-15), side), (side, side))
        assert seen == {"left": 0, "top": 0, "width": 1, "height": 1}
