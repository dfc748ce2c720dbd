"""Signatures of model archives: Ed25519 (RFC 8032), stored beside the archive.

A signature covers the archive's SHA-256 under its own prefix, so that a key which also signs other
things can't be tricked into signing an archive.
"""

import hashlib
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

_PREFIX = b"dermis model archive 1\n"


class KeyInvalid(ValueError):
    """The text is not an Ed25519 key in PEM."""


def make_key_pair() -> tuple[str, str]:
    """A new private and public key, in PEM."""
    private = Ed25519PrivateKey.generate()
    return (
        private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
        private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode(),
    )


def sign(private_key: str, sha256: str) -> bytes:
    """Sign the archive with this digest.

    Args:
        private_key: PEM.
        sha256: hex digest of the archive.

    Returns:
        64 bytes.

    Raises:
        KeyInvalid: not an Ed25519 private key.
    """
    try:
        key = load_pem_private_key(private_key.encode(), password=None)
    except (ValueError, TypeError):
        raise KeyInvalid("not a private key in PEM") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyInvalid("not an Ed25519 key")
    return key.sign(_message(sha256))


def is_signed(public_key: str, sha256: str, signature: bytes) -> bool:
    """Whether the owner of `public_key` (PEM) signed the archive with this digest.

    Raises:
        KeyInvalid: not an Ed25519 public key.
    """
    try:
        _public(public_key).verify(signature, _message(sha256))
    except InvalidSignature:
        return False
    return True


def fingerprint(public_key: str) -> str:
    """A name for a public key (PEM): the first 16 hex digits of the SHA-256 of its 32 bytes.

    Raises:
        KeyInvalid: not an Ed25519 public key.
    """
    return hashlib.sha256(_public(public_key).public_bytes_raw()).hexdigest()[:16]


def read_keys(folder: Path) -> tuple[str, ...]:
    """The public keys (`*.pem`) of a folder, in the order of their names.

    Raises:
        KeyInvalid: one of the files is not a public key.
        OSError: the folder doesn't exist.
    """
    keys = []
    for path in sorted(path for path in folder.iterdir() if path.suffix == ".pem"):
        key = path.read_text()
        try:
            _public(key)
        except KeyInvalid as error:
            raise KeyInvalid(f"{path}: {error}") from None
        keys.append(key)
    return tuple(keys)


def _public(text: str) -> Ed25519PublicKey:
    try:
        key = load_pem_public_key(text.encode())
    except ValueError:
        raise KeyInvalid("not a public key in PEM") from None
    if not isinstance(key, Ed25519PublicKey):
        raise KeyInvalid("not an Ed25519 key")
    return key


def _message(sha256: str) -> bytes:
    return _PREFIX + sha256.encode()
