"""Shadow: a version is asked about the same photos, and compared."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.inference.shadow_comparison import Comparison, agreement
from gateway.tests.candidates import (
    beside,
    compared,
    two_versions,
    uploaded,
)
from gateway.tests.conftest import Gateway


@pytest.fixture
async def gateway(redis_url: str, tmp_path: Path) -> AsyncIterator[Gateway]:
    async with two_versions(redis_url, tmp_path) as found:
        yield found


async def test_a_shadow_is_compared_and_seen_by_nobody(gateway: Gateway) -> None:
    await beside(gateway, "shadow")
    gateway.torchserve.probability_beside = 0.1
    shown = await uploaded(gateway, str(uuid4()))
    assert (shown["model"]["version"], shown["probability_malignant"]) == ("1.0.0", 0.75)
    report = await compared(gateway, photos=1)
    assert (report["same_label"], report["newly_benign"], report["newly_malignant"]) == (0, 1, 0)
    assert report["mean_difference"] == pytest.approx(0.65)
    gateway.torchserve.mood_beside = "raising"
    await uploaded(gateway, str(uuid4()))
    assert (await compared(gateway, photos=2))["failed"] == 1


async def test_a_shadow_that_can_not_keep_up_leaves_photos_out(gateway: Gateway) -> None:
    await beside(gateway, "shadow")
    gateway.torchserve.mood_beside = "slow"
    for _ in range(5):
        await uploaded(gateway, str(uuid4()))
    asked = [asked.version for asked in gateway.torchserve.asked]
    assert asked.count("1.0.0") == 5
    assert asked.count("1.1.0") <= 2


def test_answers_beside_another_live_version_are_not_mixed_in() -> None:
    def compared(live: str, label: Any) -> Comparison:
        return Comparison(
            live_version=live, live_label="benign", live_probability=0.2, label=label,
            probability=0.3,
        )  # fmt: skip

    kept = [compared("1.0.0", "malignant")] * 3 + [compared("1.1.0", "benign")] * 2
    latest, older = agreement(kept), agreement(kept, "1.0.0")
    assert (latest.against, latest.photos, latest.same_label) == ("1.1.0", 2, 2)
    assert (older.against, older.photos, older.newly_malignant) == ("1.0.0", 3, 3)
    assert latest.compared_with == ["1.1.0", "1.0.0"]
    assert agreement(kept, "9.9.9").photos == 0


def test_an_agreement_of_nothing_claims_nothing() -> None:
    nothing = agreement([])
    assert (nothing.photos, nothing.share, nothing.mean_difference) == (0, None, None)


def test_the_share_of_the_same_labels_lies_in_its_interval_whatever_is_rounded() -> None:
    for count in range(1, 200):
        for label in ("benign", "malignant"):
            same = Comparison(
                live_version="1.0.0", live_label="benign", live_probability=0.5,
                label=label, probability=0.5,
            )  # fmt: skip
            found = agreement([same] * count)
            assert found.low is not None
            assert found.share is not None
            assert found.high is not None
            assert 0 <= found.low <= found.share <= found.high <= 1


@given(st.lists(st.tuples(st.sampled_from(["benign", "malignant"]), st.sampled_from(
    ["benign", "malignant", None]))))  # fmt: skip
def test_every_photo_is_counted_once(pairs: list[tuple[Any, Any]]) -> None:
    found = agreement([
        Comparison(
            live_version="1.0.0", live_label=live, live_probability=0.5, label=other,
            probability=None if other is None else 0.25,
        )
        for live, other in pairs
    ])  # fmt: skip
    counted = found.failed + found.same_label + found.newly_benign + found.newly_malignant
    assert counted == found.photos == len(pairs)
    if found.share is not None and found.low is not None and found.high is not None:
        assert 0 <= found.low <= found.share <= found.high <= 1
