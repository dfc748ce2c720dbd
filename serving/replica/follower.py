"""Brings the TorchServe beside it to what the release log asks for, and tells how it stands.

A version becomes live only after its golden images gave the recorded answers; one that fails is
taken out again and the old one goes on serving. A candidate, canary or shadow, stands beside the
live version under the same conditions. Every step starts from what TorchServe says is loaded, so a
follower or a TorchServe that was killed anywhere is picked up where it stands.
"""

import asyncio
import time
from datetime import timedelta

import structlog

from service_kit import background, clock
from serving.archives.archive import ArchiveRefused
from serving.contract.releases import Release, ReleaseLog
from serving.contract.torchserve import Replica, TorchServeAway, TorchServeError
from serving.replica.archive_cache import ArchiveCache, CachedArchive
from serving.replica.desired_state import STORE_FAILURES, Drift, DriftDetector, Loaded
from serving.replica.live_release_file import LiveReleaseFile
from serving.replica.metrics import observe
from serving.replica.regenerations import Regenerator
from serving.replica.registry import ReplicaRegistry
from serving.replica.settings import FollowerSettings
from serving.replica.state import Held, State
from serving.replica.torchserve.management import ManagementClient
from serving.replica.torchserve.probe import ProbeFailed
from serving.replica.torchserve.registrations import newest_of
from serving.replica.torchserve.version_loader import VersionLoader
from serving.replica.trials import TrialRunner

log = structlog.get_logger()

STEP_SECONDS = 1.0
PUBLISH_SECONDS = 1.0
# TorchServe's tokens live for 60 minutes.
RENEW_BEFORE = timedelta(minutes=20)
# A version can load, answer, and hang an hour later.
CHECK_SECONDS = 15.0
CHECKS_TO_FAIL = 2
# The live version and one beside it, or coming or going; each takes memory for all its workers.
MAX_LOADED = 2

# Whatever can be wrong with one release; OSError includes a full disk.
_RELEASE_FAILURES = (ArchiveRefused, ProbeFailed, TorchServeError, *STORE_FAILURES)


