"""Encryption at rest: AES-256-GCM under keys that can be replaced without downtime.

A sealed value names its key, so old values stay readable while a new key is introduced:
put the new key first in ENCRYPTION_KEYS, restart, run `rotate-encryption-key`, drop the old key.
"""

import base64
import binascii
import os
from typing import Self

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
NONCE_BYTES = 12  # NIST SP 800-38D, 8.2.2: random nonces of 96 bits


class KeyRing:
    """Encryption keys by id; the first encrypts, all decrypt."""

    def __init__(self, keys: dict[str, bytes]) -> None:
        self._ciphers = {key_id: AESGCM(key) for key_id, key in keys.items()}
        self._current = next(iter(keys))

    @classmethod
    def from_setting(cls, text: str) -> Self:
        """Read `id:base64,id:base64`."""
        return cls(parse_keys(text))

    def seal(self, plain: bytes, *, context: str) -> bytes:
        """Encrypt.

        Args:
            plain: what to hide.
            context: what the value belongs to (table and row); a sealed value that is moved to
                another row can't be opened.
        """
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._ciphers[self._current].encrypt(nonce, plain, context.encode())
        return self._current.encode() + b":" + nonce + sealed

    def open(self, sealed: bytes, *, context: str) -> bytes:
        """Decrypt.

        Raises:
            LookupError: sealed under a key that is not in the ring.
            cryptography.exceptions.InvalidTag: changed, or moved from another context.
        """
        key_id, _, rest = sealed.partition(b":")
        cipher = self._ciphers.get(key_id.decode())
        if cipher is None:
            raise LookupError("sealed under a key that is not in ENCRYPTION_KEYS")
        return cipher.decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], context.encode())

    def is_current(self, sealed: bytes) -> bool:
        """Whether a value is sealed under the current key."""
        return sealed.partition(b":")[0].decode() == self._current


def parse_keys(text: str) -> dict[str, bytes]:
    """Read `id:base64,id:base64` into keys of 32 bytes.

    Raises:
        ValueError: says which entry is wrong, without showing it.
    """
    keys: dict[str, bytes] = {}
    for position, entry in enumerate(text.split(","), start=1):
        key_id, _, encoded = entry.strip().partition(":")
        try:
            key = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            key = b""
        if not key_id.isalnum() or len(key) != KEY_BYTES:
            raise ValueError(f"key {position} is not id:base64 of {KEY_BYTES} bytes")
        keys[key_id] = key
    return keys


def derive_key(secret: str, purpose: str) -> bytes:
    """A key of 32 bytes for one purpose from the service's secret (HKDF, RFC 5869)."""
    hkdf = HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=None, info=purpose.encode())
    return hkdf.derive(secret.encode())
