"""Reference cases: photos with their truth that belong to the installation, not to any archive.

    <model>/reference/photos/<sha256>     a photo, as it was given
    <model>/reference/sets/000001.json    which photos count, with their truth; the newest is used

The first set is the dozen examples that ship with Dermis; administrators change it
(`dermis-model add-cases FOLDER`). No torch.
"""

import hashlib
from collections.abc import Collection, Sequence
from typing import Literal, get_args

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from service_kit.blobs import BlobExists, BlobMissing, Blobs
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

    async def numbered(self, number: int) -> ReferenceSet | None:
        """The set of that number; None where there is none, or it can't be read."""
        try:
            return await self._sets.get(f"{number:06}")
        except (BlobMissing, EntryDamaged):
            return None

    async def photo(self, case: ReferenceCase) -> bytes:
        """A case's photo.

        Raises:
            BlobMissing: it is lost.
            DomainError: ENTRY_DAMAGED, it is not the one that was given.
        """
        if case.sha256 not in self._photos:
            self._photos[case.sha256] = await self.read(case.sha256)
        return self._photos[case.sha256]

    async def read(self, sha256: str) -> bytes:
        """The photo of that digest, read from the store.

        Raises:
            BlobMissing: there is none.
            DomainError: ENTRY_DAMAGED, it is not the one that was given.
        """
        content = await self._blobs.get(f"{self._folder}/photos/{sha256}")
        if hashlib.sha256(content).hexdigest() != sha256:
            raise EntryDamaged(f"the reference photo {sha256[:12]} is another one")
        return content

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
        cases = [
            ReferenceCase(sha256=await self.keep(content), truth=truth) for content, truth in photos
        ]
        return await self._add_set(await self.newest(), cases, (), by=by)

    async def keep(self, photo: bytes) -> str:
        """Keep a photo, and return its SHA-256; it counts once a set names it."""
        digest = hashlib.sha256(photo).hexdigest()
        await self._blobs.put(f"{self._folder}/photos/{digest}", photo)
        return digest

    async def change(
        self, added: Sequence[ReferenceCase], removed: Collection[str], *, by: str
    ) -> ReferenceSet:
        """Make a new set: cases added, or with another truth, and cases left out.

        Raises:
            DomainError: FAILED_PRECONDITION REFERENCE_CASES_NOT_READY, REFERENCE_CASES_TOO_MANY or
                REFERENCE_CASES_ONE_SIDED; NOT_FOUND REFERENCE_PHOTO_MISSING; ABORTED RELEASE_RACE;
                DATA_LOSS ENTRY_DAMAGED, a photo is not the one that was given.
        """
        before = await self.newest()
        if before is None:
            raise DomainError(Reason.REFERENCE_CASES_NOT_READY)
        known = {case.sha256 for case in before.cases}
        for case in added:
            if case.sha256 not in known:
                await self._require_photo(case)
        left = {case.sha256: case.truth for case in (*before.cases, *added)}
        truths = {truth for digest, truth in left.items() if digest not in removed}
        if len(truths) < len(get_args(Truth)):
            raise DomainError(Reason.REFERENCE_CASES_ONE_SIDED)
        if len(left.keys() - set(removed)) > MAX_CASES:
            raise DomainError(Reason.REFERENCE_CASES_TOO_MANY)
        return await self._add_set(before, added, removed, by=by)

    async def _require_photo(self, case: ReferenceCase) -> None:
        try:
            await self.read(case.sha256)
        except BlobMissing:
            raise DomainError(Reason.REFERENCE_PHOTO_MISSING) from None

    async def _add_set(
        self,
        before: ReferenceSet | None,
        added: Sequence[ReferenceCase],
        removed: Collection[str],
        *,
        by: str,
    ) -> ReferenceSet:
        known = {case.sha256: case for case in (*(before.cases if before else ()), *added)}
        for digest in removed:
            known.pop(digest, None)
        numbers = [int(name) for name in await self._sets.names() if name.isdecimal()]
        made = ReferenceSet(
            number=max(numbers, default=0) + 1, cases=tuple(known.values()), by=by, at=now()
        )
        try:
            await self._sets.add(f"{made.number:06}", made)
        except BlobExists:
            raise DomainError(Reason.RELEASE_RACE) from None
        return made
