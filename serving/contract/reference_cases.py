"""Reference cases: photos with their truth that belong to the installation, not to any archive.

    <model>/reference/photos/<sha256>     a photo, as it was given
    <model>/reference/sets/000001.json    which photos count, with their truth; the newest is used

The first set is the dozen examples that ship with Dermis; operators add their own
(`python -m serving reference FOLDER`). No torch.
"""

import hashlib
from collections.abc import Sequence
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from service_kit.blobs import BlobExists, Blobs
from service_kit.clock import now
from service_kit.errors import DomainError
from service_kit.reasons import Reason
from serving.contract.entries import EntryDamaged, EntryFolder

Truth = Literal["benign", "malignant"]

MAX_CASES = 2000


class ReferenceCase(BaseModel):
    """One photo and what it shows."""

    model_config = ConfigDict(frozen=True)

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    truth: Truth


class ReferenceSet(BaseModel):
    """The cases that count from one moment on."""

    model_config = ConfigDict(frozen=True)

    number: int = Field(ge=1)
    cases: tuple[ReferenceCase, ...] = Field(max_length=MAX_CASES)
    by: str
    at: AwareDatetime


class ReferenceCases:
    """The reference cases of one model."""

    def __init__(self, blobs: Blobs, model: str) -> None:
        self._blobs = blobs
        self._folder = f"{model}/reference"
        self._sets = EntryFolder(blobs, f"{self._folder}/sets", ReferenceSet)
        # What is kept under a digest never changes.
        self._photos: dict[str, bytes] = {}

    async def newest(self) -> ReferenceSet | None:
        """The newest set that can be read; None before the first."""
        for name in reversed(await self._sets.names()):
            try:
                return await self._sets.get(name)
            except EntryDamaged:
                continue
        return None

    async def photo(self, case: ReferenceCase) -> bytes:
        """A case's photo.

        Raises:
            BlobMissing: it is lost.
            DomainError: ENTRY_DAMAGED, it is not the one that was given.
        """
        if case.sha256 not in self._photos:
            content = await self._blobs.get(f"{self._folder}/photos/{case.sha256}")
            if hashlib.sha256(content).hexdigest() != case.sha256:
                raise EntryDamaged(f"the reference photo {case.sha256[:12]} is another one")
            self._photos[case.sha256] = content
        return self._photos[case.sha256]

    def held(self, photos: Sequence[tuple[bytes, Truth]], *, by: str) -> ReferenceSet:
        """A set that is in memory only, number 1."""
        cases = []
        for content, truth in photos:
            digest = hashlib.sha256(content).hexdigest()
            self._photos[digest] = content
            cases.append(ReferenceCase(sha256=digest, truth=truth))
        return ReferenceSet(number=1, cases=tuple(cases), by=by, at=now())

    async def add(self, photos: Sequence[tuple[bytes, Truth]], *, by: str) -> ReferenceSet:
        """Add photos; one that is there already gets the truth that is given now.

        Raises:
            DomainError: ABORTED RELEASE_RACE when somebody else has just added some.
            ValueError: there would be more than MAX_CASES.
        """
        before = await self.newest()
        known = {case.sha256: case for case in before.cases} if before else {}
        for content, truth in photos:
            digest = hashlib.sha256(content).hexdigest()
            await self._blobs.put(f"{self._folder}/photos/{digest}", content)
            known[digest] = ReferenceCase(sha256=digest, truth=truth)
        numbers = [int(name) for name in await self._sets.names() if name.isdecimal()]
        made = ReferenceSet(
            number=max(numbers, default=0) + 1, cases=tuple(known.values()), by=by, at=now()
        )
        try:
            await self._sets.add(f"{made.number:06}", made)
        except BlobExists:
            raise DomainError(Reason.RELEASE_RACE) from None
        return made
