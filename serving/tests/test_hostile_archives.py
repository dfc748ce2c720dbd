"""What an attacker, or a broken disk, sends is refused with its reason."""

import io
import random
import stat
import struct
import zipfile
from collections.abc import Iterable
from pathlib import Path

import pytest

from serving.archives.archive import check_archive
from serving.tests.archives import (
    Member,
    bent,
    members,
    refused,
    replaced,
    safetensors,
    sound,
    write,
)


def link(name: str, mode: int = stat.S_IFLNK) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = (mode | 0o777) << 16
    return info


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (("../../etc/cron.d/x", b""), "PATH_ESCAPES"),
        (("/etc/passwd", b""), "PATH_ESCAPES"),
        (("MAR-INF/../../x", b""), "PATH_ESCAPES"),
        (("..\\x.py", b""), "PATH_ESCAPES"),
        ((link("golden_01.jpg"), b"/etc/passwd"), "SYMLINK"),
        ((link("golden_01.jpg", stat.S_IFCHR), b""), "MEMBER_NOT_ALLOWED"),
        (("model.pkl", b"\x80\x04."), "MEMBER_NOT_ALLOWED"),
        (("requirements.txt", b"evil"), "MEMBER_NOT_ALLOWED"),
        (("ts/__init__.py", b""), "MEMBER_NOT_ALLOWED"),
        (("code/", b""), "MEMBER_NOT_ALLOWED"),
        (("MODEL.SAFETENSORS", b""), "MEMBER_NOT_ALLOWED"),
        (("golden_\u00b2\u00b2.jpg", b""), "MEMBER_NOT_ALLOWED"),
        (("golden_01.jpg", b""), "GOLDEN_INVALID"),
        (("golden_01.jpg", b"\0" * 2_000_000), "MEMBER_TOO_LARGE"),
        (("golden_01.jpg", b"\0" * 1_000_000), "RATIO_TOO_HIGH"),
    ],
)
def test_a_member_out_of_place_is_refused(tmp_path: Path, entry: Member, reason: str) -> None:
    assert reason in refused(bent(tmp_path, lambda held: [*held.items(), entry]))


