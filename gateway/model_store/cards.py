"""Model cards for everyone who reads answers: of versions that have answered, kept in memory."""

import asyncio
import time

import structlog
from obstore.exceptions import BaseError

from gateway.model_store.versions import ModelShelf
from service_kit.errors import DomainError
from service_kit.reasons import Reason
from serving.archives.card import ModelCard
from serving.contract.releases import Kind

log = structlog.get_logger()

# A shadow's answers are seen by nobody, and so is its card.
_ANSWERING: frozenset[Kind] = frozenset({"release", "rollback", "canary"})
# After a card was not found, or the store not reached.
_RETRY_SECONDS = 30.0
# How long an answer on a screen waits for its card. The first reader of a store may have a whole
# archive judged before there is one, which takes minutes on a busy machine.
ON_SCREEN_SECONDS = 1.0
# What leaves the clinic says it once and for all; still less than a proxy waits for a first byte.
ON_PAPER_SECONDS = 45.0


class ModelCards:
    """The cards of the versions whose answers are in the record.

    A version's card never changes once it is on the shelf, so each is read once.

    Args:
        shelf: None where this gateway has no model store.
    """

    def __init__(self, shelf: ModelShelf | None) -> None:
        self._shelf = shelf
        self._known: dict[str, ModelCard] = {}
        self._missing_until: dict[str, float] = {}
        self._reading: dict[str, asyncio.Task[ModelCard | None]] = {}

    async def card(self, version: str) -> ModelCard:
        """The card of a version that is or was live, or a canary.

        Raises:
            DomainError: FAILED_PRECONDITION NO_MODEL_STORE; NOT_FOUND VERSION_NOT_FOUND.
            obstore.exceptions.BaseError: the store is away.
        """
        if version in self._known:
            return self._known[version]
        if self._shelf is None:
            raise DomainError(Reason.NO_MODEL_STORE)
        shelved = await self._shelf.version_in_use(version, _ANSWERING)
        self._known[version] = shelved.card
        return shelved.card

    async def find(self, version: str, *, within: float = ON_SCREEN_SECONDS) -> ModelCard | None:
        """As `card`; None where there is none, or none can be read for now.

        An answer is shown with or without its card, so this neither fails nor asks the store again
        and again. The card is read on meanwhile, whoever gave up waiting.

        Args:
            version: of the model.
            within: seconds to wait for it.
        """
        if version in self._known:
            return self._known[version]
        if self._missing_until.get(version, 0.0) > time.monotonic():
            return None
        if version not in self._reading:
            self._reading[version] = asyncio.create_task(self._read(version))
        reading = self._reading[version]
        read, _ = await asyncio.wait({reading}, timeout=within)
        return reading.result() if read else None

    async def _read(self, version: str) -> ModelCard | None:
        try:
            return await self.card(version)
        except (DomainError, BaseError) as error:
            log.info("no card of a version that answered", version=version, error=str(error))
            self._missing_until[version] = time.monotonic() + _RETRY_SECONDS
            return None
        finally:
            del self._reading[version]
