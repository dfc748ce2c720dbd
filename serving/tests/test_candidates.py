"""A real TorchServe holds a candidate beside the live version, and loads the live one anew."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from local_stack.components.torchserve import TorchServe
from serving.archives.archive import check_archive
from serving.contract.follower_requests import regeneration_requests
from serving.contract.regeneration import RegenerationRequest
from serving.contract.releases import Release
from serving.tests.conftest import MakeArchive
from serving.tests.site import Site, photo_bytes, until

pytestmark = pytest.mark.torchserve


@pytest.fixture
async def site(torchserve: TorchServe, redis_url: str, tmp_path: Path) -> Site:
    site = Site(torchserve, redis_url, tmp_path)
    await site.empty()
    return site


async def put_beside(site: Site, archive: Path, kind: Any, percent: int = 0) -> Release:
    checked = check_archive(archive)
    await site.releases.store_archive(checked.sha256, archive)
    return await site.releases.append(
        version=checked.card.version, sha256=checked.sha256, kind=kind, by="test", percent=percent
    )


async def test_a_canary_stands_beside_the_live_version_and_is_promoted_without_loading_it_again(
    site: Site, make_archive: MakeArchive
) -> None:
    await site.release(make_archive("0.0.1"))
    await site.follow()
    archive = make_archive("0.0.2", seed=1)
    entry = await put_beside(site, archive, "canary", percent=5)
    replica = await site.follow()
    assert (replica.live_version, replica.loaded_versions) == ("0.0.1", ["0.0.1", "0.0.2"])
    assert replica.candidate is not None
    assert replica.candidate.model_dump() == {
        "release": entry.number, "version": "0.0.2", "kind": "canary", "percent": 5,
    }  # fmt: skip
    for version in ("0.0.1", "0.0.2"):
        assert (await site.predict(version, photo_bytes())).model.version == version
    await put_beside(site, archive, "canary", percent=50)
    raised = (await site.follow()).candidate
    assert raised is not None
    assert raised.percent == 50
    workers = (await site.management.versions("lesion"))["0.0.2"].pids
    await site.release(archive)
    replica = await site.follow()
    assert (replica.live_version, replica.candidate) == ("0.0.2", None)
    assert (await site.management.versions("lesion"))["0.0.2"].pids == workers


async def test_a_withdrawn_candidate_is_unloaded_and_the_live_version_stays(
    site: Site, make_archive: MakeArchive
) -> None:
    await site.release(make_archive("0.0.1"))
    await site.follow()
    archive = make_archive("0.0.2", seed=1)
    await put_beside(site, archive, "shadow")
    assert (await site.follow()).candidate is not None
    await put_beside(site, archive, "withdrawal")
    assert (await site.follow()).candidate is None

    async def only_the_live_one_is_left() -> bool:
        await site.follow()
        return await site.loaded() == ["0.0.1"]

    await until(only_the_live_one_is_left)


async def test_a_candidate_that_answers_otherwise_than_its_archive_says_is_told_and_not_offered(
    site: Site, make_archive: MakeArchive
) -> None:
    await site.release(make_archive("0.0.1"))
    await site.follow()
    archive = make_archive("0.0.2", golden_shift=0.1)
    await put_beside(site, archive, "canary", percent=5)
    replica = await site.follow()
    assert (replica.live_version, replica.candidate, replica.state) == ("0.0.1", None, "ready")
    assert replica.last_error.startswith("canary 0.0.2: golden_00.jpg is off")
    assert await site.loaded() == ["0.0.1"]
    await put_beside(site, archive, "withdrawal")
    assert (await site.follow()).last_error == ""


async def test_a_restarted_torchserve_gets_the_candidate_back(
    site: Site, make_archive: MakeArchive
) -> None:
    await site.release(make_archive("0.0.1"))
    await site.follow()
    await put_beside(site, make_archive("0.0.2", seed=1), "canary", percent=5)
    await site.follow()
    site.server.process.kill()
    await site.server.start()
    assert (await site.follow()).live_version == "0.0.1"
    assert (await site.follow()).candidate is not None


async def test_the_live_version_is_fetched_and_loaded_anew_beside_itself(
    site: Site, make_archive: MakeArchive
) -> None:
    archive = make_archive("0.0.1")
    await site.release(archive)
    await site.follow()
    archives = site.settings.torchserve_folder / "archives"
    cached = archives / f"{check_archive(archive).sha256}.mar"
    cached.write_bytes(b"damaged on the disk")
    old = await site.management.versions("lesion")
    request = RegenerationRequest(id=str(uuid4()))
    await regeneration_requests(site.redis, "lesion").send(request)
    replica = await site.follow()
    assert replica.regeneration is not None
    assert (replica.regeneration.request, replica.regeneration.error) == (request, "")
    assert (replica.live_version, replica.loaded_versions) == ("0.0.1", ["0.0.1"])
    fresh = replica.registered("0.0.1")
    assert fresh not in old
    # Both answer until nobody can still wait for the old one.
    for registration in (fresh, *old):
        assert (await site.predict(registration, photo_bytes())).model.version == "0.0.1"
    assert check_archive(cached).card.version == "0.0.1"

    async def only_the_fresh_one_is_left() -> bool:
        assert (await site.follow()).live_version == "0.0.1"
        return await site.loaded() == [fresh]

    await until(only_the_fresh_one_is_left)
    # Once asked for, it is made once.
    assert (await site.follow()).registered("0.0.1") == fresh


async def test_a_regeneration_that_fails_leaves_the_old_workers_serving(
    site: Site, make_archive: MakeArchive, tmp_path: Path
) -> None:
    await site.release(make_archive("0.0.1"))
    await site.follow()
    (stored,) = (tmp_path / "archives").glob("*.mar")
    stored.unlink()
    request = RegenerationRequest(id=str(uuid4()))
    await regeneration_requests(site.redis, "lesion").send(request)
    replica = await site.follow()
    assert replica.regeneration is not None
    assert replica.regeneration.error
    assert (replica.live_version, replica.state) == ("0.0.1", "ready")
    await site.predict("0.0.1", photo_bytes())


async def test_a_follower_that_is_restarted_finds_a_regenerated_version(
    site: Site, make_archive: MakeArchive, redis_url: str, tmp_path: Path
) -> None:
    await site.release(make_archive("0.0.1"))
    await site.follow()
    request = RegenerationRequest(id=str(uuid4()))
    await regeneration_requests(site.redis, "lesion").send(request)
    fresh = (await site.follow()).registered("0.0.1")
    await site.redis.delete("dermis:regeneration:lesion")
    again = Site(site.server, redis_url, tmp_path)
    replica = await again.follow()
    assert (replica.live_version, replica.registered("0.0.1")) == ("0.0.1", fresh)
