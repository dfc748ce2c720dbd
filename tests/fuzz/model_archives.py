"""Archives, weights' headers, cards and cursors that shouldn't be: only refusals come of them."""

import contextlib
import io
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from service_kit.cursors import Cursors
from service_kit.errors import DomainError
from serving.archives.archive import ArchiveRefused, check_archive
from serving.archives.card import ModelCard
from serving.archives.weights_file import wrong_weights
from serving.tests.archives import card, safetensors
from tests.fuzz.hostile_archives import whole

# Far more than any small file takes on a busy machine.
LONGEST_SECONDS = 60
_HEADER, _CARD = safetensors(bytes(16)), card(b"").model_dump_json().encode()


def _archive(content: bytes) -> None:
    with tempfile.NamedTemporaryFile(suffix=".mar") as file:
        file.write(content)
        file.flush()
        with contextlib.suppress(ArchiveRefused):
            check_archive(Path(file.name))


def _header(content: bytes) -> None:
    for _, message in wrong_weights(io.BytesIO(content), len(content)):
        assert message


def _card(content: bytes) -> None:
    try:
        read = ModelCard.from_json(content)
    except ValueError:
        return
    assert ModelCard.from_json(read.model_dump_json().encode()) == read


def _cursor(content: bytes) -> None:
    try:
        Cursors(bytes(32)).read("patients", content.decode("latin-1"))
    except DomainError:
        return


WHOLES: dict[str, tuple[Callable[[bytes], None], Callable[[], bytes]]] = {
    "archives": (_archive, whole),
    "headers": (_header, lambda: _HEADER),
    "cards": (_card, lambda: _CARD),
    "cursors": (_cursor, lambda: Cursors(bytes(32)).write("patients", "0199").encode()),
}


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


def fuzz(target: str, seconds: float, keep: Callable[[bytes], Path]) -> int:
    """Try edited content until the time is up.

    Args:
        target: of WHOLES.
        seconds: how long.
        keep: writes down what did harm.

    Returns:
        How many were tried.

    Raises:
        AssertionError: one did harm; it names the file.
    """
    read, made = WHOLES[target]
    ends, tried = time.monotonic() + seconds, 0

    @settings(
        max_examples=1_000_000, deadline=None, database=None,
        phases=[Phase.generate], suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(edited(made()))
    def attempt(content: bytes) -> None:
        nonlocal tried
        if time.monotonic() > ends:
            raise _TimeIsUp
        started = time.monotonic()
        try:
            read(content)
            assert time.monotonic() - started < LONGEST_SECONDS, "it took too long"
        except Exception as error:
            raise AssertionError(f"{keep(content)}: {type(error).__name__}: {error}") from error
        tried += 1

    with contextlib.suppress(_TimeIsUp):
        attempt()
    return tried


class _TimeIsUp(BaseException):
    """Past hypothesis, which would take an Exception for a finding."""
