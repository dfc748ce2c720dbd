"""Where a rollback leads."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model_store.rollback import ways_back
from serving.contract.releases import LIVE, Release


def log(text: str) -> list[Release]:
    """As "release 1, rollback 2", numbered from 1."""
    return [
        Release(
            number=number, model="lesion", version=entry.split()[1], sha256="0", by="ada",
            kind=entry.split()[0], at=datetime(2026, 1, 1, tzinfo=UTC),
        )
        for number, entry in enumerate(filter(None, text.split(", ")), start=1)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ("", []),
        ("release 1", []),
        ("release 1, canary 2", []),
        ("release 1, release 2", ["1"]),
        ("release 1, canary 2, release 2", ["1"]),
        ("release 1, release 2, release 3", ["2", "1"]),
        ("release 1, release 2, release 3, rollback 2", ["1"]),
        ("release 1, release 2, release 3, rollback 2, rollback 1", []),
        ("release 1, release 2, rollback 1, release 2, release 3", ["2", "1"]),
        ("release 1, release 2, rollback 1, release 3", ["1"]),
        ("release 1, release 2, rollback 1, rollback 2", []),
    ],
)
def test_a_rollback_leads_to_what_worked_and_was_not_rolled_back(
    entries: str, expected: list[str]
) -> None:
    found = ways_back(log(entries), confirmed=(), unusable=())
    assert [entry.version for entry in found] == expected


def test_what_was_never_served_or_can_not_be_used_is_left_out() -> None:
    entries = log("release 1, release 2, release 3, release 4")
    found = ways_back(entries, confirmed={2, 4}, unusable=["2"])
    # The first is older than what was noted first.
    assert [entry.version for entry in found] == ["1"]


steps = st.lists(st.sampled_from(["release 1", "release 2", "release 3", "back"]), max_size=12)


@given(steps)
def test_rollbacks_in_a_row_never_meet_a_version_twice(steps: list[str]) -> None:
    entries: list[str] = []
    for step in steps:
        if step != "back":
            entries.append(step)
        elif ways := ways_back(log(", ".join(entries)), confirmed=(), unusable=()):
            entries.append(f"rollback {ways[0].version}")
    seen: set[str] = set()
    while ways := ways_back(log(", ".join(entries)), confirmed=(), unusable=()):
        live = [entry for entry in log(", ".join(entries)) if entry.kind in LIVE][-1].version
        seen.add(live)
        assert ways[0].version not in seen
        entries.append(f"rollback {ways[0].version}")
