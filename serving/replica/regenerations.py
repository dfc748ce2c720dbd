"""Makes the regenerations that are asked for, in the TorchServe beside us."""

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
from serving.replica.state import Held
from serving.replica.torchserve.management import LoadedVersion, ManagementClient
from serving.replica.torchserve.probe import ProbeFailed
from serving.replica.torchserve.process import EXPORTS, TEMPORARY
from serving.replica.torchserve.registrations import next_of
from serving.replica.torchserve.version_loader import VersionLoader

log = structlog.get_logger()

_FAILURES = (ArchiveRefused, BlobMissing, ProbeFailed, TorchServeError, BaseError, OSError)


class Regenerator:
    """Fetches and loads the live version anew, and remembers how the latest time went."""

    def __init__(
        self,
        desk: FollowerRequests[RegenerationRequest],
        cache: ArchiveCache,
        loader: VersionLoader,
        management: ManagementClient,
        *,
        folder: Path,
        workers: int,
    ) -> None:
        self._desk = desk
        self._cache = cache
        self._loader = loader
        self._management = management
        self._folder = folder
        self._workers = workers
        self._told: Regeneration | None = None

    @property
    def told(self) -> Regeneration | None:
        """The latest one; None before the first."""
        return self._told

    async def wanted(self) -> RegenerationRequest | None:
        """The request that has not been met yet."""
        request = await self._desk.newest()
        return None if self._told and self._told.request == request else request

    async def make(
        self, request: RegenerationRequest, live: Held, loaded: Mapping[str, LoadedVersion]
    ) -> Held | None:
        """Load the live version a second time, from the object store.

        Args:
            request: what is asked for.
            live: what serves meanwhile.
            loaded: what TorchServe holds.

        Returns:
            The fresh one, ready to take the old one's place; None where it could not be made.

        Raises:
            TorchServeError: what was made half could not be taken out.
        """
        release = live.release
        name = next_of(release.version, loaded)
        log.info("regenerating", version=release.version, registration=name)
        try:
            cached = await self._cache.get(release, registration=name, keep=release, anew=True)
            # What workers computed from the old archives is as little to be trusted.
            exports = self._folder / TEMPORARY / EXPORTS
            await asyncio.to_thread(shutil.rmtree, exports, ignore_errors=True)
            await self._loader.make_ready(cached, None, workers=self._workers)
            await self._management.set_default(release.model, name)
        except _FAILURES as failure:
            error = str(failure) or type(failure).__name__
            log.warning("regeneration failed", version=release.version, error=error)
            self._told = Regeneration(request=request, error=error)
            await self._loader.unload(name)
            return None
        self._told = Regeneration(request=request)
        return Held(release, cached)
