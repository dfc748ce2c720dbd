"""The follower: keeps the TorchServe beside it at what the release log asks for.

Every step starts from what TorchServe says is loaded, so it doesn't matter where a follower or a
TorchServe was killed: the next step picks up from there.
"""

import asyncio
import time
from datetime import timedelta

import structlog

from service_kit import background, clock
from serving.contract.releases import ReleaseLog
from serving.contract.replicas import Replica
from serving.contract.torchserve import TorchServeError
from serving.replica.archive_cache import ArchiveCache
from serving.replica.desired_state import Drift, DriftDetector, Loaded
from serving.replica.judgements import Judgements
from serving.replica.live_release_file import LiveReleaseFile
from serving.replica.metrics import observe
from serving.replica.reasons import reason_of
from serving.replica.reference_gate import ReferenceGate
from serving.replica.regenerations import Regenerator
from serving.replica.registry import ReplicaRegistry
from serving.replica.rollout import Rollout
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
# A version can load, answer, and then hang an hour later.
CHECK_SECONDS = 15.0
CHECKS_TO_FAIL = 2
# The live version and one other: a candidate, one coming or one going. Each needs memory for all
# its workers.
MAX_LOADED = 2


class Follower:
    """Follows the release log with one TorchServe, and publishes its state."""

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
        gate: ReferenceGate | None = None,
        judgements: Judgements | None = None,
    ) -> None:
        self._settings = settings
        self._model = settings.model_name
        self._management = management
        self._loader = loader
        self._trials = trials
        self._regenerator = regenerator
        self._board = board
        self._judgements = judgements or Judgements()
        live_file = LiveReleaseFile(settings.torchserve_folder)
        self._drift_detector = DriftDetector(releases, live_file)
        self._rollout = Rollout(
            settings,
            cache=cache,
            management=management,
            loader=loader,
            live_file=live_file,
            gate=gate,
            judgements=self._judgements,
        )
        self._state = State(inherited=live_file.read())

    async def run(self) -> None:
        """Follow until cancelled."""
        await self._board.forget_gone()
        # Separate loops, so that gateways hear from this replica while a version is loading.
        loops = [
            asyncio.create_task(self._keep_stepping()),
            asyncio.create_task(self._keep_publishing()),
        ]
        try:
            await asyncio.wait(loops, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await background.end(*loops)

    async def step(self) -> None:
        """Compare TorchServe with the log once, and take the next step towards it."""
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
        self._state.nothing_released = drift.nothing_released

    async def publish(self) -> None:
        """Publish this replica's state for the gateways."""
        replica = await self._replica()
        state = self._state
        observe(
            replica,
            release=state.live.release.number if state.live else 0,
            hindered=bool(state.trouble),
            nothing_released=state.nothing_released,
        )
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
        """A TorchServe that has forgotten what was in use has been restarted: start over."""
        inherited = self._state.inherited
        if inherited and not newest_of(inherited.version, loaded):
            self._state.inherited = None
        if lost := self._state.in_use - loaded.keys():
            log.warning("torchserve was restarted", lost=sorted(lost))
            self._state = State(backoff=self._state.backoff)

    async def _renew_tokens(self) -> None:
        """In time, and also where no follower was running when they expired."""
        if self._management.tokens_end() - clock.now() > RENEW_BEFORE:
            return
        await self._management.renew_token("management")
        await self._management.renew_token("inference")
        # At once: the old token is already refused.
        await self.publish()

    async def _check_live(self) -> None:
        """Check the live version now and then; unload it when it no longer answers."""
        state = self._state
        if not state.live or time.monotonic() - state.checked_at < CHECK_SECONDS:
            return
        state.checked_at = time.monotonic()
        try:
            await self._loader.check(state.live.cached)
        except (ProbeFailed, TorchServeError, TimeoutError) as error:
            state.failed_checks += 1
            log.warning("the live version does not answer", error=reason_of(error))
        else:
            state.failed_checks = 0
        if state.failed_checks >= CHECKS_TO_FAIL:
            await self._loader.unload(state.live.registration)
            self._state = State(backoff=state.backoff, refusal="the live version stopped answering")

    async def _close(self, drift: Drift, loaded: Loaded) -> None:
        """Take the one step that comes next."""
        state = self._state
        state.waiting = ""
        if drift.live:
            if self._has_room(drift.live.version, loaded):
                await self._rollout.bring_up(drift.live, state, loaded)
                await self.publish()
        elif drift.candidate and state.live:
            if self._has_room(drift.candidate.version, loaded):
                await self._rollout.bring_up_candidate(drift.candidate, state, loaded)
                await self.publish()
        elif request := await self._trials.pending():
            if self._has_room(request.version, loaded):
                await self._trials.run(request, state.live, loaded)
                await self.publish()
        elif state.live and len(loaded) < MAX_LOADED:
            await self._regenerate(state.live, loaded)

    async def _regenerate(self, live: Held, loaded: Loaded) -> None:
        """Replace the live version's workers by fresh ones, where that was requested."""
        if request := await self._regenerator.pending():
            self._state.live = await self._regenerator.run(request, live, loaded) or live
            await self.publish()

    async def _retire(self) -> None:
        """Unregister versions that no request can still be waiting for.

        Unregistering kills workers at once, so a version goes only when a request's longest
        deadline has passed since it was last in use.
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
            last_error=state.trouble
            or state.refusal
            or state.candidate_refusal
            or state.waiting
            or await self._board.unusable(state.answering),
            refused_release=state.refused or state.candidate_refused,
            trials=self._trials.results,
            regeneration=self._regenerator.latest,
            judgements=self._judgements.latest,
            seen_at=time.time(),
        )
        try:
            loaded = await self._management.versions(self._model)
            token = self._management.token("inference")
        except TorchServeError as error:
            return replica.model_copy(update={"state": "failed", "last_error": str(error)})
        return state.describe(replica.model_copy(update={"token": token}), loaded)

    def _has_room(self, version: str, loaded: Loaded) -> bool:
        """Whether a version can be loaded now; where it can't, the state says why."""
        if len(loaded) < MAX_LOADED or newest_of(version, loaded):
            return True
        self._state.wait_for_room(version, loaded)
        return False
