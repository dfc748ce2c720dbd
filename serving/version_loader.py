"""Loads versions into the TorchServe beside us, asks them, and takes them out again."""

import time

import structlog

from serving.archive import CheckedArchive
from serving.archive_cache import CachedArchive
from serving.management import LoadedVersion, ManagementClient
from serving.measurement import measure
from serving.probe import Ask, ProbeFailed, probe
from serving.settings import FollowerSettings
from serving.torchserve import Finding, InferenceClient, TorchServeError
from serving.trials import Measurement

log = structlog.get_logger()

LOAD_SECONDS = 120.0
ANSWER_SECONDS = 10.0


class VersionLoader:
    """The versions of one model in one TorchServe."""

    def __init__(
        self,
        settings: FollowerSettings,
        *,
        management: ManagementClient,
        inference: InferenceClient,
    ) -> None:
        self._settings = settings
        self._model = settings.model_name
        self._management = management
        self._inference = inference

    async def make_ready(
        self, cached: CachedArchive, found: LoadedVersion | None, *, workers: int
    ) -> Measurement:
        """Have a version loaded whose golden images come out right; it is not made the default.

        Args:
            cached: its archive.
            found: what TorchServe has registered under this version, perhaps by a follower that
                was killed half-way.
            workers: how many processes it needs.

        Returns:
            What it costs here.

        Raises:
            ProbeFailed: it answers otherwise than its archive says.
            TorchServeError: it can't be loaded, or does not answer.
        """
        archive = cached.archive
        version = archive.card.version
        if found and found.archive == cached.file_name and found.ready_workers >= workers:
            try:
                await self._probe(archive, found.ready_workers)
                return await self._measure(archive, None)
            except (ProbeFailed, TorchServeError, TimeoutError) as error:
                log.warning("a loaded version does not answer", version=version, error=str(error))
        await self.unload(version)
        started = time.monotonic()
        await self._management.register(
            self._model, version, cached.file_name, workers=workers, seconds=LOAD_SECONDS
        )
        load_seconds = time.monotonic() - started
        await self._probe(archive, workers)
        return await self._measure(archive, load_seconds)

    async def check(self, archive: CheckedArchive) -> None:
        """Ask a version about one golden image.

        Raises:
            ProbeFailed, TorchServeError, TimeoutError: it does not answer as it must.
        """
        await probe(archive, archive.golden[:1], self._asker(archive), workers=1)

    async def unload(self, version: str) -> None:
        """Unregister a version, if it is registered.

        Raises:
            TorchServeError: TorchServe is away.
        """
        versions = await self._management.versions(self._model)
        others = [other for other in versions if other != version]
        if version in versions and others:
            # TorchServe does not let go of its default; nobody here asks for the default.
            await self._management.set_default(self._model, others[0])
        await self._management.unregister(self._model, version)

    async def _probe(self, archive: CheckedArchive, workers: int) -> None:
        await probe(archive, archive.golden, self._asker(archive), workers=workers)

    async def _measure(self, archive: CheckedArchive, load_seconds: float | None) -> Measurement:
        loaded = (await self._management.versions(self._model)).get(archive.card.version)
        return await measure(
            archive,
            self._asker(archive),
            pids=loaded.pids.values() if loaded else (),
            load_seconds=load_seconds,
        )

    def _asker(self, archive: CheckedArchive) -> Ask:
        async def ask(photo: bytes) -> Finding:
            return await self._inference.predict(
                self._settings.inference_address,
                self._management.token("inference"),
                model=self._model,
                version=archive.card.version,
                image=photo,
                seconds=ANSWER_SECONDS,
            )

        return ask
