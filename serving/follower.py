"""Brings the TorchServe beside it to the newest release, and tells the gateway how it stands.

A version becomes live only after its golden images gave the recorded answers; one that fails is
taken out again and the old one goes on serving. Every step starts from what TorchServe says is
loaded, so a follower or a TorchServe that was killed anywhere is picked up where it stands.
"""

import asyncio
import time
from dataclasses import dataclass, field

import structlog
from obstore.exceptions import BaseError
from pydantic import ValidationError

from service_kit import background
from service_kit.blobs import BlobMissing
from serving.archive import ArchiveRefused
from serving.archive_cache import ArchiveCache, CachedArchive
from serving.backoff import Backoff
from serving.live_memory import LiveMemory
from serving.management import LoadedVersion, ManagementClient
from serving.probe import ProbeFailed
from serving.releases import Release, ReleaseLog
from serving.replica_board import ReplicaBoard
from serving.replica_metrics import observe
from serving.settings import FollowerSettings
from serving.torchserve import Phase, Replica, TorchServeAway, TorchServeError
from serving.trial_maker import TrialMaker
from serving.trials import Measurement
from serving.version_loader import VersionLoader

log = structlog.get_logger()

STEP_SECONDS = 1.0
PUBLISH_SECONDS = 1.0
# TorchServe's tokens live for 60 minutes.
TOKEN_SECONDS = 40 * 60
# A version can load, answer, and hang an hour later.
CHECK_SECONDS = 15.0
CHECKS_TO_FAIL = 2
# The live version and one that is coming or going; each takes memory for all its workers.
MAX_LOADED = 2

# The object store does not answer, or answers nonsense.
_STORE_FAILURES = (BaseError, BlobMissing, OSError, ValidationError)
# Whatever can be wrong with one release; OSError includes a full disk.
_RELEASE_FAILURES = (ArchiveRefused, ProbeFailed, TorchServeError, *_STORE_FAILURES)


