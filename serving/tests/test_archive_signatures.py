"""Who vouches for an archive, and where that is asked for."""

from pathlib import Path

import pytest

from serving.archives.archive import check_archive
from serving.archives.signature_policy import Policy, read_policy
from serving.archives.signatures import (
    KeyInvalid,
    fingerprint,
    is_signed,
    make_key_pair,
    read_keys,
    sign,
)
from serving.tests.archives import (
    refused,
    sound,
)


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
