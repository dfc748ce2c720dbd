"""Loads versions into the TorchServe beside us, probes them, and unloads them again."""

import asyncio
import shutil
import time
from pathlib import Path
from typing import get_args

import structlog

from serving.contract.findings import Finding
from serving.contract.reference_figures import Label
from serving.contract.torchserve import InferenceClient, TorchServeError
from serving.contract.trials import Measurement
from serving.replica.archive_cache import CachedArchive
from serving.replica.reasons import reason_of
from serving.replica.settings import FollowerSettings
from serving.replica.torchserve.management import LoadedVersion, ManagementClient
from serving.replica.torchserve.measurement import measure
from serving.replica.torchserve.probe import Ask, ProbeFailed, probe
from serving.replica.torchserve.process import TEMPORARY

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
        """Load a version and check its golden images; it does not become the default.

        Args:
            cached: its archive.
            found: what TorchServe has registered under this version, perhaps by a follower that
                was killed halfway.
            workers: how many processes it needs.

        Returns:
            What it costs here.

        Raises:
            ProbeFailed: it gives other answers than its archive recorded.
            TorchServeError: it can't be loaded, or doesn't answer.
        """
        name = cached.registration
        if found and found.archive == cached.file_name and found.ready_workers >= workers:
            try:
                await self._probe(cached, found.ready_workers)
                return await self._measure(cached, None)
            except (ProbeFailed, TorchServeError, TimeoutError) as error:
                log.warning(
                    "a loaded version does not answer", version=name, error=reason_of(error)
                )
        await self.unload(name)
        started = time.monotonic()
        try:
            await self._management.register(
                self._model, name, cached.file_name, workers=workers, seconds=LOAD_SECONDS
            )
        except TorchServeError:
            await asyncio.to_thread(_remove_half_unpacked, self._settings.torchserve_folder)
            raise
        load_seconds = time.monotonic() - started
        await self._probe(cached, workers)
        return await self._measure(cached, load_seconds)

    async def check(self, cached: CachedArchive) -> None:
        """Send a version one golden image.

        Raises:
            ProbeFailed, TorchServeError, TimeoutError: it doesn't give the right answer.
        """
        archive = cached.archive
        await probe(archive, archive.golden[:1], self.asker(cached), at_once=1)

    async def unload(self, registration: str) -> None:
        """Unregister a version, if it is registered.

        Raises:
            TorchServeError: TorchServe is away.
        """
        loaded = await self._management.versions(self._model)
        others = [other for other in loaded if other != registration]
        if registration in loaded and others:
            # TorchServe never unregisters its default; nobody here asks for the default.
            await self._management.set_default(self._model, others[0])
        await self._management.unregister(self._model, registration)

    async def _probe(self, cached: CachedArchive, workers: int) -> None:
        archive = cached.archive
        # As many as all workers together can be handed, so that each gets some.
        at_once = workers * self._settings.batch_size
        await probe(archive, archive.golden, self.asker(cached), at_once=at_once)
        # Clinicians ask for the heatmap of the other class too.
        for target in get_args(Label):
            await probe(archive, archive.golden[:1], self.asker(cached, target=target), at_once=1)

    async def _measure(self, cached: CachedArchive, load_seconds: float | None) -> Measurement:
        loaded = (await self._management.versions(self._model)).get(cached.registration)
        return await measure(
            cached.archive,
            self.asker(cached),
            pids=loaded.pids.values() if loaded else (),
            load_seconds=load_seconds,
        )

    def asker(self, cached: CachedArchive, *, target: str = "") -> Ask:
        """How to ask a version that is loaded.

        Args:
            cached: its archive.
            target: the class whose heatmap is wanted; the predicted one where "".
        """

        async def ask(photo: bytes) -> Finding:
            return await self._inference.predict(
                self._settings.inference_address,
                self._management.token("inference"),
                model=self._model,
                version=cached.registration,
                image=photo,
                seconds=ANSWER_SECONDS,
                target=target,
            )

        return ask


def _remove_half_unpacked(folder: Path) -> None:
    """TorchServe leaves behind what it failed to unpack, and would fill a full disk for good."""
    for left in (folder / TEMPORARY).glob("models*.download"):
        shutil.rmtree(left, ignore_errors=True)
