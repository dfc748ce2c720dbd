"""Brings releases up in the TorchServe beside us: the live version, and a candidate next to it.

A version becomes live only after its golden images have given the recorded answers; one that fails
is unloaded and the old one keeps serving. A candidate, canary or shadow, passes the same checks.
"""

import time

import structlog

from service_kit.errors import DomainError
from serving.archives.archive import ArchiveRefused
from serving.contract.releases import Release
from serving.contract.torchserve import TorchServeAway, TorchServeError
from serving.replica.archive_cache import ArchiveCache, CachedArchive
from serving.replica.desired_state import STORE_FAILURES, Loaded
from serving.replica.judgements import Judgements
from serving.replica.live_release_file import LiveReleaseFile
from serving.replica.reasons import reason_of
from serving.replica.reference_gate import ReferenceGate
from serving.replica.settings import FollowerSettings
from serving.replica.state import Held, State
from serving.replica.torchserve.management import ManagementClient
from serving.replica.torchserve.probe import ProbeFailed
from serving.replica.torchserve.registrations import newest_of
from serving.replica.torchserve.version_loader import VersionLoader

log = structlog.get_logger()

# What is wrong with the version itself, not with what it is loaded by.
VERDICTS = (ArchiveRefused, ProbeFailed)
# Whatever can be wrong with one release; OSError includes a full disk.
_RELEASE_FAILURES = (ArchiveRefused, ProbeFailed, TorchServeError, DomainError, *STORE_FAILURES)


class Rollout:
    """Loads releases into one TorchServe and notes the outcome in the follower's `State`."""

    def __init__(
        self,
        settings: FollowerSettings,
        *,
        cache: ArchiveCache,
        management: ManagementClient,
        loader: VersionLoader,
        live_file: LiveReleaseFile,
        gate: ReferenceGate | None,
        judgements: Judgements,
    ) -> None:
        self._model = settings.model_name
        self._workers = settings.workers
        self._cache = cache
        self._management = management
        self._loader = loader
        self._live_file = live_file
        self._gate = gate
        self._judgements = judgements

    async def bring_up(self, release: Release, state: State, loaded: Loaded) -> None:
        """Load a release, probe it and switch to it; on failure the live version stays.

        Raises:
            TorchServeAway: TorchServe was restarted meanwhile.
        """
        if state.live and state.live.release.sha256 == release.sha256:
            # The archive that is live was released again: nothing is to be loaded.
            self._live_file.write(release)
            state.live = Held(release, state.live.cached)
            return
        instance = self._management.instance
        state.phase = "updating" if state.live else "starting"
        log.info("bringing up", version=release.version, release=release.number)
        try:
            cached = await self._ready(release, state, loaded)
            await self._management.set_default(self._model, cached.registration)
        except _RELEASE_FAILURES as error:
            await self._reject(release, error, state, instance)
            state.phase = "ready" if state.live else "failed"
            state.refusal = f"{release.version}: {reason_of(error)}"
            state.refused = release.number
            return
        self._live_file.write(release)
        state.live, state.phase = Held(release, cached), "ready"
        state.refusal, state.refused = "", 0
        state.failed_checks, state.checked_at = 0, time.monotonic()
        state.backoff.passed(release.number)
        log.info("live", version=release.version, release=release.number)

    async def bring_up_candidate(self, release: Release, state: State, loaded: Loaded) -> None:
        """Load and probe a candidate; the live version stays what it is.

        Raises:
            TorchServeAway: TorchServe was restarted meanwhile.
        """
        instance = self._management.instance
        log.info("bringing up a candidate", version=release.version, kind=release.kind)
        try:
            cached = await self._ready(release, state, loaded)
        except _RELEASE_FAILURES as error:
            await self._reject(release, error, state, instance)
            state.candidate_refusal = f"{release.kind} {release.version}: {reason_of(error)}"
            state.candidate_refused = release.number
            return
        state.candidate = Held(release, cached)
        state.candidate_refusal, state.candidate_refused = "", 0
        log.info("candidate ready", version=release.version, kind=release.kind)

    async def _ready(self, release: Release, state: State, loaded: Loaded) -> CachedArchive:
        if state.live and state.live.release.version == release.version:
            raise ProbeFailed("the version is live with another archive; raise the version")
        name = newest_of(release.version, loaded)
        serving = state.live.release if state.live else state.inherited
        cached = await self._cache.get(release, registration=name, keep=serving)
        measured = await self._loader.make_ready(cached, loaded.get(name), workers=self._workers)
        if self._gate and self._is_new(release):
            live = self._loader.asker(state.live.cached) if state.live else None
            judged = await self._gate.judge(
                self._loader.asker(cached),
                live,
                explain=self._loader.asker(cached, target="malignant"),
                measured=measured,
            )
            measured = measured.model_copy(update={"reference": judged})
            self._judgements.note(release, reference=judged)
        state.measured[release.version] = measured
        return cached

    def _is_new(self, release: Release) -> bool:
        """Whether it must pass the reference gate: the way back, and a restart, never must."""
        remembered = self._live_file.read()
        return release.kind != "rollback" and not (
            remembered and remembered.sha256 == release.sha256
        )

    async def _reject(
        self, release: Release, error: Exception, state: State, instance: str
    ) -> None:
        """Unload a release that failed, and leave it alone for a while."""
        loaded = await self._management.versions(self._model)
        name = newest_of(release.version, loaded)
        if name and name not in state.in_use:
            await self._loader.unload(name)
        if self._management.instance != instance:
            raise TorchServeAway("TorchServe was restarted meanwhile") from error
        log.error("release refused", version=release.version, error=reason_of(error))
        if isinstance(error, VERDICTS):
            found = error.reference if isinstance(error, ProbeFailed) else None
            self._judgements.note(release, error=str(error), reference=found)
        state.backoff.failed(release.number)
