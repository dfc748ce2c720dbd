"""Runs the regenerations that were requested, in the TorchServe beside us."""

import asyncio
import shutil
from collections.abc import Mapping
from pathlib import Path

import structlog
from obstore.exceptions import BaseError

from service_kit.blobs import BlobMissing
from serving.archives.archive import ArchiveRefused
from serving.contract.follower_requests import FollowerRequests
from serving.contract.regeneration import Regeneration, RegenerationRequest
from serving.contract.torchserve import TorchServeError
from serving.replica.archive_cache import ArchiveCache
from serving.replica.reasons import reason_of
from serving.replica.state import Held
from serving.replica.torchserve.management import LoadedVersion, ManagementClient
from serving.replica.torchserve.probe import ProbeFailed
from serving.replica.torchserve.process import EXPORTS, TEMPORARY
from serving.replica.torchserve.registrations import next_of
from serving.replica.torchserve.version_loader import VersionLoader

log = structlog.get_logger()

_FAILURES = (ArchiveRefused, BlobMissing, ProbeFailed, TorchServeError, BaseError, OSError)


class Regenerator:
    """Fetches and loads the live version again, and remembers the latest outcome."""

    def __init__(
        self,
        requests: FollowerRequests[RegenerationRequest],
        cache: ArchiveCache,
        loader: VersionLoader,
        management: ManagementClient,
        *,
        folder: Path,
        workers: int,
    ) -> None:
        self._requests = requests
        self._cache = cache
        self._loader = loader
        self._management = management
        self._folder = folder
        self._workers = workers
        self._latest: Regeneration | None = None

    @property
    def latest(self) -> Regeneration | None:
        """The latest one; None before the first."""
        return self._latest

    async def pending(self) -> RegenerationRequest | None:
        """The newest request; None where it has been dealt with."""
        request = await self._requests.newest()
        return None if self._latest and self._latest.request == request else request

    async def run(
        self, request: RegenerationRequest, live: Held, loaded: Mapping[str, LoadedVersion]
    ) -> Held | None:
        """Load the live version a second time, from the object store.

        Args:
            request: what to do.
            live: what is serving meanwhile.
            loaded: what TorchServe holds.

        Returns:
            The new one, ready to take the old one's place; None where that failed.

        Raises:
            TorchServeError: a version that failed to load could not be unloaded.
        """
        release = live.release
        name = next_of(release.version, loaded)
        log.info("regenerating", version=release.version, registration=name)
        try:
            cached = await self._cache.get(release, registration=name, keep=release, refetch=True)
            # What workers computed from the old archives can't be trusted either.
            exports = self._folder / TEMPORARY / EXPORTS
            await asyncio.to_thread(shutil.rmtree, exports, ignore_errors=True)
            await self._loader.make_ready(cached, None, workers=self._workers)
            await self._management.set_default(release.model, name)
        except _FAILURES as failure:
            error = reason_of(failure)
            log.warning("regeneration failed", version=release.version, error=error)
            self._latest = Regeneration(request=request, error=error)
            await self._loader.unload(name)
            return None
        self._latest = Regeneration(request=request)
        return Held(release, cached)
