"""Whatever is done to a sound archive, it is refused or says the same."""

import json
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from serving.archives.archive import ArchiveRefused, check_archive
from serving.tests.archives import (
    members,
    refused,
    sound,
    write,
)

anything = settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sound(tmp_path_factory.mktemp("sound"))


@anything
@given(data=st.data())
def test_damage_anywhere_is_refused_or_changes_nothing(
    whole: Path, tmp_path: Path, data: st.DataObject
) -> None:
    content = bytearray(whole.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.one_of(st.none(), st.integers(0, len(content))))
    path = tmp_path / "damaged.mar"
    path.write_bytes(content[:cut])
    try:
        checked = check_archive(path)
    except ArchiveRefused:
        return
    # Only what no member's content depends on can have been hit, such as a time.
    checked.write_sound_copy(tmp_path / "copy.mar")
    assert members(tmp_path / "copy.mar") == members(whole)


@anything
@given(name=st.text(max_size=40), content=st.binary(max_size=200))
def test_no_further_member_gets_in(whole: Path, tmp_path: Path, name: str, content: bytes) -> None:
    held = members(whole)
    try:
        path = write(tmp_path / "more.mar", [*held.items(), (name, content)])
    except (UnicodeEncodeError, ValueError, IndexError):
        return  # no zip file can hold such a name
    try:
        checked = check_archive(path)
    except ArchiveRefused:
        return
    assert set(zipfile.ZipFile(checked.path).namelist()) <= {*held, "MAR-INF/"}


@anything
@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists, max_leaves=5))
def test_any_json_as_card_or_golden_list_is_refused_with_a_reason(
    whole: Path, tmp_path: Path, value: object
) -> None:
    for member in ("model_card.json", "golden.json", "MAR-INF/MANIFEST.json"):
        held = members(whole) | {member: json.dumps(value).encode()}
        assert refused(write(tmp_path / "odd.mar", held.items()))
