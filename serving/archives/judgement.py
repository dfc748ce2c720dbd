"""Archives that others made are judged in a process of their own, with bounded memory and time.

`check_archive` reads what a stranger wrote with a zip reader, a JSON parser, safetensors and numpy.
Whoever goes on serving meanwhile, the gateway and the followers, leaves that to
`python -m serving.archives.judgement PATH` and reads its verdict: one line of JSON, with either the
defects or card and golden images.
"""

import os
import sys
from pathlib import Path

from pydantic import BaseModel, Field

from service_kit.confinement import ConfinedFailed, confine, confined
from serving.archives import members
from serving.archives.archive import (
    ArchiveRefused,
    CheckedArchive,
    check_archive,
    require_signature,
)
from serving.archives.bounds import wrong_file
from serving.archives.card import ModelCard
from serving.archives.checks import GoldenImage
from serving.archives.reasons import ArchiveReason, Defect
from serving.archives.signature_policy import NO_POLICY, Policy

# The largest archive takes some 10 s of one core.
DEADLINE_SECONDS = 120.0
CPU_SECONDS = 60
# Of it, some 60 MiB are used: content is read in pieces of a mebibyte.
_MEMORY = 256 << 20
# Its own streams, the archive, one more for what stands in for the weights, and those that
# Python opens while it imports.
_DESCRIPTORS = 16
_NICE = 10
_LONGEST_MESSAGE = 10_000
_MODULE = "serving.archives.judgement"


_UNREADABLE = Defect(
    ArchiveReason.ARCHIVE_UNREADABLE,
    "Reading the archive took more memory or time than any sound one does.",
)


class _Wrong(BaseModel):
    """A defect as it travels."""

    code: str
    message: str = Field(max_length=_LONGEST_MESSAGE)

    @property
    def reason(self) -> ArchiveReason:
        return ArchiveReason.__members__.get(self.code, ArchiveReason.ARCHIVE_UNREADABLE)


class Verdict(BaseModel):
    """What the process says: defects, or what it read; neither where it came to no end."""

    defects: list[_Wrong] = []
    card: ModelCard | None = None
    golden: list[GoldenImage] = []


def judged_archive(
    path: Path, policy: Policy = NO_POLICY, signature: bytes | None = None
) -> CheckedArchive:
    """As `check_archive`, in a process of its own; blocks, so call it in a thread.

    The signature comes first: of an archive that nobody vouches for no byte is interpreted where
    that is asked for.

    Raises:
        ArchiveRefused: with every defect that was found; ARCHIVE_UNREADABLE where judging it took
            more memory or time than any sound archive does.
    """
    if found := list(wrong_file(path)):
        raise ArchiveRefused(found)
    digest, signer = require_signature(path, policy, signature)
    try:
        answer = confined(_MODULE, str(path.resolve()), seconds=DEADLINE_SECONDS)
        verdict = Verdict.model_validate_json(answer)
    except (ConfinedFailed, ValueError):
        verdict = Verdict()
    if verdict.defects:
        raise ArchiveRefused([Defect(wrong.reason, wrong.message) for wrong in verdict.defects])
    if verdict.card is None:
        raise ArchiveRefused([_UNREADABLE])
    return CheckedArchive(path, digest, verdict.card, verdict.golden, signer)


def verdict_on(path: Path) -> Verdict:
    """What is to be said of an archive."""
    try:
        checked = check_archive(path)
    except ArchiveRefused as refused:
        return Verdict(
            defects=[
                _Wrong(code=defect.code, message=defect.message[:_LONGEST_MESSAGE])
                for defect in refused.defects
            ]
        )
    return Verdict(card=checked.card, golden=checked.golden)


def main() -> None:
    """Judge one archive; without a verdict it can't be read."""
    # Whoever waits for an answer of the model comes first.
    os.nice(_NICE)
    confine(
        memory=_MEMORY, cpu_seconds=CPU_SECONDS, descriptors=_DESCRIPTORS,
        mapped=members.MAX_UNPACKED_BYTES,
    )  # fmt: skip
    sys.stdout.write(verdict_on(Path(sys.argv[1])).model_dump_json())


if __name__ == "__main__":
    main()
