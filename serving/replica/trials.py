"""Runs the trials that were requested, in the TorchServe beside us."""

from collections.abc import Mapping

import structlog
from obstore.exceptions import BaseError

from service_kit.blobs import BlobMissing
from service_kit.errors import DomainError
from serving.archives.archive import ArchiveRefused
from serving.contract.follower_requests import FollowerRequests
from serving.contract.torchserve import TorchServeError
from serving.contract.trials import KEPT_RESULTS, Measurement, Trial, TrialRequest
from serving.replica.archive_cache import ArchiveCache
from serving.replica.judgements import Judgements
from serving.replica.reasons import reason_of
from serving.replica.reference_gate import ReferenceGate
from serving.replica.state import Held
from serving.replica.torchserve.management import LoadedVersion
from serving.replica.torchserve.probe import ProbeFailed
from serving.replica.torchserve.registrations import newest_of
from serving.replica.torchserve.version_loader import VersionLoader

log = structlog.get_logger()

# One new worker shows how a version performs; a release starts as many as it needs.
WORKERS = 1

_FAILURES = (
    ArchiveRefused, BlobMissing, ProbeFailed, TorchServeError, BaseError, OSError, DomainError,
)  # fmt: skip


class TrialRunner:
    """Tries one version at a time and remembers the latest results."""

    def __init__(
        self,
        requests: FollowerRequests[TrialRequest],
        cache: ArchiveCache,
        loader: VersionLoader,
        gate: ReferenceGate | None,
        judgements: Judgements,
    ) -> None:
        self._requests = requests
        self._cache = cache
        self._loader = loader
        self._gate = gate
        self._judgements = judgements
        self._results: list[Trial] = []

    @property
    def results(self) -> list[Trial]:
        """The latest trials, the newest last."""
        return list(self._results)

    async def pending(self) -> TrialRequest | None:
        """The newest request; None where it has been dealt with."""
        request = await self._requests.newest()
        is_done = request in [trial.request for trial in self._results]
        return None if is_done else request

    async def run(
        self, request: TrialRequest, live: Held | None, loaded: Mapping[str, LoadedVersion]
    ) -> None:
        """Load a version that gets no requests, probe it, measure it, unload it again.

        Args:
            request: what to try.
            live: what is serving meanwhile.
            loaded: what TorchServe has; a version that is live already is only measured again.

        Raises:
            TorchServeError: the version could not be unloaded.
        """
        log.info("trying", version=request.version)
        error, measured = "", None
        try:
            measured = await self._measured(request, live, loaded)
            self._judgements.note(request, reference=measured.reference)
            measured = _without_answers(measured)
        except _FAILURES as failure:
            error = reason_of(failure)
            if isinstance(failure, (ArchiveRefused, ProbeFailed)):
                found = failure.reference if isinstance(failure, ProbeFailed) else None
                self._judgements.note(request, error=error, reference=found)
            log.warning("trial failed", version=request.version, error=error)
        result = Trial(request=request, error=error, measured=measured)
        self._results = [*self._results, result][-KEPT_RESULTS:]
        # What was loaded before may still be answering requests.
        if not newest_of(request.version, loaded):
            await self._loader.unload(request.version)

    async def _measured(
        self, request: TrialRequest, live: Held | None, loaded: Mapping[str, LoadedVersion]
    ) -> Measurement:
        serving = live.release if live else None
        if serving and serving.version == request.version and serving.sha256 != request.sha256:
            raise ProbeFailed("the version is live with another archive; raise the version")
        name = newest_of(request.version, loaded)
        cached = await self._cache.get(request, registration=name, keep=serving)
        measured = await self._loader.make_ready(cached, loaded.get(name), workers=WORKERS)
        if self._gate is None:
            return measured
        beside = self._loader.asker(live.cached) if live else None
        judged = await self._gate.judge(
            self._loader.asker(cached),
            beside,
            explain=self._loader.asker(cached, target="malignant"),
            measured=measured,
        )
        return measured.model_copy(update={"reference": judged})


def _without_answers(measured: Measurement) -> Measurement:
    """For the trial: its judgement has them, and both are published again and again."""
    if measured.reference is None:
        return measured
    figures = measured.reference.model_copy(update={"answers": None, "live_answers": None})
    return measured.model_copy(update={"reference": figures})
