"""Brings the TorchServe beside it to the newest release, and tells the gateway how it stands.

A version becomes live only after its golden images gave the recorded answers on every worker's
own model; one that fails is taken out again and the old one goes on serving.
"""

import asyncio
import contextlib
import time
from dataclasses import dataclass

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from service_kit.blobs import BlobMissing
from serving.archive import ArchiveRefused, CheckedArchive, check_archive
from serving.releases import Release, ReleaseLog
from serving.settings import FollowerSettings
from serving.torchserve import (
    REPLICA_INDEX,
    InferenceClient,
    ManagementClient,
    Phase,
    Replica,
    TorchServeError,
    replica_key,
)

log = structlog.get_logger()

POLL_SECONDS = 1.0
# A replica that has not been seen for so long is forgotten.
EXPIRY_SECONDS = 10
# TorchServe's tokens live for 60 minutes.
TOKEN_SECONDS = 40 * 60
LOAD_SECONDS = 120.0
PROBE_SECONDS = 15.0
# Two builds of one runtime may differ in the last digits of a float.
PROBE_TOLERANCE = 1e-3
# A release that failed is not tried again at once; a new one is.
RETRY_SECONDS = 30.0


class ProbeFailed(Exception):
    """A new version does not answer as its archive says it must."""


@dataclass(slots=True)
class State:
    """What is known about the TorchServe beside us."""

    live: Release | None = None
    failed: Release | None = None
    failed_at: float = 0.0
    error: str = ""
    phase: Phase = "starting"


