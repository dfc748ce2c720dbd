"""What is written appears complete or not at all."""

import stat
from pathlib import Path

import pytest

from service_kit.files import write_private_json, written_whole


def test_a_file_takes_the_place_of_the_former_one_at_the_end_of_the_block(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    path.write_text("old")
    with written_whole(path) as partial:
        partial.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_where_the_block_fails_nothing_changes_and_nothing_is_left(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    path.write_text("old")
    with pytest.raises(RuntimeError), written_whole(path) as partial:  # noqa: PT012  what fails half-way
        partial.write_text("half")
        raise RuntimeError
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_replaces_what_a_killed_writer_left(tmp_path: Path) -> None:
    left = tmp_path / "models.part"
    left.mkdir()
    (left / "half").touch()
    with written_whole(tmp_path / "models") as partial:
        partial.mkdir()
        (partial / "whole").touch()
    assert [path.name for path in (tmp_path / "models").iterdir()] == ["whole"]
    assert not left.exists()


def test_a_folder_that_fails_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), written_whole(tmp_path / "models") as partial:  # noqa: PT012  the write must fail inside
        partial.mkdir()
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_private_content_is_readable_by_its_owner_only_from_the_first_byte(tmp_path: Path) -> None:
    path = tmp_path / "secret.json"
    (tmp_path / "secret.json.part").touch(mode=0o644)
    with written_whole(path, mode=0o600) as partial:
        assert stat.S_IMODE(partial.stat().st_mode) == 0o600
        partial.write_text("{}")
    write_private_json(path, {"token": "x"})
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text() == '{"token": "x"}'
