"""Whole content, edited again and again: whoever reads it may refuse it, and nothing else."""

import contextlib
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

# Far more than any small file takes on a busy machine.
LONGEST_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Read:
    """What reads something hostile.

    Attributes:
        read: raises nothing, whatever it is given; a refusal is caught inside.
        whole: makes content that is not refused, to be edited.
    """

    read: Callable[[bytes], None]
    whole: Callable[[], bytes]


@st.composite
def edited(draw: st.DrawFn, content: bytes) -> bytes:
    """What was whole, after a few edits."""
    found = bytearray(content)
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(found)))
        written = draw(
            st.one_of(
                st.binary(max_size=12),
                st.sampled_from((b"NaN", b"1e999", b"[[", b'"', b"-1", b"\xff" * 4, bytes(4))),
            )
        )
        gone = draw(st.sampled_from((0, len(written), 1, 4, 30)))
        found[at : at + gone] = written
    return bytes(found)


def fuzz(target: Read, seconds: float, keep: Callable[[bytes], Path]) -> int:
    """Try edited content until the time is up.

    Args:
        target: what reads it.
        seconds: how long.
        keep: writes down what did harm.

    Returns:
        How many were tried.

    Raises:
        AssertionError: one did harm; it names the file.
    """
    ends, tried = time.monotonic() + seconds, 0

    # Named, or Hypothesis tells how to repeat the "failure" that the end of the time is to it.
    @seed(secrets.randbits(64))
    @settings(
        max_examples=1_000_000, deadline=None, database=None,
        phases=[Phase.generate], suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(edited(target.whole()))
    def attempt(content: bytes) -> None:
        nonlocal tried
        if time.monotonic() > ends:
            raise _TimeIsUp
        started = time.monotonic()
        try:
            target.read(content)
            assert time.monotonic() - started < LONGEST_SECONDS, "it took too long"
        except Exception as error:
            raise AssertionError(f"{keep(content)}: {type(error).__name__}: {error}") from error
        tried += 1

    with contextlib.suppress(_TimeIsUp):
        attempt()
    return tried


class _TimeIsUp(BaseException):
    """Past hypothesis, which would take an Exception for a finding."""
