"""No malformed photo takes a process down, keeps it busy, or takes more memory than it has."""

from pathlib import Path

from tests.fuzz.malformed_photos import malformed_photos
from tests.fuzz.photo_decoding import fuzz, outcomes_of
from tests.fuzz.whole_photos import whole_photos

_SHORT_RUN_SECONDS = 20


def test_there_are_more_than_three_hundred_malformed_photos_and_none_twice() -> None:
    files = [data for _, data in malformed_photos()]
    assert len(set(files)) > 300
    assert [data for _, data in malformed_photos()] == files


def test_what_they_are_made_from_is_read_or_known_to_be_refused() -> None:
    outcomes = zip(whole_photos(), outcomes_of(list(whole_photos().values())), strict=True)
    refused = {name for name, outcome in outcomes if outcome.ended != "read"}
    assert refused == {"PNG animated", "TIFF pages", "WebP animated"}


def test_no_malformed_photo_does_harm() -> None:
    files = dict(malformed_photos())
    outcomes = zip(files, outcomes_of(list(files.values())), strict=True)
    assert {name: outcome for name, outcome in outcomes if not outcome.is_well} == {}


def test_edited_photos_do_no_harm(tmp_path: Path) -> None:
    def keep(data: bytes) -> Path:
        (tmp_path / "found").write_bytes(data)
        return tmp_path / "found"

    assert fuzz(_SHORT_RUN_SECONDS, keep) > 0
