"""A real TorchServe with its follower and release log, and what tests ask of them."""

import asyncio
import contextlib
import io
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

from redis.asyncio import Redis
from redis.exceptions import RedisError

from local_stack.components.torchserve import TorchServe
from service_kit.blobs import Blobs
from serving.archives.archive import check_archive
from serving.contract.findings import Finding
from serving.contract.follower_requests import trial_requests
from serving.contract.releases import Kind, ReleaseLog
from serving.contract.replicas import Replica, replica_key
from serving.contract.torchserve import InferenceClient, TorchServeError
from serving.contract.trials import TrialRequest
from serving.main import make_follower
from serving.replica.settings import FollowerSettings
from serving.replica.torchserve.management import ManagementClient
from serving.replica.torchserve.version_loader import VersionLoader
from serving.tests.conftest import lesion_photo


def photo_bytes(seed: int = 5) -> bytes:
    out = io.BytesIO()
    lesion_photo(seed).save(out, "JPEG")
    return out.getvalue()


async def until(
    holds: Callable[[], Awaitable[bool]], *, seconds: float = 120, every: float = 0.1
) -> None:
    """Wait for a condition; how long it takes is the machine's affair."""
    async with asyncio.timeout(seconds):
        while not await holds():
            await asyncio.sleep(every)


class Site:
    """One TorchServe with its follower and release log.

    Args:
        server: the TorchServe.
        redis_url: where the replica is told.
        store: the object store's settings, or a folder.
        name: the replica's.
        settings: of the follower, where they differ.
    """

    def __init__(
        self,
        server: TorchServe,
        redis_url: str,
        store: Path | dict[str, str],
        name: str = "r1",
        **settings: Any,
    ) -> None:
        self.server = server
        self.redis: Any = Redis.from_url(redis_url, decode_responses=True)
        self.management = ManagementClient(server.management_address, server.key_file)
        self.inference = InferenceClient()
        reached = store if isinstance(store, dict) else {"model_store": store.as_uri()}
        known: dict[str, Any] = {
            "environment": "test",
            "redis_url": redis_url,
            "replica_id": name,
            "torchserve_folder": server.folder,
            "inference_address": server.inference_address,
            "management_address": server.management_address,
            "workers": 1,
            "drain_seconds": 0.2,
            # Untrained models know nothing of lesions.
            "reference_gate": False,
        }
        self.store = store
        self.settings = FollowerSettings(**known | reached | settings)
        self.releases = ReleaseLog(
            Blobs(self.settings.model_store, self.settings.store_access), "lesion"
        )
        self.follower = make_follower(self.settings)

    async def release(self, archive: Path, *, kind: Kind = "release", percent: int = 0) -> None:
        checked = check_archive(archive)
        await self.releases.store_archive(checked.sha256, archive)
        await self.releases.append(
            version=checked.card.version, sha256=checked.sha256, kind=kind, by="test",
            percent=percent,
        )  # fmt: skip

    async def ask_for_trial(self, archive: Path, *, stored: bool = True) -> TrialRequest:
        checked = check_archive(archive)
        if stored:
            await self.releases.store_archive(checked.sha256, archive)
        request = TrialRequest(
            id=str(uuid4()), model="lesion", version=checked.card.version, sha256=checked.sha256
        )
        await trial_requests(self.redis, "lesion").send(request)
        return request

    async def follow(self) -> Replica:
        await self.follower.step()
        await self.follower.publish()
        told = await self.told()
        assert told
        return told

    async def followed(self) -> Replica:
        """After as many steps as it takes: a third version waits until the first is unloaded."""
        told: Replica | None = None

        async def is_settled() -> bool:
            nonlocal told
            told = await self.follow()
            wanted = (await self.releases.entries())[-1].number
            return wanted in (told.live_release, told.refused_release)

        await until(is_settled)
        assert told
        return told

    async def told(self) -> Replica | None:
        """What the gateways hear of this replica; None while they hear nothing."""
        try:
            text = await self.redis.get(replica_key(self.settings.replica_id))
        except RedisError:
            return None
        return Replica.model_validate_json(text) if text else None

    async def loaded(self) -> list[str]:
        return list(await self.management.versions("lesion"))

    async def empty(self) -> None:
        """Unregister what the test before left, as soon as TorchServe lets go of it."""
        loader = VersionLoader(self.settings, management=self.management, inference=self.inference)

        async def is_empty() -> bool:
            with contextlib.suppress(TorchServeError):
                for version in await self.loaded():
                    await loader.unload(version)
                return not await self.loaded()
            return False

        await until(is_empty)
        await self.redis.delete("dermis:trial:lesion", "dermis:regeneration:lesion")

    async def predict(self, version: str, image: bytes, **options: Any) -> Finding:
        return await self.inference.predict(
            self.server.inference_address,
            self.management.token("inference"),
            model="lesion",
            version=version,
            image=image,
            seconds=60,
            **options,
        )


def half_written(folder: Path) -> list[Path]:
    """What somebody who was killed while writing has left in TorchServe's folder."""
    kept = [folder, folder / "archives", folder / "model_store"]
    return [path for place in kept for path in place.glob("*.part")]
