"""Archives are refused, and commands fail, for reasons of catalogues without dead entries."""

import re
from pathlib import Path

from serving.archives.reasons import ArchiveReason
from serving.cli.failures import Failure

SERVING = Path(__file__).parents[1]


def test_every_kind_of_defect_is_found_by_a_check() -> None:
    sources = "".join(
        path.read_text() for path in SERVING.rglob("*.py") if "tests" not in path.parts
    )
    assert set(re.findall(r"ArchiveReason\.([A-Z][A-Z_]+)", sources)) == set(
        ArchiveReason.__members__
    )


def test_the_commands_failures_are_named_by_their_catalogue() -> None:
    sources = "".join(path.read_text() for path in (SERVING / "cli").glob("*.py"))
    assert set(re.findall(r"Failure\.([A-Z_]+)", sources)) == set(Failure.__members__)
    assert not re.findall(r'CommandFailed\(\s*"', sources)
    # Programs read the name.
    assert all(failure == failure.name for failure in Failure)