class Follower:
    """Follows the release log with one TorchServe."""

    def __init__(
        self,
        settings: FollowerSettings,
        *,
        releases: ReleaseLog,
        management: ManagementClient,
        inference: InferenceClient,
        redis: Redis,
    ) -> None:
        self._settings = settings
        self._releases = releases
        self._management = management
        self._inference = inference
        self._redis = redis
        self._state = State()
        self._store = settings.torchserve_folder / "model_store"
        self._retiring: set[asyncio.Task[None]] = set()
        self._tokens_at = time.monotonic()

    async def run(self) -> None:
        """Follow until cancelled."""
        while True:
            await self.step()
            await self._publish()
            await asyncio.sleep(POLL_SECONDS)

    async def step(self) -> None:
        """Look once at TorchServe and the log, and close the gap between them."""
        try:
            await self._notice_restart()
            await self._renew_tokens()
            newest = await self._releases.newest()
            if newest and self._is_due(newest):
                await self._bring_up(newest)
        except TorchServeError as error:
            self._state.phase = "starting" if self._state.live is None else self._state.phase
            self._state.error = str(error)
        except Exception as error:
            # Whatever the object store raises: the live version goes on serving meanwhile.
            log.exception("follower step failed")
            self._state.error = type(error).__name__

    def _is_due(self, newest: Release) -> bool:
        state = self._state
        if state.live and state.live.sha256 == newest.sha256:
            state.live = newest
            return False
        recently_failed = (
            state.failed == newest and time.monotonic() - state.failed_at < RETRY_SECONDS
        )
        return not recently_failed

    async def _notice_restart(self) -> None:
        """A TorchServe that no longer knows the live version was restarted: begin anew."""
        versions = await self._management.versions(self._settings.model_name)
        live = self._state.live
        if live and live.version not in {loaded.version for loaded in versions}:
            log.warning("torchserve was restarted", version=live.version)
            self._state = State()

    async def _renew_tokens(self) -> None:
        if time.monotonic() - self._tokens_at > TOKEN_SECONDS:
            await self._management.renew_tokens()
            self._tokens_at = time.monotonic()

    async def _bring_up(self, release: Release) -> None:
        """Load, probe, switch, and let the old version go once nobody can still wait for it."""
        state, before = self._state, self._state.live
        state.phase = "updating"
        await self._publish()
        log.info("bringing up", version=release.version, release=release.number)
        try:
            archive = await self._fetch(release)
            await self._load(archive)
            await self._probe(archive)
        except (ArchiveRefused, ProbeFailed, TorchServeError, BlobMissing) as error:
            log.error("release refused", version=release.version, error=str(error))  # noqa: TRY400
            await self._give_up(release, before)
            state.failed, state.failed_at = release, time.monotonic()
            state.error = f"{release.version}: {error}"
            state.phase = "ready" if before else "failed"
            return
        await self._management.set_default(self._settings.model_name, release.version)
        state.live, state.failed, state.error, state.phase = release, None, "", "ready"
        log.info("live", version=release.version, release=release.number)
        await self._publish()
        await self._retire_others(release.version)

    async def _fetch(self, release: Release) -> CheckedArchive:
        path = self._store / f"{release.model}-{release.version}.mar"
        if not path.exists() or check_archive(path).sha256 != release.sha256:
            await self._releases.fetch_archive(release.sha256, path)
        archive = check_archive(path)
        if archive.sha256 != release.sha256:
            path.unlink()
            raise ProbeFailed("the archive is not the one that was released")
        return archive

    async def _load(self, archive: CheckedArchive) -> None:
        model, version = self._settings.model_name, archive.card.version
        loaded = await self._management.versions(model)
        if any(found.version == version for found in loaded):
            # Left by a follower that was killed half-way; its state is not known.
            await self._management.unregister(model, version)
        await self._management.register(
            model, archive.path.name, workers=self._settings.workers, seconds=LOAD_SECONDS
        )

    async def _probe(self, archive: CheckedArchive) -> None:
        # TorchServe gives requests to its workers in turn, so this many reach every one of them.
        for golden in archive.golden * self._settings.workers:
            finding = await self._inference.predict(
                self._settings.inference_address,
                self._management.token("inference"),
                model=self._settings.model_name,
                version=archive.card.version,
                image=archive.read(golden.file),
                seconds=PROBE_SECONDS,
            )
            difference = abs(finding.probability_malignant - golden.probability_malignant)
            if difference > PROBE_TOLERANCE:
                raise ProbeFailed(f"{golden.file} is off by {difference:.4f}")

    async def _give_up(self, release: Release, before: Release | None) -> None:
        if before and before.version == release.version:
            return
        with contextlib.suppress(TorchServeError):
            await self._management.unregister(self._settings.model_name, release.version)

    async def _retire_others(self, live: str) -> None:
        for loaded in await self._management.versions(self._settings.model_name):
            if loaded.version != live:
                task = asyncio.create_task(self._retire(loaded.version))
                self._retiring.add(task)
                task.add_done_callback(self._retiring.discard)

    async def _retire(self, version: str) -> None:
        # Unregistering kills workers at once, so nobody may be waiting for this version then.
        await asyncio.sleep(self._settings.drain_seconds)
        live = self._state.live
        if live is None or live.version != version:
            with contextlib.suppress(TorchServeError):
                await self._management.unregister(self._settings.model_name, version)

    async def _publish(self) -> None:
        try:
            replica = await self._replica()
            async with self._redis.pipeline(transaction=False) as pipeline:
                pipeline.sadd(REPLICA_INDEX, replica.id)
                pipeline.set(replica_key(replica.id), replica.model_dump_json(), ex=EXPIRY_SECONDS)
                await pipeline.execute()
        except (RedisError, OSError, TimeoutError, TorchServeError):
            # The gateway keeps the last list it read; there is nothing better to do here.
            log.warning("replica not published")

    async def _replica(self) -> Replica:
        state, settings = self._state, self._settings
        versions = await self._management.versions(settings.model_name)
        live = state.live.version if state.live else ""
        return Replica(
            id=settings.replica_id,
            address=settings.inference_address,
            token=self._management.token("inference"),
            model=settings.model_name,
            live_version=live,
            loaded_versions=[loaded.version for loaded in versions],
            workers=sum(v.ready_workers for v in versions if v.version == live),
            state=state.phase,
            last_error=state.error,
            seen_at=time.time(),
        )
