"""A real TorchServe follows the release log."""

import json
from pathlib import Path

import pytest

from local_stack.components.torchserve import TorchServe
from serving.contract.torchserve import ImageRefused, ModelMissing, TorchServeAway, TorchServeError
from serving.contract.unusable_answers import UnusableAnswers
from serving.main import make_follower
from serving.replica.torchserve.management import ManagementClient
from serving.tests.archives import sound
from serving.tests.conftest import MakeArchive
from serving.tests.site import Site, photo_bytes, until

pytestmark = pytest.mark.torchserve


@pytest.fixture
async def site(torchserve: TorchServe, redis_url: str, tmp_path: Path) -> Site:
    site = Site(torchserve, redis_url, tmp_path)
    if torchserve.process.pid is None:
        await torchserve.start()
    await site.empty()
    return site


async def test_a_release_goes_live_and_answers(site: Site, make_archive: MakeArchive) -> None:
    await site.release(make_archive("0.0.1"))
    replica = await site.follow()
    assert (replica.live_version, replica.state, replica.workers) == ("0.0.1", "ready", 1)
    finding = await site.predict("0.0.1", photo_bytes())
    assert finding.model.version == "0.0.1"
    assert finding.heatmap.target == finding.label
    assert (len(finding.heatmap.grid), len(finding.heatmap.grid[0])) == (7, 7)


async def test_the_other_class_can_be_explained(
    site: Site, make_small_archive: MakeArchive
) -> None:
    await site.release(make_small_archive("0.0.1"))
    await site.follow()
    for target in ("benign", "malignant"):
        assert (await site.predict("0.0.1", photo_bytes(), target=target)).heatmap.target == target


async def test_a_new_release_replaces_the_old_one(
    site: Site, make_small_archive: MakeArchive
) -> None:
    await site.release(make_small_archive("0.0.1"))
    await site.follow()
    await site.release(make_small_archive("0.0.2", seed=1))
    replica = await site.follow()
    assert replica.live_version == "0.0.2"

    async def only_the_new_one_is_left() -> bool:
        # The old one goes at a later step, when nobody can still wait for it.
        await site.follow()
        return await site.loaded() == ["0.0.2"]

    await until(only_the_new_one_is_left)
    with pytest.raises(ModelMissing):
        await site.predict("0.0.1", photo_bytes())


