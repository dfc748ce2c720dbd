"""Follower and TorchServe, killed at every step of a reload: no half state, no version lost."""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from local_stack.components.service import Service
from local_stack.components.torchserve import TorchServe
from serving.archives.archive import check_archive
from serving.contract.releases import archive_key
from serving.replica.live_release_file import LiveReleaseFile
from serving.tests.conftest import MakeArchive
from serving.tests.site import Site, half_written, photo_bytes, until
from serving.tests.stepping import STEPS, Gate, Step

SECONDS = 240
# Larger than a machine copies before it is seen that it copies.
HUGE_BYTES = 8 * 1024**3

pytestmark = [pytest.mark.torchserve, pytest.mark.timeout(900)]


class Killable:
    """A TorchServe and its follower, each a process of its own, with a gate between them."""

    def __init__(self, site: Site, gate: Gate, follower: Service, make: MakeArchive) -> None:
        self.site = site
        self.gate = gate
        self.follower = follower
        self._make = make
        self._numbers = itertools.count(1)

    async def start(self) -> None:
        """Whatever does not run."""
        if self.site.server.process.pid is None:
            await self.site.server.start()
        if self.follower.process.pid is None:
            await self.follower.start()

    async def begin(self) -> None:
        """With one release, and nothing of the tests before."""
        if self.site.server.process.pid is None:
            await self.site.server.start()
        await self.site.empty()
        await self.release()
        await self.start()

    def next_archive(self, *, golden_shift: float = 0) -> tuple[str, Path]:
        version = f"1.0.{next(self._numbers)}"
        return version, self._make(version, golden_shift=golden_shift)

    async def newest(self) -> str:
        newest = (await self.site.releases.desired()).live
        assert newest
        return newest.version

    async def release(self) -> str:
        version, archive = self.next_archive()
        await self.site.release(archive)
        return version

    async def stands_at(self, version: str, *, refused: str = "") -> None:
        """Wait until nothing but this version is loaded, told and remembered, and ask it."""
        since = time.time()  # What was told before a kill does not count.

        async def stands() -> bool:
            told = await self.site.told()
            return (
                told is not None
                and told.seen_at > since
                and (told.live_version, told.state) == (version, "ready")
                and told.loaded_versions == [version]
                and (refused in told.last_error if refused else told.last_error == "")
            )

        await until(stands, seconds=SECONDS)
        assert await self.site.loaded() == [version]
        assert (await self.site.predict(version, photo_bytes())).model.version == version
        remembered = LiveReleaseFile(self.site.server.folder).read()
        assert remembered
        assert remembered.version == version
        assert half_written(self.site.server.folder) == []

    async def killed(self, step: Step, *victims: str, golden_shift: float = 0) -> tuple[str, str]:
        """Release a version, and kill when it has come so far; the old version and the new."""
        old = await self.newest()
        new, archive = self.next_archive(golden_shift=golden_shift)
        processes = {"follower": self.follower.process, "torchserve": self.site.server.process}

        def kill() -> None:
            for victim in victims:
                processes[victim].kill()

        struck = self.gate.act_at(step, kill, new=new, old=old)
        await self.site.release(archive)
        async with asyncio.timeout(SECONDS):
            await struck.wait()
        return old, new


@pytest.fixture(scope="module")
async def running(
    torchserve: TorchServe,
    redis_url: str,
    make_small_archive: MakeArchive,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Killable]:
    folder = tmp_path_factory.mktemp("killed")
    gate = Gate(torchserve.management_address, torchserve.folder / "live.json")
    async with AsyncExitStack() as opened:
        await opened.enter_async_context(gate.open())
        site = Site(torchserve, redis_url, folder / "store", "killable")
        settings = site.settings.model_copy(update={"management_address": gate.address})
        follower = Service(
            "follower",
            ["serving", "follow"],
            environment={
                name.upper(): str(value)
                for name, value in settings.model_dump(exclude_defaults=True).items()
            },
            log=folder / "follower.log",
            port=0,
            answers=lambda: True,
        )
        opened.push_async_callback(follower.stop)
        killable = Killable(site, gate, follower, make_small_archive)
        await killable.begin()
        yield killable


@pytest.fixture
async def killable(running: Killable) -> Killable:
    """At rest: the newest release that passed is live."""
    await running.start()
    await running.stands_at(await running.newest())
    return running


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
async def test_a_follower_killed_at_any_step_leaves_no_half_state(
    killable: Killable, step: Step
) -> None:
    old, new = await killable.killed(step, "follower")
    if not (step.method == "DELETE" and step.done):
        # Whoever asks for the version that was live is answered all the while.
        assert (await killable.site.predict(old, photo_bytes())).model.version == old
    await killable.start()
    await killable.stands_at(new)


# To its follower a TorchServe that ends before or after it did what was asked is one.
@pytest.mark.parametrize(
    "step", [step for step in STEPS if step.done or step.remembered], ids=lambda step: step.name
)
async def test_a_torchserve_killed_at_any_step_leaves_no_half_state(
    killable: Killable, step: Step
) -> None:
    _, new = await killable.killed(step, "torchserve")
    await killable.start()
    await killable.stands_at(new)


async def test_a_follower_killed_while_it_fetches_leaves_no_half_archive(
    killable: Killable,
) -> None:
    site = killable.site
    _, wanted = killable.next_archive()
    digest = check_archive(wanted).sha256
    # What is fetched for it lasts until somebody has seen it.
    huge = Path(urlsplit(site.settings.model_store).path) / archive_key(digest)
    with huge.open("wb") as file:
        file.truncate(HUGE_BYTES)
    partial = site.server.folder / "archives" / f"{digest}.mar.part"

    async def is_fetching() -> bool:
        return partial.exists()

    await site.releases.append(version="0.9.0", sha256=digest, kind="release", by="test")
    await until(is_fetching, every=0.005)
    killable.follower.process.kill()
    assert partial.exists()
    huge.unlink()
    newer = await killable.release()
    await killable.start()
    await killable.stands_at(newer)


async def test_after_both_were_killed_over_a_release_that_fails_the_one_before_is_live_again(
    killable: Killable,
) -> None:
    loading = next(step for step in STEPS if step.name == "registered, its workers are loading")
    old, new = await killable.killed(loading, "follower", "torchserve", golden_shift=0.3)
    await killable.start()
    await killable.stands_at(old, refused=f"{new}: golden_00.jpg is off")
