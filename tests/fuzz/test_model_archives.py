"""No hostile archive does more than being refused."""

from pathlib import Path

from serving.archives.archive import ArchiveRefused, check_archive
from serving.archives.reasons import Defect
from tests.fuzz.hostile_archives import hostile_archives, whole


def defects(path: Path) -> list[Defect]:
    try:
        check_archive(path)
    except ArchiveRefused as refused:
        return refused.defects
    return []


def test_every_hostile_archive_is_refused_with_a_reason(tmp_path: Path) -> None:
    refused = []
    for name, path in hostile_archives(tmp_path):
        assert defects(path), f"it passes: {name}"
        refused.append(name)
    assert len(set(refused)) > 60


def test_what_they_are_made_from_passes(tmp_path: Path) -> None:
    (tmp_path / "whole.mar").write_bytes(whole())
    assert check_archive(tmp_path / "whole.mar").card.version == "1.0.0"
