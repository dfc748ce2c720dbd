"""What a version must have shown before it is released: a trial, and figures."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.tests.conftest import Gateway, running
from gateway.tests.model_archives import ENGINEER, archive, bring, release
from serving.contract.follower_requests import trial_requests
from serving.contract.trials import Measurement, Trial, TrialRequest


@pytest.fixture
async def gateway(redis_url: str, tmp_path: Path) -> AsyncIterator[Gateway]:
    (tmp_path / "store").mkdir()
    async with running(redis_url, model_store=(tmp_path / "store").as_uri()) as found:
        found.headers = ENGINEER
        yield found


async def test_a_trial_is_asked_for_and_its_result_shown(gateway: Gateway, tmp_path: Path) -> None:
    await bring(gateway, archive(tmp_path, "1.1.0"))
    asked = (await gateway.post("/admin/models/1.1.0/trial")).json()
    request = await trial_requests(gateway.state.redis, "lesion").newest()
    assert request is not None
    assert (request.id, request.version, request.sha256) == (
        asked["id"], "1.1.0", asked["sha256"],
    )  # fmt: skip
    cost = Measurement(version="1.1.0", median_ms=40, p95_ms=50, load_seconds=3, memory_mib=400)
    trial = Trial(request=request, measured=cost)
    await gateway.publish(gateway.torchserve.replica("one", trials=[trial]))
    (replica,) = (await gateway.get("/admin/serving")).json()["replicas"]
    (shown,) = replica["trials"]
    assert (shown["id"], shown["passed"], shown["measured"]["memory_mib"]) == (
        asked["id"], True, 400,
    )  # fmt: skip
    assert (await gateway.post("/admin/models/9.9.9/trial")).status_code == 404


async def test_where_trials_are_asked_for_only_what_passed_one_is_released(
    redis_url: str, tmp_path: Path
) -> None:
    store = (tmp_path / "store").as_uri()
    async with running(redis_url, model_store=store, release_needs_trial=True) as strict:
        strict.headers = ENGINEER
        brought = (await bring(strict, archive(tmp_path, "1.0.0"))).json()
        answer = await release(strict, "1.0.0")
        assert (answer.status_code, answer.json()["reason"]) == (409, "TRIAL_MISSING")
        request = TrialRequest(id="1", model="lesion", version="1.0.0", sha256=brought["sha256"])
        failed = Trial(request=request, error="golden_00.jpg is off by 0.2")
        await strict.publish(strict.torchserve.replica("one", trials=[failed]))
        answer = await release(strict, "1.0.0")
        assert (answer.status_code, answer.json()["reason"]) == (409, "TRIAL_FAILED")
        assert answer.json()["errors"][0]["message"] == "one: golden_00.jpg is off by 0.2"
        passed = Trial(request=request)
        await strict.publish(strict.torchserve.replica("one", trials=[failed, passed]))
        assert (await release(strict, "1.0.0")).status_code == 202


@pytest.mark.parametrize(
    ("figures", "reason"),
    [
        ({"auc": 0.9, "ece": 0.03}, None),
        ({"auc": 0.895, "ece": 0.035}, None),
        ({"auc": 0.95, "ece": 0.01}, None),
        ({"auc": 0.88, "ece": 0.03}, "METRICS_WORSE"),
        ({"auc": 0.9, "ece": 0.05}, "METRICS_WORSE"),
        ({"auc": 0.9}, "METRICS_WORSE"),
        (None, "EVALUATION_MISSING"),
    ],
)
async def test_a_version_with_worse_figures_than_the_live_one_is_refused_before_its_release(
    redis_url: str, tmp_path: Path, figures: dict[str, float] | None, reason: str | None
) -> None:
    store, margins = (tmp_path / "store").as_uri(), {"auc": 0.01, "ece": 0.01}
    async with running(redis_url, model_store=store, metric_margins=margins) as strict:
        strict.headers = ENGINEER
        await bring(strict, archive(tmp_path, "1.0.0", figures={"auc": 0.9, "ece": 0.03}))
        assert (await release(strict, "1.0.0")).status_code == 202
        await bring(strict, archive(tmp_path, "1.1.0", figures=figures))
        answer = await release(strict, "1.1.0")
        assert answer.json().get("reason") == reason
        if reason is None:
            # Whatever its figures are, the way back is open.
            assert (await strict.post("/admin/models/rollback", {})).status_code == 202
