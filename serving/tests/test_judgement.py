"""Archives are judged in a process of their own, which is not let grow or go on for ever."""

from pathlib import Path

import pytest

from serving.archives import judgement
from serving.archives.archive import ArchiveRefused, check_archive
from serving.archives.judgement import judged_archive
from serving.archives.signature_policy import Policy
from serving.archives.signatures import make_key_pair
from serving.tests.archives import bent, refused, safetensors, sound, with_header


def reasons(path: Path, policy: Policy | None = None) -> set[str]:
    with pytest.raises(ArchiveRefused) as refusal:
        judged_archive(path, policy or Policy())
    return {defect.code for defect in refusal.value.defects}


def test_the_verdict_is_that_of_a_check_in_the_same_process(tmp_path: Path) -> None:
    path = sound(tmp_path)
    assert judged_archive(path) == check_archive(path)

    def bend(held: dict[str, bytes]) -> None:
        held |= {"dermis_handler.py": b"import os", "model_card.json": b"{}"}

    wrong = bent(tmp_path, bend)
    assert reasons(wrong) == refused(wrong)


def test_no_byte_of_an_archive_that_nobody_vouches_for_is_interpreted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, public = make_key_pair()
    monkeypatch.setattr(judgement, "confined", lambda *_, **__: pytest.fail("it was read"))
    assert reasons(sound(tmp_path), Policy((public,))) == {"SIGNATURE_MISSING"}


def test_an_archive_that_takes_too_long_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judgement, "DEADLINE_SECONDS", 0.01)
    assert reasons(sound(tmp_path)) == {"ARCHIVE_UNREADABLE"}


def test_a_process_that_says_nothing_sensible_is_no_permission(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = sound(tmp_path)
    for answer in (b"", b"{}", b'{"card": null}', b'{"defects": [{"code": 1}]}', b"\xff"):
        monkeypatch.setattr(judgement, "confined", lambda *_, said=answer, **__: said)
        assert reasons(path) == {"ARCHIVE_UNREADABLE"}


@pytest.mark.parametrize("dimensions", [9, 100_000, 400_000])
def test_a_tensor_of_many_dimensions_is_refused(tmp_path: Path, dimensions: int) -> None:
    shape = b", ".join([b"1"] * dimensions)
    header = b'{"w": {"dtype": "F32", "shape": [%b], "data_offsets": [0, 4]}}' % shape
    assert reasons(sound(tmp_path, with_header(header, bytes(4)))) == {"WEIGHTS_NOT_SAFETENSORS"}


def test_whole_weights_pass_the_limits(tmp_path: Path) -> None:
    assert judged_archive(sound(tmp_path, safetensors(bytes(40_000_000)))).golden
