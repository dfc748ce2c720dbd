"""Keeps what the replicas found about versions, so that it is known when they are gone.

<model>/judgements/release-000012-000003-passed.json
"""

import asyncio
import contextlib
from collections.abc import Callable, Iterable

import structlog
from obstore.exceptions import BaseError

from service_kit.blobs import BlobExists, Blobs
from service_kit.errors import DomainError
from serving.contract.entries import Damage, EntryFolder
from serving.contract.judgements import Judgement

log = structlog.get_logger()

LOOK_SECONDS = 1.0


class KeptJudgements:
    """The judgements about one model's versions."""

    def __init__(self, blobs: Blobs, model: str) -> None:
        self._folder = EntryFolder(blobs, f"{model}/judgements", Judgement)
        self._noted: set[str] = set()

    def holds(self, judged: Judgement) -> bool:
        """Whether this gateway knows that it is kept, so that any may read it."""
        return judged.name in self._noted

    async def read(self) -> tuple[list[Judgement], list[Damage]]:
        """All that can be read, oldest first, and the entries that can't be."""
        entries, damaged = await self._folder.all()
        return sorted(entries.values(), key=lambda judged: judged.at), damaged

    async def note(self, judgements: Iterable[Judgement]) -> None:
        """Keep those that are new; looks into the store for no other.

        Raises:
            BaseError, OSError: the model store can't be reached.
            DomainError: it doesn't give back what was written.
        """
        for judged in judgements:
            if judged.name in self._noted:
                continue
            with contextlib.suppress(BlobExists):
                await self._folder.add(judged.name, judged)
            self._noted.add(judged.name)

    async def follow(self, published: Callable[[], Iterable[Judgement]]) -> None:
        """Keep what the replicas publish until cancelled."""
        while True:
            try:
                await self.note(published())
            except (BaseError, OSError, DomainError) as error:
                log.warning("what replicas found can't be kept", error=type(error).__name__)
            await asyncio.sleep(LOOK_SECONDS)