def zipped_pickle() -> bytes:
    """What torch.save writes: a zip file with a pickle, whatever it is called."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("archive/data.pkl", b"cos\nsystem\n(S'id'\ntR.")
    return out.getvalue()


@pytest.mark.parametrize(
    ("member", "content", "reason"),
    [
        ("dermis_handler.py", b"import os", "FOREIGN_HANDLER"),
        ("model-config.yaml", b"batchSize: 64", "FOREIGN_HANDLER"),
        ("model_card.json", b"{}", "CARD_INVALID"),
        ("model_card.json", b"\xff\xfe not text", "CARD_INVALID"),
        ("model_card.json", b"[" * 1000, "CARD_INVALID"),
        ("model_card.json", random.Random(1).randbytes(1_100_000), "MEMBER_TOO_LARGE"),
        ("MAR-INF/MANIFEST.json", b"not json", "MANIFEST_INVALID"),
        ("golden.json", b"[]", "GOLDEN_INVALID"),
        ("golden.json", b'{"file": 1}', "GOLDEN_INVALID"),
        (
            "golden.json",
            b'[{"file": "golden_07.jpg", "probability_malignant": 0.1}]',
            "GOLDEN_INVALID",
        ),
        (
            "golden.json",
            b'[{"file": "golden_00.jpg", "probability_malignant": NaN}]',
            "GOLDEN_INVALID",
        ),
        ("model.safetensors", safetensors(b"\1" * 8), "DIGEST_MISMATCH"),
        ("model.safetensors", b"", "WEIGHTS_NOT_SAFETENSORS"),
        ("model.safetensors", b"\x80\x04\x95pickle" * 9, "WEIGHTS_NOT_SAFETENSORS"),
        ("model.safetensors", zipped_pickle(), "WEIGHTS_NOT_SAFETENSORS"),
        ("golden_00.jpg", b"\x80\x04\x95pickle", "GOLDEN_INVALID"),
        ("golden_00.jpg", zipped_pickle(), "GOLDEN_INVALID"),
        ("golden.json", b"\xff\xfe not text", "GOLDEN_INVALID"),
        ("MAR-INF/MANIFEST.json", b"\xff\xfe not text", "MANIFEST_INVALID"),
    ],
)
def test_wrong_content_is_refused(tmp_path: Path, member: str, content: bytes, reason: str) -> None:
    def bend(held: dict[str, bytes]) -> None:
        held[member] = content

    assert reason in refused(bent(tmp_path, bend))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"runtime": "python"', b'"runtime": "LSP"'),
        (b'"handler": "dermis_handler.py"', b'"handler": "os:system"'),
        (b'"modelVersion": "1.0.0"', b'"modelVersion": "2.0.0"'),
        (b'"model": {', b'"model": {"envelope": "body",'),
        (b'"model": {', b'"model": {"requirementsFile": "golden.json",'),
    ],
)
def test_a_manifest_that_says_anything_else_is_refused(
    tmp_path: Path, old: bytes, new: bytes
) -> None:
    path = bent(tmp_path, lambda held: replaced(held, "MAR-INF/MANIFEST.json", old, new))
    assert refused(path) == {"MANIFEST_INVALID"}


@pytest.mark.parametrize(
    "member", ["model.safetensors", "model_card.json", "golden.json", "MAR-INF/MANIFEST.json"]
)
def test_a_missing_member_is_named(tmp_path: Path, member: str) -> None:
    def bend(held: dict[str, bytes]) -> None:
        del held[member]

    assert "MEMBER_MISSING" in refused(bent(tmp_path, bend))


def test_every_reason_is_given_at_once(tmp_path: Path) -> None:
    def bend(held: dict[str, bytes]) -> Iterable[Member]:
        held |= {"dermis_handler.py": b"import os", "model_card.json": b"{}"}
        return [*held.items(), ("../x", b""), ("a.pkl", b"")]

    assert refused(bent(tmp_path, bend)) == {
        "PATH_ESCAPES", "MEMBER_NOT_ALLOWED", "FOREIGN_HANDLER", "CARD_INVALID",
    }  # fmt: skip


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_member_twice_is_refused(tmp_path: Path) -> None:
    again = ("dermis_handler.py", b"import os")
    path = bent(tmp_path, lambda held: [again, *held.items()])
    assert refused(path) == {"DUPLICATE_MEMBER"}


@pytest.mark.parametrize("count", [65, 100_000])
def test_many_members_are_refused_before_they_are_read(tmp_path: Path, count: int) -> None:
    path = write(tmp_path / "many.mar", ((f"{n}", b"") for n in range(count)))
    assert refused(path) == {"TOO_MANY_MEMBERS"}


def test_a_directory_that_understates_its_members_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "many.mar", ((f"{n}", b"") for n in range(5000)))
    content = bytearray(path.read_bytes())
    content[-14:-10] = struct.pack("<2H", 3, 3)
    path.write_bytes(content)
    assert refused(path) == {"TOO_LARGE"}


def test_a_bomb_of_overlapping_members_is_refused(tmp_path: Path) -> None:
    """All members share one compressed stream (Fifield 2019)."""
    path = write(tmp_path / "bomb.mar", [(f"golden_{n:02}.jpg", b"\0" * 900) for n in range(9)])
    content = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist()[1:]:
            content = content.replace(
                struct.pack("<L", info.header_offset) + info.filename.encode(),
                struct.pack("<L", 0) + info.filename.encode(),
            )
    path.write_bytes(content)
    assert refused(path) & {"NOT_AN_ARCHIVE", "MEMBER_MISSING"}


def test_a_bomb_within_a_bomb_is_refused_without_unpacking_it(tmp_path: Path) -> None:
    """As 42.zip: archives in an archive, each small for its size."""
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("0", b"\0" * 50_000_000)
    nested = [(f"lib {n}.zip", inner.getvalue()) for n in range(16)]
    reasons = refused(bent(tmp_path, lambda held: [*held.items(), *nested]))
    assert reasons & {"MEMBER_NOT_ALLOWED", "RATIO_TOO_HIGH"}


def test_a_name_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = bent(tmp_path, lambda held: [*held.items(), ("golden_01\u00e9.jpg", b"")])
    content = path.read_bytes()
    assert content.count("\u00e9".encode()) == 2
    path.write_bytes(content.replace("\u00e9".encode(), b"\xff\xfe"))
    assert refused(path) & {"NOT_AN_ARCHIVE", "MEMBER_NOT_ALLOWED"}


def test_an_encrypted_member_is_refused(tmp_path: Path) -> None:
    path = sound(tmp_path)
    content = path.read_bytes()
    at = content.rindex(b"PK\x01\x02")
    path.write_bytes(content[: at + 8] + b"\1" + content[at + 9 :])
    assert refused(path) == {"MEMBER_ENCRYPTED"}


def test_a_compression_that_java_does_not_know_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "x.mar", members(sound(tmp_path)).items(), zipfile.ZIP_LZMA)
    assert refused(path) == {"COMPRESSION_UNKNOWN"}


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x05\x06", b"PK\x05\x06" + b"\0" * 17])
def test_what_is_no_zip_file_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.mar").write_bytes(content)
    assert refused(tmp_path / "x.mar") == {"NOT_AN_ARCHIVE"}


def test_what_hides_between_the_members_does_not_reach_torchserve(tmp_path: Path) -> None:
    """Java reads member after member; Python reads the directory, which names no such member."""
    hidden = io.BytesIO()
    with zipfile.ZipFile(hidden, "w") as archive:
        archive.writestr("dermis_handler.py", b"import os; os.system('id')")
        end_of_members = archive.start_dir
    path = tmp_path / "hiding.mar"
    path.write_bytes(hidden.getvalue()[:end_of_members] + sound(tmp_path).read_bytes())
    check_archive(path).write_sound_copy(tmp_path / "copy.mar")
    assert b"os.system" in path.read_bytes()
    assert b"os.system" not in (tmp_path / "copy.mar").read_bytes()
