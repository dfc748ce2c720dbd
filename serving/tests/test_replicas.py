"""Two TorchServes, each with a follower of its own, one release log in S3 and one Redis."""

import asyncio
import contextlib
import os
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from local_stack.components.redis import Redis
from local_stack.components.torchserve import TorchServe
from service_kit.errors import DomainError
from service_kit.tests.s3_server import BUCKET, S3Server
from serving.contract.releases import Release, ReleaseLog
from serving.replica import backoff
from serving.tests.conftest import MakeArchive
from serving.tests.replica_pair import Member, Pair
from serving.tests.site import Site

# Room for what a TorchServe with small models needs, and soon full.
DISK_BYTES = 128 * 1024**2

pytestmark = [pytest.mark.torchserve, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A small disk of its own where this machine lets us mount one, else a folder."""
    folder = tmp_path_factory.mktemp("disk")
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(folder)]
    mounted = os.geteuid() == 0 and subprocess.run(mount, check=False).returncode == 0
    yield folder
    if mounted:
        subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.fixture(scope="module")
async def running(
    torchserve: TorchServe,
    disk: Path,
    make_small_archive: MakeArchive,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Pair]:
    folder = tmp_path_factory.mktemp("replicas")
    store, redis = S3Server(folder), Redis(folder / "redis")
    second = TorchServe(disk / "torchserve", workers=1)
    try:
        store.start()
        await redis.start()
        reached = store.access | {"model_store": f"s3://{BUCKET}/models"}
        members = [
            Member(Site(server, redis.url, reached, name))
            for server, name in ((torchserve, "first"), (second, "second"))
        ]
        pair = Pair(members, store, redis, make_small_archive)
        await pair.serve()
        await pair.first.site.empty()
        await pair.release()
        yield pair
    finally:
        await second.stop()
        await redis.stop()
        store.kill()


@pytest.fixture
async def pair(running: Pair, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Pair]:
    """Both at rest at the newest release."""
    monkeypatch.setattr(backoff, "FIRST_SECONDS", 1.0)
    await running.serve()
    running.first.follow()
    running.second.follow()
    try:
        await running.stand_at(await running.newest())
        yield running
    finally:
        await running.first.unfollow()
        await running.second.unfollow()


async def test_whichever_part_of_a_replica_starts_first_it_joins_at_the_newest_release(
    pair: Pair,
) -> None:
    await pair.first.unfollow()  # its TorchServe goes on without it
    await pair.second.leave()
    pair.second.follow()  # and this follower waits for its TorchServe
    await pair.second.says("management does not answer")
    version = await pair.release()
    pair.first.follow()
    await pair.first.stands_at(version)
    await pair.second.serve()
    await pair.second.stands_at(version)


async def test_a_replica_that_was_away_for_three_releases_goes_straight_to_the_last(
    pair: Pair,
) -> None:
    await pair.second.leave()
    version = [await pair.release() for _ in range(3)][-1]
    await pair.first.answers_at_last(version)
    await pair.second.serve()
    pair.second.follow()
    await pair.stand_at(version)
    # It has not even fetched those between.
    entries = await pair.first.site.releases.entries()
    skipped = {release.sha256 for release in entries[-3:-1]}
    fetched = {path.stem for path in (pair.second.site.server.folder / "archives").glob("*.mar")}
    assert not skipped & fetched


async def test_of_two_administrators_at_once_one_wins_and_both_replicas_follow(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    archives = [pair.archive(), pair.archive()]
    sites = [pair.first.site, pair.second.site]
    have_read = asyncio.Barrier(2)
    read = ReleaseLog.entries

    async def entries(log: ReleaseLog) -> list[Release]:
        """Both read the log before either writes."""
        found = await read(log)
        await have_read.wait()
        return found

    with monkeypatch.context() as patched:
        patched.setattr(ReleaseLog, "entries", entries)
        results = await asyncio.gather(
            *(site.release(path) for site, (_, path) in zip(sites, archives, strict=True)),
            return_exceptions=True,
        )
    (refused,) = [result for result in results if result is not None]
    assert isinstance(refused, DomainError)
    assert refused.reason == "RELEASE_RACE"
    winner, _ = archives[results.index(None)]
    assert await pair.newest() == winner
    await pair.stand_at(winner)


async def test_a_full_disk_holds_up_one_replica_and_no_other_until_there_is_room(
    pair: Pair, disk: Path
) -> None:
    if not disk.is_mount():
        pytest.skip("this machine lets nobody mount a disk")
    before = await pair.newest()
    with _full(disk):
        version = await pair.release()
        await pair.first.stands_at(version)
        # It could not be fetched, or TorchServe could not unpack it.
        told = await pair.second.says("No space left on device", "Failed to save model")
        assert told.live_version == before
        await pair.second.answers(before)
    await pair.second.stands_at(version)
    assert not list((disk / "torchserve" / "tmp").glob("*.download"))


async def test_without_the_object_store_what_was_live_stays_live_even_over_a_restart(
    pair: Pair,
) -> None:
    before = await pair.newest()
    pair.store.kill()
    try:
        await pair.first.says("the release log can't be read")
        await pair.second.unfollow()
        pair.second.site.server.process.kill()
        await pair.second.serve()
        pair.second.follow()
        told = await pair.second.says("the release log can't be read")
        await pair.second.answers_at_last(before)
        await pair.first.answers(before)
    finally:
        pair.store.start()
    assert told.live_version in ("", before)
    version = await pair.release()
    await pair.stand_at(version)


async def test_without_redis_releases_go_on_and_are_told_when_it_is_back(pair: Pair) -> None:
    pair.redis.process.kill()
    try:
        version = await pair.release()
        await asyncio.gather(
            pair.first.answers_at_last(version), pair.second.answers_at_last(version)
        )
    finally:
        await pair.redis.start()
    await pair.stand_at(version)


@contextlib.contextmanager
def _full(disk: Path) -> Iterator[None]:
    ballast = disk / "ballast"
    try:
        with ballast.open("wb", buffering=0) as file:
            for size in (1024 * 1024, 4096):
                with contextlib.suppress(OSError):
                    while True:
                        file.write(bytes(size))
        yield
    finally:
        ballast.unlink()
