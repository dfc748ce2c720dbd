"""Opaque tokens: random, meaningless to anyone but us, stored only as their hash."""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode

TOKEN_BYTES = 32


def new_token() -> str:
    """A token of 256 random bits, safe in a URL."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def digest(token: str) -> bytes:
    """What is stored of a token: SHA-256 suffices, since nobody can guess 256 random bits."""
    return hashlib.sha256(token.encode()).digest()


def successor(token: str, key: bytes) -> str:
    """The token that follows a refresh token: always the same one for the same token.

    So a client that lost its answer can ask again and gets the same one, although the database
    holds only hashes (docs/decisions/0005-refresh-retry.md). Without `key` it can't be computed.
    """
    mac = hmac.digest(key, token.encode(), "sha256")
    return urlsafe_b64encode(mac).rstrip(b"=").decode()
