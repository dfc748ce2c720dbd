"""Photos that shouldn't be: each is decoded in a process of its own, with an eye on how it ends.

What is looked for: a process that dies, an error that is no refusal, one that doesn't come to an
end, one that takes more memory than a service has for all its photos.
"""

import json
import multiprocessing
import os
import resource
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from imaging import decoding, foreign_decoder
from imaging.formats import Format, format_of
from imaging.limits import PROCESS_BYTES
from service_kit.errors import DomainError
from tests.fuzz.whole_photos import whole_photos

# Far more than any small file takes on a busy machine.
LONGEST_SECONDS = 60
# What a process takes before any photo is on top of it.
MOST_MIB = PROCESS_BYTES / 2**20 + 130
# Files that one process decodes, one after the other.
_AT_ONCE = 25
_FOREIGN = {Format.HEIC, Format.WEBP, Format.TIFF}


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it ended.

    Attributes:
        ended: "read", "refused", or what went wrong.
        peak_mib: highest resident memory of the process, MiB; 0 where it died.
    """

    ended: str
    peak_mib: float = 0

    @property
    def is_well(self) -> bool:
        """Whether it is what may come of a hostile file."""
        return self.ended in {"read", "refused"} and self.peak_mib <= MOST_MIB


def outcomes_of(files: Sequence[bytes]) -> list[Outcome]:
    """Decode each the way a service does, in processes that may die of it."""
    outcomes: dict[int, Outcome] = {}
    for is_foreign in (False, True):
        left = [n for n, data in enumerate(files) if _is_foreign(data) is is_foreign]
        while left:
            some = _some([files[n] for n in left])
            outcomes.update(zip(left, some, strict=False))
            left = left[len(some) :]
    return [outcomes[n] for n in range(len(files))]


def _is_foreign(data: bytes) -> bool:
    try:
        return format_of(data) in _FOREIGN
    except DomainError:
        return False


def _some(files: list[bytes]) -> list[Outcome]:
    """Of as many as a process lives to answer for; the last one is what it died of."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.fuzz.photo_decoding", "imaging.foreign_decoder"])
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_decode, args=(files, theirs))
    process.start()
    theirs.close()
    outcomes: list[Outcome] = []
    try:
        for _ in files:
            if not ours.poll(LONGEST_SECONDS):
                return [*outcomes, Outcome(f"not done after {LONGEST_SECONDS} s")]
            outcomes.append(Outcome(*ours.recv()))
    except EOFError:
        process.join(LONGEST_SECONDS)
        outcomes.append(Outcome(f"died with exit code {process.exitcode}"))
    finally:
        process.kill()
        process.join()
    return outcomes


def _decode(files: list[bytes], answer: Connection) -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
    if _is_foreign(files[0]):
        foreign_decoder.limit()
    for data in files:
        try:
            ended = _ended(data)
        except BaseException as error:  # noqa: BLE001  what is looked for
            ended = f"{type(error).__name__}: {error}"
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        answer.send((ended, peak))


def _ended(data: bytes) -> str:
    if not _is_foreign(data):
        try:
            decoding.clean(data)
        except DomainError:
            return "refused"
        return "read"
    try:
        head, _, _ = foreign_decoder.answer(format_of(data).name, data).partition(b"\n")
    except Exception:  # noqa: BLE001  its own process ends with it, and the file is refused
        return "refused"
    return "refused" if "refused" in json.loads(head) else "read"


@st.composite
def edited(draw: st.DrawFn) -> bytes:
    """A whole photo after a few edits; what fails is made small by hypothesis."""
    whole = bytearray(whole_photos()[draw(st.sampled_from(sorted(whole_photos())))])
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(whole)))
        written = draw(
            st.one_of(st.binary(max_size=12), st.sampled_from((bytes(4), b"\xff" * 4, b"\x7f" * 2)))
        )
        gone = draw(st.sampled_from((0, len(written), 1, 4, 30, 1000)))
        whole[at : at + gone] = written
    return bytes(whole)


def fuzz(seconds: float, keep: Callable[[bytes], Path]) -> int:
    """Try edited photos until the time is up.

    Args:
        seconds: for how long.
        keep: writes a file that did harm, and says where.

    Returns:
        How many were tried.

    Raises:
        AssertionError: one did harm.
    """
    ends, tried, peak = time.monotonic() + seconds, 0, 0.0

    @settings(
        max_examples=250, deadline=None, suppress_health_check=list(HealthCheck),
        phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
    )  # fmt: skip
    @given(st.lists(edited(), min_size=1, max_size=_AT_ONCE))
    def try_some(files: list[bytes]) -> None:
        nonlocal tried, peak
        if time.monotonic() > ends:
            return
        for data, outcome in zip(files, outcomes_of(files), strict=True):
            tried, peak = tried + 1, max(peak, outcome.peak_mib)
            assert outcome.is_well, f"{outcome}: {keep(data)}"

    while time.monotonic() < ends:
        try_some()
    sys.stdout.write(f"Photos: {tried} tried, none did harm; {peak:.0f} MiB at most.\n")
    return tried
