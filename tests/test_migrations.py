"""Migrations only add: the release before them works on the new schema, and can come back."""

import re
from pathlib import Path

import pytest

from local_stack.stack import ROOT

# What is in the first release; the rule holds from there on.
FIRST = {"auth_service": 6, "patient_service": 15}
# What a running older release would stumble over.
BREAKS = (
    r"\bDROP\s+(TABLE|COLUMN|VIEW|FUNCTION)\b",
    # No release calls an index by its name.
    r"\bALTER\s+(?!INDEX)\w+[^;]*\bRENAME\b",
    r"\bALTER\s+COLUMN\s+\w+\s+(SET\s+DATA\s+)?TYPE\b",
    r"\bSET\s+NOT\s+NULL\b",
    r"\bADD\s+COLUMN\s+(?!.*\b(DEFAULT|GENERATED)\b)[^,;]*\bNOT\s+NULL\b",
    # A function of its own that only its trigger may call takes nothing away.
    r"\bREVOKE\b(?!\s+EXECUTE\s+ON\s+FUNCTION)",
)
# In a migration's docstring, once no release in use needs it any more.
CONTRACTS = "Contracts:"


def breaking(text: str) -> list[str]:
    """The statements of a migration that an older release would stumble over."""
    if CONTRACTS in text:
        return []
    return [found.group() for rule in BREAKS for found in re.finditer(rule, text, re.IGNORECASE)]


def newer() -> list[Path]:
    return [
        path
        for service, first in FIRST.items()
        for path in sorted((ROOT / service / "migrations" / "versions").glob("[0-9]*.py"))
        if int(path.name[:4]) > first
    ]


@pytest.mark.parametrize("path", newer(), ids=lambda path: path.stem)
def test_a_migration_takes_nothing_away_from_the_release_before(path: Path) -> None:
    # A view or function may be replaced: CREATE OR REPLACE keeps its name and its callers.
    assert breaking(path.read_text()) == []


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE images DROP COLUMN note;",
        "ALTER TABLE images RENAME COLUMN note TO remark;",
        "ALTER TABLE images ALTER COLUMN note TYPE integer;",
        "ALTER TABLE images\n    ALTER COLUMN note SET NOT NULL;",
        "ALTER TABLE images ADD COLUMN note text NOT NULL;",
        "DROP TABLE notes;",
        "REVOKE UPDATE ON images FROM dermis_patient;",
    ],
)
def test_what_takes_something_away_is_noticed(statement: str) -> None:
    assert breaking(statement)
    assert not breaking(f'"""Contracts: nobody has read it since 1.2."""\n{statement}')


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE images ADD COLUMN note text;",
        "ALTER TABLE images ADD COLUMN note text NOT NULL DEFAULT '';",
        "CREATE TABLE merges (id uuid NOT NULL);",
        "ALTER INDEX images_by_digest RENAME TO images_by_digest_of_clinic;",
        "REVOKE EXECUTE ON FUNCTION keep_figures() FROM PUBLIC;",
        "ALTER TABLE images ADD COLUMN a text, ADD COLUMN b text NOT NULL DEFAULT '';",
    ],
)
def test_what_only_adds_passes(statement: str) -> None:
    assert not breaking(statement)