class Follower:
    """Follows the release log with one TorchServe."""

    def __init__(
        self,
        settings: FollowerSettings,
        *,
        releases: ReleaseLog,
        cache: ArchiveCache,
        management: ManagementClient,
        loader: VersionLoader,
        trials: TrialRunner,
        regenerator: Regenerator,
        board: ReplicaRegistry,
    ) -> None:
        self._settings = settings
        self._model = settings.model_name
        self._cache = cache
        self._management = management
        self._loader = loader
        self._trials = trials
        self._regenerator = regenerator
        self._board = board
        self._live_file = LiveReleaseFile(settings.torchserve_folder)
        self._drift_detector = DriftDetector(releases, self._live_file)
        self._state = State(inherited=self._live_file.read())

    async def run(self) -> None:
        """Follow until cancelled."""
        await self._board.forget_gone()
        # Apart, so that the gateway hears of us while a version takes its time to load.
        loops = [
            asyncio.create_task(self._keep_stepping()),
            asyncio.create_task(self._keep_publishing()),
        ]
        try:
            await asyncio.wait(loops, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await background.end(*loops)

    async def step(self) -> None:
        """Look once at TorchServe and the log, and close the drift between them."""
        drift = Drift()
        try:
            await self._renew_tokens()
            loaded = await self._management.versions(self._model)
            self._notice_restart(loaded)
            await self._check_live()
            drift = await self._drift_detector.detect(self._state, loaded)
            await self._close(drift, loaded)
            await self._retire()
        except TorchServeError as error:
            drift = Drift(trouble=str(error))
        self._state.trouble = drift.trouble

    async def publish(self) -> None:
        """Tell the gateways how this replica stands."""
        replica = await self._replica()
        live, trouble = self._state.live, self._state.trouble
        observe(replica, release=live.release.number if live else 0, hindered=bool(trouble))
        await self._board.publish(replica)

    async def _keep_stepping(self) -> None:
        while True:
            await self.step()
            await asyncio.sleep(STEP_SECONDS)

    async def _keep_publishing(self) -> None:
        while True:
            await self.publish()
            await asyncio.sleep(PUBLISH_SECONDS)

    def _notice_restart(self, loaded: Loaded) -> None:
        """A TorchServe that no longer knows what was in use was restarted: begin anew."""
        inherited = self._state.inherited
        if inherited and not newest_of(inherited.version, loaded):
            self._state.inherited = None
        if lost := self._state.in_use - loaded.keys():
            log.warning("torchserve was restarted", lost=sorted(lost))
            self._state = State(backoff=self._state.backoff)

    async def _renew_tokens(self) -> None:
        """In time, and also where nobody followed while they ended."""
        if self._management.tokens_end() - clock.now() > RENEW_BEFORE:
            return
        await self._management.renew_token("management")
        await self._management.renew_token("inference")
        # At once: the old token is refused already.
        await self.publish()

    async def _check_live(self) -> None:
        """Ask the live version now and then; load it anew when it no longer answers."""
        state = self._state
        if not state.live or time.monotonic() - state.checked_at < CHECK_SECONDS:
            return
        state.checked_at = time.monotonic()
        try:
            await self._loader.check(state.live.cached)
        except (ProbeFailed, TorchServeError, TimeoutError) as error:
            state.failed_checks += 1
            log.warning("the live version does not answer", error=str(error))
        else:
            state.failed_checks = 0
        if state.failed_checks >= CHECKS_TO_FAIL:
            await self._loader.unload(state.live.registration)
            self._state = State(backoff=state.backoff, refusal="the live version hung")

    async def _close(self, drift: Drift, loaded: Loaded) -> None:
        """Do the one thing that is next."""
        state = self._state
        if drift.live:
            if self._has_room(drift.live.version, loaded):
                await self._bring_up(drift.live, loaded)
        elif drift.candidate and state.live:
            if self._has_room(drift.candidate.version, loaded):
                await self._bring_beside(drift.candidate, loaded)
        elif request := await self._trials.wanted():
            if self._has_room(request.version, loaded):
                await self._trials.make(request, state.live.release if state.live else None, loaded)
                await self.publish()
        elif state.live and len(loaded) < MAX_LOADED:
            await self._regenerate(state.live, loaded)

    def _has_room(self, version: str, loaded: Loaded) -> bool:
        return len(loaded) < MAX_LOADED or bool(newest_of(version, loaded))

    async def _bring_up(self, release: Release, loaded: Loaded) -> None:
        """Load, probe and switch; on failure everything stays as it was."""
        state, instance = self._state, self._management.instance
        state.phase = "updating" if state.live else "starting"
        log.info("bringing up", version=release.version, release=release.number)
        try:
            cached = await self._made_ready(release, loaded)
            await self._management.set_default(self._model, cached.registration)
        except _RELEASE_FAILURES as error:
            await self._take_out(release, error, instance)
            state.phase = "ready" if state.live else "failed"
            state.refusal = f"{release.version}: {error}"
            return
        self._live_file.write(release)
        state.live, state.phase, state.refusal = Held(release, cached), "ready", ""
        state.failed_checks, state.checked_at = 0, time.monotonic()
        state.backoff.passed(release.number)
        log.info("live", version=release.version, release=release.number)
        await self.publish()

    async def _bring_beside(self, release: Release, loaded: Loaded) -> None:
        """Load and probe a candidate; the live version stays what it is."""
        state, instance = self._state, self._management.instance
        log.info("bringing beside", version=release.version, kind=release.kind)
        try:
            cached = await self._made_ready(release, loaded)
        except _RELEASE_FAILURES as error:
            await self._take_out(release, error, instance)
            state.candidate_refusal = f"{release.kind} {release.version}: {error}"
            return
        state.candidate, state.candidate_refusal = Held(release, cached), ""
        log.info("beside the live version", version=release.version, kind=release.kind)
        await self.publish()

    async def _made_ready(self, release: Release, loaded: Loaded) -> CachedArchive:
        state = self._state
        if state.live and state.live.release.version == release.version:
            raise ProbeFailed("the version is live with another archive; raise the version")
        name = newest_of(release.version, loaded)
        serving = state.live.release if state.live else state.inherited
        cached = await self._cache.get(release, registration=name, keep=serving)
        state.measured[release.version] = await self._loader.make_ready(
            cached, loaded.get(name), workers=self._settings.workers
        )
        return cached

    async def _take_out(self, release: Release, error: Exception, instance: str) -> None:
        """Unload a release that failed, and leave it alone for a while."""
        state = self._state
        loaded = await self._management.versions(self._model)
        name = newest_of(release.version, loaded)
        if name and name not in state.in_use:
            await self._loader.unload(name)
        if self._management.instance != instance:
            raise TorchServeAway("TorchServe was restarted meanwhile") from error
        log.error("release refused", version=release.version, error=str(error))
        state.backoff.failed(release.number)

    async def _regenerate(self, live: Held, loaded: Loaded) -> None:
        """Let fresh workers of the live version take its place, where that is asked for."""
        request = await self._regenerator.wanted()
        if request is None:
            return
        self._state.live = await self._regenerator.make(request, live, loaded) or live
        await self.publish()

    async def _retire(self) -> None:
        """Unregister what nobody can still wait for.

        Unregistering kills workers at once, so a version goes only when the longest deadline of
        a request has passed since it was in use.
        """
        state, now = self._state, time.monotonic()
        loaded = await self._management.versions(self._model)
        state.idle_since = {
            name: state.idle_since.get(name, now) for name in loaded if name not in state.in_use
        }
        for name, since in state.idle_since.items():
            if now - since >= self._settings.drain_seconds:
                log.info("unloading", version=name)
                await self._loader.unload(name)

    async def _replica(self) -> Replica:
        state, settings = self._state, self._settings
        replica = Replica(
            id=settings.replica_id,
            address=settings.inference_address,
            token="",
            model=self._model,
            state=state.phase,
            last_error=state.trouble or state.refusal or state.candidate_refusal,
            trials=self._trials.told,
            regeneration=self._regenerator.told,
            seen_at=time.time(),
        )
        try:
            loaded = await self._management.versions(self._model)
            token = self._management.token("inference")
        except TorchServeError as error:
            return replica.model_copy(update={"state": "failed", "last_error": str(error)})
        return state.tell(replica.model_copy(update={"token": token}), loaded)
