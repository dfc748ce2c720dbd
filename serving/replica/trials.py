"""Makes the trials that are asked for, in the TorchServe beside us."""

from collections.abc import Mapping

import structlog
from obstore.exceptions import BaseError

from service_kit.blobs import BlobMissing
from serving.archives.archive import ArchiveRefused
from serving.contract.follower_requests import FollowerRequests
from serving.contract.releases import Release
from serving.contract.torchserve import TorchServeError
from serving.contract.trials import TOLD, Measurement, Trial, TrialRequest
from serving.replica.archive_cache import ArchiveCache
from serving.replica.torchserve.management import LoadedVersion
from serving.replica.torchserve.probe import ProbeFailed
from serving.replica.torchserve.registrations import newest_of
from serving.replica.torchserve.version_loader import VersionLoader

log = structlog.get_logger()

# One fresh worker tells how a version does; a release starts as many as it needs.
WORKERS = 1

_FAILURES = (ArchiveRefused, BlobMissing, ProbeFailed, TorchServeError, BaseError, OSError)


class TrialRunner:
    """Tries one version at a time and remembers how the latest did."""

    def __init__(
        self, desk: FollowerRequests[TrialRequest], cache: ArchiveCache, loader: VersionLoader
    ) -> None:
        self._desk = desk
        self._cache = cache
        self._loader = loader
        self._told: list[Trial] = []

    @property
    def told(self) -> list[Trial]:
        """The latest trials, the newest last."""
        return list(self._told)

    async def wanted(self) -> TrialRequest | None:
        """The request that has not been met yet."""
        request = await self._desk.newest()
        is_met = request in [trial.request for trial in self._told]
        return None if is_met else request

    async def make(
        self, request: TrialRequest, live: Release | None, loaded: Mapping[str, LoadedVersion]
    ) -> None:
        """Load a version that nobody asks, probe it, measure it, take it out again.

        Args:
            request: what to try.
            live: the release that serves meanwhile.
            loaded: what TorchServe has; what is live already is only measured again.

        Raises:
            TorchServeError: the version could not be taken out.
        """
        log.info("trying", version=request.version)
        error, measured = "", None
        try:
            measured = await self._measured(request, live, loaded)
        except _FAILURES as failure:
            error = str(failure) or type(failure).__name__
            log.warning("trial failed", version=request.version, error=error)
        self._told = [*self._told, Trial(request=request, error=error, measured=measured)][-TOLD:]
        # What was there before may still be answering somebody.
        if not newest_of(request.version, loaded):
            await self._loader.unload(request.version)

    async def _measured(
        self, request: TrialRequest, live: Release | None, loaded: Mapping[str, LoadedVersion]
    ) -> Measurement:
        if live and live.version == request.version and live.sha256 != request.sha256:
            raise ProbeFailed("the version is live with another archive; raise the version")
        name = newest_of(request.version, loaded)
        cached = await self._cache.get(request, registration=name, keep=live)
        return await self._loader.make_ready(cached, loaded.get(name), workers=WORKERS)
