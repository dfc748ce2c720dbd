"""Entries: small JSON files in the object store that are written once and never changed. No torch.

One that can't be read, whatever happened to it, hides none of the others: it is left out and
reported. One is acknowledged only after it was read back as it was meant.
"""

from dataclasses import dataclass
from typing import Generic, TypeVar

import structlog
from pydantic import BaseModel

from service_kit.blobs import BlobMissing, Blobs
from service_kit.errors import DomainError
from service_kit.reasons import Reason
from serving.archives.strict_json import check_json

log = structlog.get_logger()

E = TypeVar("E", bound=BaseModel)

_SUFFIX = ".json"


class EntryDamaged(DomainError):
    """DATA_LOSS ENTRY_DAMAGED: what is stored is not an entry, or not the one that was meant."""

    def __init__(self, why: str) -> None:
        super().__init__(Reason.ENTRY_DAMAGED, f"An entry of the model store is damaged: {why}.")
        self.why = why


@dataclass(frozen=True, slots=True)
class Damage:
    """An entry that can't be read."""

    name: str
    why: str


class EntryFolder(Generic[E]):
    """A folder of entries.

    Args:
        blobs: the object store.
        folder: below which every entry lies.
        kind: what an entry is.
    """

    def __init__(self, blobs: Blobs, folder: str, kind: type[E]) -> None:
        self._blobs = blobs
        self._folder = folder
        self._kind = kind
        # An entry never changes once written. One that is damaged may be repaired.
        self._read: dict[str, E] = {}
        self._reported: set[str] = set()

    async def names(self) -> list[str]:
        """Of all entries, in order, damaged ones included."""
        keys = await self._blobs.list(f"{self._folder}/")
        return [self._name(key) for key in keys if key.endswith(_SUFFIX)]

    async def get(self, name: str) -> E:
        """One entry.

        Raises:
            BlobMissing: there is none of that name.
            EntryDamaged: it can't be read.
        """
        if name not in self._read:
            content = await self._blobs.get(self._key(name))
            try:
                self._read[name] = self._decoded(content)
            except ValueError as error:
                why = str(error)[:200]
                if name not in self._reported:
                    self._reported.add(name)
                    log.warning("an entry is damaged", entry=self._key(name), why=why)
                raise EntryDamaged(why) from None
        return self._read[name]

    async def all(self) -> tuple[dict[str, E], list[Damage]]:
        """Every entry that can be read, by name and in order, and those that can't be."""
        entries, damaged = {}, []
        for name in await self.names():
            try:
                entries[name] = await self.get(name)
            except EntryDamaged as error:
                damaged.append(Damage(name, error.why))
            except BlobMissing:
                continue  # removed since it was listed
        return entries, damaged

    async def add(self, name: str, entry: E) -> None:
        """Write an entry, and acknowledge it by returning only if it can be read back.

        Raises:
            BlobExists: the name is taken; what is there stays.
            EntryDamaged: what is stored is not what was meant.
        """
        content = entry.model_dump_json(indent=2).encode()
        try:
            sound = self._decoded(content) == entry
        except ValueError as error:
            raise EntryDamaged(f"it could not be read back: {str(error)[:200]}") from None
        if not sound:
            raise EntryDamaged("it would be read back as something else")
        await self._blobs.put_if_absent(self._key(name), content)
        if await self._blobs.get(self._key(name)) != content:
            raise EntryDamaged("the store holds something else")

    def _decoded(self, content: bytes) -> E:
        check_json(content)
        return self._kind.model_validate_json(content)

    def _key(self, name: str) -> str:
        return f"{self._folder}/{name}{_SUFFIX}"

    def _name(self, key: str) -> str:
        return key.removeprefix(f"{self._folder}/").removesuffix(_SUFFIX)
