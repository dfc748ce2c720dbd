"""Replicas of one model: TorchServes with a follower each, one release log and one Redis."""

import asyncio
import contextlib
import itertools
import time
from pathlib import Path

from local_stack.components.redis import Redis
from service_kit import background
from service_kit.tests.s3_server import S3Server
from serving.contract.replicas import Replica
from serving.contract.torchserve import TorchServeError
from serving.main import make_follower
from serving.tests.conftest import MakeArchive
from serving.tests.site import Site, half_written, photo_bytes, until

SECONDS = 240


class Member:
    """One replica: a TorchServe and its follower, each of which may be started and ended."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self._following: asyncio.Task[None] | None = None

    async def serve(self) -> None:
        if self.site.server.process.pid is None:
            await self.site.server.start()

    def follow(self) -> None:
        if self._following is None:
            self.site.follower = make_follower(self.site.settings)
            self._following = asyncio.create_task(self.site.follower.run())

    async def leave(self) -> None:
        """Follower and TorchServe are gone."""
        await self.unfollow()
        await self.site.server.stop()

    async def unfollow(self) -> None:
        if self._following:
            following, self._following = self._following, None
            await background.end(following)

    async def stands_at(self, version: str) -> None:
        """Wait until nothing but this version is loaded and told, and ask it."""
        since = time.time()

        async def stands() -> bool:
            told = await self.site.told()
            return (
                told is not None
                and told.seen_at > since
                and (told.live_version, told.state, told.last_error) == (version, "ready", "")
                and told.loaded_versions == [version]
            )

        await until(stands, seconds=SECONDS)
        await self.answers(version)
        assert half_written(self.site.server.folder) == []

    async def answers(self, version: str) -> None:
        assert (await self.site.predict(version, photo_bytes())).model.version == version

    async def answers_at_last(self, version: str) -> None:
        """Wait until TorchServe itself answers by this version, whatever is told of it."""

        async def answers() -> bool:
            with contextlib.suppress(TorchServeError):
                await self.answers(version)
                return True
            return False

        await until(answers, seconds=SECONDS)

    async def says(self, *texts: str) -> Replica:
        """Wait until it tells one of these as its error."""
        heard: list[Replica] = []

        async def said() -> bool:
            told = await self.site.told()
            if told and any(text in told.last_error for text in texts):
                heard.append(told)
            return bool(heard)

        await until(said, seconds=SECONDS)
        return heard[0]


class Pair:
    """Two replicas of one model, with the parts that both need."""

    def __init__(
        self, members: list[Member], store: S3Server, redis: Redis, make: MakeArchive
    ) -> None:
        self.first, self.second = members
        self.store = store
        self.redis = redis
        self._make = make
        self._numbers = itertools.count(1)

    def archive(self) -> tuple[str, Path]:
        version = f"2.0.{next(self._numbers)}"
        return version, self._make(version)

    async def release(self) -> str:
        version, archive = self.archive()
        await self.first.site.release(archive)
        return version

    async def newest(self) -> str:
        newest = (await self.first.site.releases.desired()).live
        assert newest
        return newest.version

    async def serve(self) -> None:
        await asyncio.gather(self.first.serve(), self.second.serve())

    async def stand_at(self, version: str) -> None:
        await asyncio.gather(self.first.stands_at(version), self.second.stands_at(version))
