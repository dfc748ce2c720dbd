"""What people decided about versions besides releasing them: a second log in the model store.

    <model>/shelf/000012.json

A retirement takes a version, or a damaged entry of the release log, out of use; a reinstatement
undoes it. An approval is a second person's agreement to a release.
"""

from collections.abc import Iterable
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from service_kit.blobs import BlobExists, Blobs
from service_kit.clock import now
from service_kit.errors import DomainError
from service_kit.reasons import Reason
from serving.contract.entries import Damage, EntryFolder

Decision = Literal["retirement", "reinstatement", "approval"]


class Decided(BaseModel):
    """One entry of the log.

    Attributes:
        subject: a version, or the name of a damaged entry of the release log ("release 12").
        sha256: of the version's archive; "" where there is none that can be read.
    """

    model_config = ConfigDict(frozen=True)

    number: int = Field(ge=1)
    kind: Decision
    subject: str = Field(max_length=64)
    sha256: str = ""
    by: str
    at: AwareDatetime
    why: str = ""


class ShelfLog:
    """The decisions about one model's versions."""

    def __init__(self, blobs: Blobs, model: str) -> None:
        self._folder = EntryFolder(blobs, f"{model}/shelf", Decided)

    async def read(self) -> tuple[list[Decided], list[Damage]]:
        """All decisions, oldest first, and the entries that can't be read."""
        entries, damaged = await self._folder.all()
        return sorted(entries.values(), key=lambda entry: entry.number), damaged

    async def append(
        self, kind: Decision, subject: str, *, by: str, why: str, sha256: str = ""
    ) -> Decided:
        """Write a decision down.

        Raises:
            DomainError: ABORTED RELEASE_RACE when somebody else has just written one.
        """
        numbers = [int(name) for name in await self._folder.names() if name.isdecimal()]
        decided = Decided(
            number=max(numbers, default=0) + 1, kind=kind, subject=subject, sha256=sha256, by=by,
            at=now(), why=why,
        )  # fmt: skip
        try:
            await self._folder.add(f"{decided.number:06}", decided)
        except BlobExists:
            raise DomainError(Reason.RELEASE_RACE) from None
        return decided


def retired_subjects(decisions: Iterable[Decided]) -> frozenset[str]:
    """What is out of use now."""
    found: set[str] = set()
    for decided in decisions:
        if decided.kind == "retirement":
            found.add(decided.subject)
        elif decided.kind == "reinstatement":
            found.discard(decided.subject)
    return frozenset(found)
