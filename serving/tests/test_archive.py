"""What is built is sound, and nothing else passes."""

import io
import json
import random
import stat
import struct
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors import deserialize
from safetensors.numpy import save

from serving.archive import ArchiveRefused, Policy, build_archive, check_archive, read_policy
from serving.signatures import KeyInvalid, fingerprint, is_signed, make_key_pair, read_keys, sign
from serving.tests.archives import (
    Member,
    bent,
    card,
    members,
    safetensors,
    sound,
    with_header,
    write,
)
from serving.weights_file import wrong_weights

NOTHING_ASKED = Policy()


def refused(path: Path, policy: Policy = NOTHING_ASKED, signature: bytes | None = None) -> set[str]:
    with pytest.raises(ArchiveRefused) as refusal:
        check_archive(path, policy, signature)
    return {reason.code for reason in refusal.value.reasons}


def replaced(held: dict[str, bytes], member: str, old: bytes, new: bytes) -> None:
    assert old in held[member]
    held[member] = held[member].replace(old, new)


# --- Sound ones ---------------------------------------------------------------------------------


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


# --- What an attacker, or a broken disk, sends --------------------------------------------------


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


# --- Weights ------------------------------------------------------------------------------------

NAN16, INF32, NAN64 = b"\x00\x7e", b"\x00\x00\x80\x7f", struct.pack("<d", float("nan"))


@pytest.mark.parametrize(
    ("weights", "reason"),
    [
        (safetensors(b"\0\0" * 3 + NAN16, "F16"), "WEIGHTS_NOT_FINITE"),
        (safetensors(b"\0\0" + b"\x80\x7f", "BF16"), "WEIGHTS_NOT_FINITE"),
        (safetensors(b"\0\0\0\0" + INF32), "WEIGHTS_NOT_FINITE"),
        (safetensors(NAN64, "F64"), "WEIGHTS_NOT_FINITE"),
        (safetensors() + b"more", "WEIGHTS_NOT_SAFETENSORS"),
        (safetensors()[:-1], "WEIGHTS_NOT_SAFETENSORS"),
        (safetensors(shape=[3]), "WEIGHTS_NOT_SAFETENSORS"),
        (safetensors(shape=[-1, -2]), "WEIGHTS_NOT_SAFETENSORS"),
        (safetensors(shape=[True, 2]), "WEIGHTS_NOT_SAFETENSORS"),
        (safetensors(shape="2"), "WEIGHTS_NOT_SAFETENSORS"),
        (safetensors(kind="F8"), "WEIGHTS_NOT_SAFETENSORS"),
        (safetensors(data_offsets=[4, 12]), "WEIGHTS_NOT_SAFETENSORS"),
        (safetensors(data_offsets=None), "WEIGHTS_NOT_SAFETENSORS"),
        (with_header(b"{}"), "WEIGHTS_NOT_SAFETENSORS"),
        (with_header(b"[]"), "WEIGHTS_NOT_SAFETENSORS"),
        (with_header(b'{"a": 1}'), "WEIGHTS_NOT_SAFETENSORS"),
        (with_header(b"[" * 50_000), "WEIGHTS_NOT_SAFETENSORS"),
        (struct.pack("<Q", 2**63) + b"{}", "WEIGHTS_NOT_SAFETENSORS"),
    ],
)
def test_weights_that_can_not_be_loaded_are_refused(
    tmp_path: Path, weights: bytes, reason: str
) -> None:
    assert refused(sound(tmp_path, weights)) == {reason}


@pytest.mark.parametrize("kind", ["F64", "F32", "F16", "BF16", "I64", "U8"])
def test_whole_weights_pass(tmp_path: Path, kind: str) -> None:
    check_archive(sound(tmp_path, safetensors(b"\1" * 16, kind)))


# --- Signatures ---------------------------------------------------------------------------------


def test_an_archive_signed_by_a_trusted_key_passes(tmp_path: Path) -> None:
    private, public = make_key_pair()
    _, other = make_key_pair()
    path = sound(tmp_path)
    signature = sign(private, check_archive(path).sha256)
    check_archive(path, Policy((other, public)), signature)


def test_without_the_signature_that_is_asked_for_it_is_refused(tmp_path: Path) -> None:
    private, public = make_key_pair()
    stranger, _ = make_key_pair()
    path = sound(tmp_path)
    digest = check_archive(path).sha256
    policy = Policy((public,))
    assert refused(path, policy) == {"SIGNATURE_MISSING"}
    assert refused(path, policy, b"short") == {"SIGNATURE_WRONG"}
    assert refused(path, policy, sign(stranger, digest)) == {"SIGNATURE_WRONG"}
    assert refused(path, policy, sign(private, "0" * 64)) == {"SIGNATURE_WRONG"}


def test_where_signatures_are_welcome_but_not_required_only_a_wrong_one_is_refused(
    tmp_path: Path,
) -> None:
    private, public = make_key_pair()
    stranger, _ = make_key_pair()
    path = sound(tmp_path)
    digest = check_archive(path).sha256
    policy = Policy((public,), signature_required=False)
    assert check_archive(path, policy).signed_by == ""
    assert check_archive(path, policy, sign(private, digest)).signed_by == fingerprint(public)
    assert refused(path, policy, sign(stranger, digest)) == {"SIGNATURE_WRONG"}


def test_a_folder_without_keys_does_not_let_everything_in(tmp_path: Path) -> None:
    assert read_policy(None, True) == Policy()
    with pytest.raises(ValueError, match="no public keys"):
        read_policy(tmp_path, True)


def test_keys_are_read_from_a_folder_and_must_be_keys(tmp_path: Path) -> None:
    private, public = make_key_pair()
    (tmp_path / "site.pem").write_text(public)
    (tmp_path / "README").write_text("not a key")
    assert read_keys(tmp_path) == (public,)
    for wrong in ("nonsense", private):
        (tmp_path / "wrong.pem").write_text(wrong)
        with pytest.raises(KeyInvalid):
            read_keys(tmp_path)
    with pytest.raises(KeyInvalid):
        sign(public, "0" * 64)
    assert not is_signed(public, "0" * 64, b"")


# --- Anything at all ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sound(tmp_path_factory.mktemp("sound"))


anything = settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])


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


sides = st.integers(-2, 5)
entries = st.fixed_dictionaries(
    {
        "dtype": st.sampled_from(["F32", "F16", "BF16", "I64", "U8", "BOOL", "F8"]),
        "shape": st.lists(sides, max_size=3),
        "data_offsets": st.tuples(st.integers(-1, 40), st.integers(-1, 40)),
    }
)
headers = st.dictionaries(st.text(max_size=5), entries, max_size=3)


@anything
@given(header=headers, fill=st.integers(0, 255), size=st.integers(0, 60))
def test_weights_that_pass_are_weights_that_load(header: Any, fill: int, size: int) -> None:
    content = with_header(json.dumps(header).encode(), bytes([fill]) * size)
    if not list(wrong_weights(io.BytesIO(content), len(content))):
        deserialize(content)


@anything
@given(shapes=st.lists(st.lists(st.integers(0, 3), max_size=3), min_size=1, max_size=4))
def test_weights_as_the_library_writes_them_pass(shapes: list[list[int]]) -> None:
    content = save({f"t{n}": np.ones(shape, np.float32) for n, shape in enumerate(shapes)})
    assert list(wrong_weights(io.BytesIO(content), len(content))) == []


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
