"""Whatever is edited, it is read or refused; `make fuzz` tries for longer."""

from pathlib import Path

import pytest

from tests.fuzz import model_archives, request_parts
from tests.fuzz.edits import Read, fuzz

_SHORT_RUN_SECONDS = 5
WHOLES = model_archives.WHOLES | request_parts.WHOLES


@pytest.mark.parametrize("target", WHOLES.values(), ids=WHOLES)
def test_what_is_edited_does_no_harm(target: Read, tmp_path: Path) -> None:
    def keep(data: bytes) -> Path:
        (tmp_path / "found").write_bytes(data)
        return tmp_path / "found"

    target.read(target.whole())
    assert fuzz(target, _SHORT_RUN_SECONDS, keep) > 0
