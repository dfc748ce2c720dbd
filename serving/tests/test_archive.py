"""What is built is sound."""

from pathlib import Path

import pytest

from serving.archives.archive import check_archive
from serving.archives.packing import build_archive
from serving.tests.archives import (
    card,
    refused,
    safetensors,
    sound,
)


def test_what_is_built_is_sound(tmp_path: Path) -> None:
    checked = check_archive(sound(tmp_path))
    assert (checked.card.version, len(checked.golden)) == ("1.0.0", 1)
    assert checked.read(checked.golden[0].file).startswith(b"\xff\xd8")


def test_the_same_content_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second = sound(tmp_path / "a"), sound(tmp_path / "b")
    assert first.read_bytes() == second.read_bytes()


def test_a_sound_copy_of_a_built_archive_is_the_archive(tmp_path: Path) -> None:
    path = sound(tmp_path)
    check_archive(path).write_sound_copy(tmp_path / "copy.mar")
    assert (tmp_path / "copy.mar").read_bytes() == path.read_bytes()


def test_building_leaves_nothing_else_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    sound(tmp_path / "out")
    assert list((tmp_path / "tmp").iterdir()) == []


def test_a_card_for_other_weights_can_not_be_packed_unnoticed(tmp_path: Path) -> None:
    path = sound(tmp_path)
    (tmp_path / "weights").write_bytes(safetensors(b"\1" * 8))
    build_archive(
        weights=tmp_path / "weights",
        card=card(safetensors()),
        golden=[(tmp_path / "photo.jpg", 0.25)],
        out=tmp_path,
    )
    assert refused(path) == {"DIGEST_MISMATCH"}