async def test_an_old_version_that_could_not_be_unloaded_is_unloaded_later(
    site: Site, make_small_archive: MakeArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    await site.release(make_small_archive("0.0.1"))
    await site.follow()
    await site.release(make_small_archive("0.0.2", seed=1))
    await site.follow()
    unregister = ManagementClient.unregister
    refusals = iter(range(2))

    async def sometimes(management: ManagementClient, model: str, version: str) -> None:
        if next(refusals, None) is not None:
            raise TorchServeError("HTTP 500 InternalServerException")
        await unregister(management, model, version)

    monkeypatch.setattr(ManagementClient, "unregister", sometimes)

    async def is_told() -> bool:
        return "HTTP 500" in (await site.follow()).last_error

    async def only_the_new_one_is_left() -> bool:
        replica = await site.follow()
        return await site.loaded() == ["0.0.2"] and replica.last_error == ""

    await until(is_told)
    await until(only_the_new_one_is_left)


async def test_a_version_that_answers_otherwise_than_its_archive_says_never_goes_live(
    site: Site, make_small_archive: MakeArchive
) -> None:
    await site.release(make_small_archive("0.0.1"))
    await site.follow()
    await site.release(make_small_archive("0.0.3", golden_shift=0.1))
    replica = await site.follow()
    assert (replica.live_version, replica.state) == ("0.0.1", "ready")
    assert "golden_00.jpg is off" in replica.last_error
    assert await site.loaded() == ["0.0.1"]
    await site.release(make_small_archive("0.0.1"))
    assert (await site.follow()).last_error == ""


async def test_what_a_version_costs_is_told_beside_what_the_live_one_costs(
    site: Site, make_small_archive: MakeArchive
) -> None:
    await site.release(make_small_archive("0.0.1"))
    await site.follow()
    trial = await site.ask_for_trial(make_small_archive("0.0.2", seed=1))
    replica = await site.follow()
    assert (replica.live_version, [live.version for live in replica.measured]) == (
        "0.0.1",
        ["0.0.1"],
    )
    (tried,) = replica.trials
    assert (tried.request, tried.error) == (trial, "")
    for measured in (*replica.measured, tried.measured):
        assert measured is not None
        assert 0 < measured.median_ms <= measured.p95_ms
        assert measured.load_seconds
        assert 50 < (measured.memory_mib or 0) < 5000
    assert await site.loaded() == ["0.0.1"]
    assert (await site.follow()).trials == [tried]


async def test_a_version_that_fails_its_trial_is_told_with_the_reason_and_taken_out(
    site: Site, make_small_archive: MakeArchive
) -> None:
    await site.release(make_small_archive("0.0.1"))
    await site.follow()
    await site.ask_for_trial(make_small_archive("0.0.2", golden_shift=0.1))
    (tried,) = (await site.follow()).trials
    assert "golden_00.jpg is off" in tried.error
    assert await site.loaded() == ["0.0.1"]
    await site.ask_for_trial(make_small_archive("0.0.3"), stored=False)
    assert [bool(trial.error) for trial in (await site.follow()).trials] == [True, True]


@pytest.mark.parametrize("architecture", ["no_such_net", "tf_efficientnet_lite0"])
async def test_a_model_that_can_not_be_built_or_filled_fails_its_trial(
    site: Site, tmp_path: Path, architecture: str
) -> None:
    """The weights of `sound` fit no architecture."""
    await site.ask_for_trial(sound(tmp_path / "archive", architecture=architecture))
    (tried,) = (await site.follow()).trials
    assert "ended a worker" in tried.error
    assert await site.loaded() == []


async def test_after_a_kill_of_torchserve_everything_is_registered_again(
    site: Site, make_small_archive: MakeArchive
) -> None:
    await site.release(make_small_archive("0.0.1"))
    await site.follow()
    site.server.process.kill()
    with pytest.raises(TorchServeAway):
        await site.predict("0.0.1", photo_bytes())
    await site.server.start()
    replica = await site.follow()
    assert replica.live_version == "0.0.1"
    await site.predict("0.0.1", photo_bytes())


async def test_tokens_that_end_soon_are_renewed_whoever_followed_before(
    site: Site, make_small_archive: MakeArchive
) -> None:
    await site.release(make_small_archive("0.0.1"))
    await site.follow()
    # As it is when nobody has followed for an hour: what the file holds is refused.
    held = json.loads(site.server.key_file.read_text())
    for kind in ("management", "inference"):
        held[kind] = {"key": "ended", "expiration time": "2026-01-01T00:00:00.123456789Z"}
    site.server.key_file.write_text(json.dumps(held))
    restarted = make_follower(site.settings)
    await restarted.step()
    await restarted.publish()
    told = await site.told()
    assert told
    assert (told.live_version, told.last_error) == ("0.0.1", "")
    assert told.token == site.management.token("inference") != "ended"
    await site.predict("0.0.1", photo_bytes())
    # Good for long: it stays.
    await restarted.step()
    assert site.management.token("inference") == told.token


async def test_what_was_live_stays_live_while_a_restarted_follower_looks_at_it(
    site: Site, make_small_archive: MakeArchive
) -> None:
    await site.release(make_small_archive("0.0.1"))
    await site.follow()
    await make_follower(site.settings).publish()
    told = await site.told()
    assert told
    assert (told.live_version, told.workers) == ("0.0.1", 1)


async def test_photos_leave_no_lines_in_torchserves_log(
    site: Site, make_small_archive: MakeArchive
) -> None:
    await site.release(make_small_archive("0.0.1"))
    await site.follow()
    log = site.server.folder / "torchserve.log"
    await site.predict("0.0.1", photo_bytes())
    before = log.read_text()
    for _ in range(5):
        await site.predict("0.0.1", photo_bytes())
    # Once it has stopped, all that was on its way is written.
    await site.server.stop()
    added = log.read_text().removeprefix(before)
    assert "inference" not in added
    assert "METRICS" not in added


async def test_a_bad_photo_is_refused_with_its_reason(
    site: Site, make_small_archive: MakeArchive
) -> None:
    await site.release(make_small_archive("0.0.1"))
    await site.follow()
    for image, reason in (
        (b"not a photo", "NOT_AN_IMAGE"),
        (b"", "IMAGE_EMPTY"),
        (photo_bytes()[:2000], "IMAGE_TRUNCATED"),
    ):
        with pytest.raises(ImageRefused) as refusal:
            await site.predict("0.0.1", image)
        assert refusal.value.reason == reason


async def test_a_wrong_token_is_not_let_in(site: Site, make_small_archive: MakeArchive) -> None:
    await site.release(make_small_archive("0.0.1"))
    await site.follow()
    with pytest.raises(TorchServeAway):
        await site.inference.predict(
            site.server.inference_address,
            "wrong",
            model="lesion",
            version="0.0.1",
            image=photo_bytes(),
            seconds=60,
        )


async def test_what_gateways_can_not_use_of_the_live_version_is_its_last_error(
    site: Site, make_small_archive: MakeArchive
) -> None:
    await site.release(make_small_archive("0.0.1"))
    assert (await site.follow()).last_error == ""
    reported = UnusableAnswers(site.redis, "lesion")
    await reported.report("0.0.1", "the clinical record refuses them")
    told = await site.follow()
    assert told.last_error == "answers of 0.0.1 can't be used: the clinical record refuses them"
    await reported.clear("0.0.1")
    assert (await site.follow()).last_error == ""


async def test_a_third_version_says_what_it_waits_for_and_goes_live_then(
    site: Site, make_small_archive: MakeArchive
) -> None:
    waiting = Site(site.server, str(site.settings.redis_url), site.store, drain_seconds=3)
    for number in (1, 2):
        await waiting.release(make_small_archive(f"0.0.{number}", seed=number))
        await waiting.follow()
    await waiting.release(make_small_archive("0.0.3", seed=3))
    told = await waiting.follow()
    assert (told.live_version, told.refused_release) == ("0.0.2", 0)
    assert told.last_error == "0.0.3 waits until 0.0.1 is unloaded: it may still be answering"
    told = await waiting.followed()
    assert (told.live_version, told.last_error) == ("0.0.3", "")


async def test_a_trial_says_that_it_waits_for_the_end_of_a_canary(
    site: Site, make_small_archive: MakeArchive
) -> None:
    await site.release(make_small_archive("0.0.1"))
    await site.follow()
    await site.release(make_small_archive("0.0.2", seed=2), kind="canary", percent=5)
    await site.follow()
    await site.ask_for_trial(make_small_archive("0.0.3", seed=3))
    told = await site.follow()
    assert told.last_error == "0.0.3 waits until the canary 0.0.2 is released or withdrawn"


async def test_a_version_that_does_not_answer_in_time_is_refused_with_that_reason(
    site: Site, make_small_archive: MakeArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    await site.release(make_small_archive("0.0.1"))
    await site.follow()
    # A deadline that no model meets.
    monkeypatch.setattr("serving.replica.torchserve.probe.SECONDS", 0.001)
    await site.release(make_small_archive("0.0.2", seed=2))
    told = await site.follow()
    assert (told.live_version, told.refused_release) == ("0.0.1", 2)
    assert "0.0.2: it gave no answer in time" in told.last_error