@dataclass(slots=True)
class State:
    """What is known about the TorchServe beside us."""

    live: Release | None = None
    archive: CachedArchive | None = None
    phase: Phase = "starting"
    # Why the newest release is not live; it stays until one is.
    refusal: str = ""
    # What hinders us just now: TorchServe or the object store away; gone when a step succeeds.
    trouble: str = ""
    backoff: Backoff = field(default_factory=Backoff)
    # Since when a version is neither live nor coming (monotonic seconds).
    idle_since: dict[str, float] = field(default_factory=dict)
    # By version, for those that were loaded since the follower started.
    measured: dict[str, Measurement] = field(default_factory=dict)
    failed_checks: int = 0
    checked_at: float = field(default_factory=time.monotonic)


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
        trials: TrialMaker,
        board: ReplicaBoard,
    ) -> None:
        self._settings = settings
        self._model = settings.model_name
        self._releases = releases
        self._cache = cache
        self._management = management
        self._loader = loader
        self._trials = trials
        self._board = board
        self._memory = LiveMemory(settings.torchserve_folder)
        self._state = State()
        self._tokens_at = time.monotonic()

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
        """Look once at TorchServe and the log, and close the gap between them."""
        trouble = ""
        try:
            loaded = await self._management.versions(self._model)
            self._notice_restart(loaded)
            await self._renew_tokens()
            await self._check_live()
            release, trouble = await self._wanted(loaded)
            if release and (release.version in loaded or len(loaded) < MAX_LOADED):
                await self._bring_up(release, loaded)
            elif not release:
                await self._try_out(loaded)
            await self._retire()
        except TorchServeError as error:
            trouble = str(error)
        self._state.trouble = trouble

    async def publish(self) -> None:
        """Tell the gateways how this replica stands."""
        replica = await self._replica()
        live, trouble = self._state.live, self._state.trouble
        observe(replica, release=live.number if live else 0, hindered=bool(trouble))
        await self._board.publish(replica)

    async def _keep_stepping(self) -> None:
        while True:
            await self.step()
            await asyncio.sleep(STEP_SECONDS)

    async def _keep_publishing(self) -> None:
        while True:
            await self.publish()
            await asyncio.sleep(PUBLISH_SECONDS)

    def _notice_restart(self, loaded: dict[str, LoadedVersion]) -> None:
        """A TorchServe that no longer knows the live version was restarted: begin anew."""
        live = self._state.live
        if live and live.version not in loaded:
            log.warning("torchserve was restarted", version=live.version)
            self._state = State(backoff=self._state.backoff)

    async def _renew_tokens(self) -> None:
        if time.monotonic() - self._tokens_at > TOKEN_SECONDS:
            await self._management.renew_token("inference")
            # At once: the old token is refused already.
            await self.publish()
            await self._management.renew_token("management")
            self._tokens_at = time.monotonic()

    async def _check_live(self) -> None:
        """Ask the live version now and then; load it anew when it no longer answers."""
        state = self._state
        if not state.live or not state.archive:
            return
        if time.monotonic() - state.checked_at < CHECK_SECONDS:
            return
        state.checked_at = time.monotonic()
        try:
            await self._loader.check(state.archive.archive)
        except (ProbeFailed, TorchServeError, TimeoutError) as error:
            state.failed_checks += 1
            log.warning("the live version does not answer", error=str(error))
        else:
            state.failed_checks = 0
        if state.failed_checks >= CHECKS_TO_FAIL:
            await self._loader.unload(state.live.version)
            self._state = State(backoff=state.backoff, refusal="the live version hung")

    async def _wanted(self, loaded: dict[str, LoadedVersion]) -> tuple[Release | None, str]:
        """The release to bring up now, and what hinders us from knowing it.

        None while all is as it should be or can't be better.
        """
        state, remembered = self._state, self._memory.read()
        if state.live is None and remembered and remembered.version in loaded:
            return remembered, ""  # the follower was restarted, not TorchServe
        try:
            newest = await self._releases.newest()
            if newest is None:
                return None, ""
            if self._is_live(newest):
                state.refusal = ""
                return None, ""
            if not state.backoff.is_resting(newest.number):
                return newest, ""
            # Better an older version than none.
            return None if state.live else await self._newest_that_may_pass(), ""
        except _STORE_FAILURES as error:
            # What is here goes on serving meanwhile.
            log.warning("the release log can't be read", error=type(error).__name__)
            trouble = f"the release log can't be read: {type(error).__name__}"
            return None if state.live else remembered, trouble

    def _is_live(self, release: Release) -> bool:
        live = self._state.live
        return live is not None and live.sha256 == release.sha256

    async def _newest_that_may_pass(self) -> Release | None:
        for release in reversed(await self._releases.entries()):
            if not self._state.backoff.is_resting(release.number):
                return release
        return None

    async def _bring_up(self, release: Release, loaded: dict[str, LoadedVersion]) -> None:
        """Load, probe and switch; on failure everything stays as it was."""
        state, instance = self._state, self._management.instance
        state.phase = "updating" if state.live else "starting"
        log.info("bringing up", version=release.version, release=release.number)
        try:
            if state.live and state.live.version == release.version:
                raise ProbeFailed("the version is live with another archive; raise the version")
            cached = await self._cache.get(release, keep=state.live)
            measured = await self._loader.make_ready(
                cached, loaded.get(release.version), workers=self._settings.workers
            )
            await self._management.set_default(self._model, release.version)
        except _RELEASE_FAILURES as error:
            await self._give_up(release, error, instance)
            return
        self._memory.write(release)
        state.measured[release.version] = measured
        state.live, state.archive, state.phase, state.refusal = release, cached, "ready", ""
        state.failed_checks, state.checked_at = 0, time.monotonic()
        state.backoff.passed(release.number)
        log.info("live", version=release.version, release=release.number)
        await self.publish()

    async def _try_out(self, loaded: dict[str, LoadedVersion]) -> None:
        """Make a trial that somebody waits for, where there is room for it."""
        request = await self._trials.wanted()
        if request and (request.version in loaded or len(loaded) < MAX_LOADED):
            await self._trials.make(request, self._state.live, loaded)
            await self.publish()

    async def _give_up(self, release: Release, error: Exception, instance: str) -> None:
        """Take a failed release out, and leave it alone for a while."""
        state = self._state
        state.phase = "ready" if state.live else "failed"
        if not (state.live and state.live.version == release.version):
            await self._loader.unload(release.version)
        if self._management.instance != instance:
            raise TorchServeAway("TorchServe was restarted meanwhile") from error
        log.error("release refused", version=release.version, error=str(error))
        state.refusal = f"{release.version}: {error}"
        state.backoff.failed(release.number)

    async def _retire(self) -> None:
        """Unregister what nobody can still wait for.

        Unregistering kills workers at once, so a version goes only when the longest deadline of
        a request has passed since it was live.
        """
        state, now = self._state, time.monotonic()
        live = state.live.version if state.live else ""
        loaded = await self._management.versions(self._model)
        state.idle_since = {
            version: state.idle_since.get(version, now) for version in loaded if version != live
        }
        for version, since in state.idle_since.items():
            if now - since >= self._settings.drain_seconds:
                log.info("unloading", version=version)
                await self._loader.unload(version)

    async def _replica(self) -> Replica:
        state, settings = self._state, self._settings
        replica = Replica(
            id=settings.replica_id,
            address=settings.inference_address,
            token="",
            model=self._model,
            state=state.phase,
            last_error=state.trouble or state.refusal,
            trials=self._trials.told,
            seen_at=time.time(),
        )
        try:
            loaded = await self._management.versions(self._model)
            token = self._management.token("inference")
        except TorchServeError as error:
            return replica.model_copy(update={"state": "failed", "last_error": str(error)})
        live = loaded.get(state.live.version) if state.live else None
        return replica.model_copy(
            update={
                "token": token,
                "live_version": live.version if live else "",
                "loaded_versions": list(loaded),
                "workers": live.ready_workers if live else 0,
                "measured": [state.measured[name] for name in loaded if name in state.measured],
            }
        )
