"""Two versions side by side, as an ML engineer asks for them."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from gateway.tests.conftest import Gateway, bearer, running
from gateway.tests.model_archives import ENGINEER, archive, bring
from gateway.tests.waiting import until
from serving.contract.judgements import Judgement
from serving.contract.reference_cases import Truth
from serving.contract.reference_figures import (
    CaseAnswer,
    KeptAnswers,
    ReferenceFigures,
    ReferenceResult,
)

TRUTHS: list[Truth] = ["benign", "malignant"] * 16
PHOTOS = [f"photo {number}".encode() for number in range(len(TRUTHS))]
SURE = [0.9 if truth == "malignant" else 0.1 for truth in TRUTHS]
# Misses the first eight melanomas.
BLIND = [0.2 if 0 < place < 16 and truth == "malignant" else share
         for place, (truth, share) in enumerate(zip(TRUTHS, SURE, strict=True))]  # fmt: skip


@pytest.fixture
async def gateway(redis_url: str, tmp_path: Path) -> AsyncIterator[Gateway]:
    (tmp_path / "store").mkdir()
    async with running(redis_url, model_store=(tmp_path / "store").as_uri()) as found:
        found.headers = ENGINEER
        assert found.state.shelf
        await found.state.shelf.cases.add(list(zip(PHOTOS, TRUTHS, strict=True)), by="dermis")
        yield found


def figures(version: str, said: list[float]) -> ReferenceFigures:
    answers = [
        CaseAnswer(
            truth=truth, label="malignant" if share >= 0.5 else "benign", probability=share,
            assessable=True,
        )
        for truth, share in zip(TRUTHS, said, strict=True)
    ]  # fmt: skip
    return ReferenceFigures.of(version, 0.5, answers)


async def judge(
    gateway: Gateway, *, version: str, digest: str, said: list[float], live: list[float] | None
) -> None:
    """As a follower publishes what a trial showed, with 1.0.0 live if anything is."""
    result = ReferenceResult(
        number=1, found=figures(version, said), answers=KeptAnswers(probabilities=tuple(said)),
        live=figures("1.0.0", live) if live else None,
        live_answers=KeptAnswers(probabilities=tuple(live)) if live else None,
    )  # fmt: skip
    judged = Judgement(
        trial="0a", version=version, sha256=digest, at=datetime.now(UTC), reference=result
    )
    await gateway.publish(gateway.torchserve.replica("one", judgements=[judged]))

    async def kept() -> bool:
        assert gateway.state.shelf
        return bool((await gateway.state.shelf.read()).judgements)

    await until(kept)


async def two_versions(gateway: Gateway, folder: Path) -> str:
    await bring(gateway, archive(folder, "1.0.0", limits="Few palms.", figures={"auc": 0.9}))
    later = archive(folder, "1.1.0", limits="Few soles.", figures={"auc": 0.8})
    return str((await bring(gateway, later)).json()["sha256"])


async def compare(gateway: Gateway) -> dict[str, Any]:
    answer = await gateway.get("/admin/models/1.0.0/compared-with/1.1.0")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_two_versions_are_compared_on_the_cases_that_both_answered(
    gateway: Gateway, tmp_path: Path
) -> None:
    digest = await two_versions(gateway, tmp_path)
    await judge(gateway, version="1.1.0", digest=digest, said=BLIND, live=SURE)
    found = await compare(gateway)
    assert found["without_answers"] == []
    cases = found["cases"]
    assert (cases["cases"], cases["malignant"]) == (32, 16)
    sensitivity = cases["figures"][0]
    assert (sensitivity["first"]["value"], sensitivity["second"]["value"]) == (1, 0.5)
    assert sensitivity["difference"]["value"] == -0.5
    assert sensitivity["differs"]
    specificity = cases["figures"][1]
    assert (specificity["difference"]["value"], specificity["differs"]) == (0, False)
    assert (cases["both_right"], cases["both_wrong"]) == (24, 0)
    assert (cases["only_first_right"], cases["only_second_right"]) == (8, 0)
    missed = {case["sha256"] for case in cases["disagreements"]}
    assert missed == {sha256(PHOTOS[place]).hexdigest() for place in range(1, 16, 2)}
    assert {case["right"] for case in cases["disagreements"]} == {"1.0.0"}
    for curves in cases["curves"]:
        assert curves["roc"][0] == {"false_alarms": 0, "sensitivity": 0}
        assert curves["roc"][-1] == {"false_alarms": 1, "sensitivity": 1}
        assert len(curves["reliability"]) == 8
    assert cases["curves"][1]["at_threshold"] == {"false_alarms": 0, "sensitivity": 0.5}


async def test_cards_are_compared_field_by_field_and_figure_by_figure(
    gateway: Gateway, tmp_path: Path
) -> None:
    await two_versions(gateway, tmp_path)
    found = await compare(gateway)
    assert {"field": "limits", "first": ["Few palms."], "second": ["Few soles."]} in found[
        "card_changes"
    ]
    (auc,) = found["card_figures"]
    assert (auc["name"], auc["first"]["value"], auc["second"]["value"]) == ("auc", 0.9, 0.8)
    assert (auc["same_photos"], auc["apart"]) == (True, True)


async def test_versions_that_never_answered_the_cases_are_named(
    gateway: Gateway, tmp_path: Path
) -> None:
    digest = await two_versions(gateway, tmp_path)
    await judge(gateway, version="1.1.0", digest=digest, said=SURE, live=None)
    found = await compare(gateway)
    assert (found["without_answers"], found["cases"]) == (["1.0.0"], None)


async def test_unknown_versions_and_other_roles_are_refused(
    gateway: Gateway, tmp_path: Path
) -> None:
    await two_versions(gateway, tmp_path)
    answer = await gateway.get("/admin/models/1.0.0/compared-with/9.9.9")
    assert (answer.status_code, answer.json()["reason"]) == (404, "VERSION_NOT_FOUND")
    path = "/admin/models/1.0.0/compared-with/1.1.0"
    assert (await gateway.get(path, headers=bearer("clinician"))).status_code == 403
