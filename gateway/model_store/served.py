"""Notes which entries of the release log some replica has really served.

    <model>/served/000012.json

An entry that every replica refused is in the log too; a rollback must not return to it.
"""

import asyncio
import contextlib
from collections.abc import Callable

import structlog
from obstore.exceptions import BaseError
from pydantic import AwareDatetime, BaseModel, ConfigDict

from service_kit.blobs import BlobExists, Blobs
from service_kit.clock import now
from service_kit.errors import DomainError
from serving.contract.entries import EntryFolder
from serving.contract.releases import ReleaseLog

log = structlog.get_logger()

LOOK_SECONDS = 1.0


class Served(BaseModel):
    """An entry that was served."""

    model_config = ConfigDict(frozen=True)

    number: int
    version: str
    at: AwareDatetime


class ServedReleases:
    """The entries of one model's log that were served."""

    def __init__(self, blobs: Blobs, model: str) -> None:
        self._folder = EntryFolder(blobs, f"{model}/served", Served)
        self._log = ReleaseLog(blobs, model)
        # What the replicas served when we last looked, and whether all of it is noted.
        self._noted: frozenset[str] | None = None

    async def numbers(self) -> set[int]:
        """Of all entries that were served; the name says it, whatever became of the content."""
        return {int(name) for name in await self._folder.names() if name.isdecimal()}

    async def note(self, versions: frozenset[str]) -> None:
        """Note that replicas serve these versions; looks into the store only after a change.

        Raises:
            BaseError, OSError: the store is away.
            DomainError: it doesn't give back what was written.
        """
        if versions == self._noted:
            return
        live = (await self._log.desired()).live
        if live is None or live.version not in versions:
            return  # not yet
        served = Served(number=live.number, version=live.version, at=now())
        with contextlib.suppress(BlobExists):
            await self._folder.add(f"{live.number:06}", served)
        self._noted = versions

    async def follow(self, serving: Callable[[], frozenset[str]]) -> None:
        """Note what the replicas serve until cancelled.

        Args:
            serving: says which versions are live on some replica.
        """
        while True:
            try:
                if versions := serving():
                    await self.note(versions)
            except (BaseError, OSError, DomainError) as error:
                log.warning("what is served can't be noted", error=type(error).__name__)
            await asyncio.sleep(LOOK_SECONDS)
