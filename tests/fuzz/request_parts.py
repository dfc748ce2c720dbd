"""Parts of a request that anybody can write: tokens, uploads' bodies, X-Forwarded-For."""

import asyncio
import contextlib
import ipaddress
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from fastapi import Request
from fastapi.exceptions import RequestValidationError

from gateway.forms.photo import PhotoForm, read_photo
from gateway.http.client_address import client_address
from gateway.photo_memory import PhotoMemory
from service_kit.clock import now
from service_kit.errors import DomainError
from service_kit.principal import ALGORITHM, TokenVerifier
from tests.fuzz.edits import Read

_KEY = Ed25519PrivateKey.generate()
_BOUNDARY = b"a-boundary"
_PEER = "192.0.2.1"


class _OneKey:
    """Keys and revocations that are always known."""

    async def key(self, kid: str) -> Ed25519PublicKey | None:
        return _KEY.public_key() if kid == "one" else None

    async def is_revoked(self, session_id: UUID) -> bool:
        return False


_VERIFIER = TokenVerifier(_OneKey(), _OneKey(), issuer="dermis", audience="dermis")


def _token(content: bytes) -> None:
    with contextlib.suppress(DomainError):
        principal = asyncio.run(_VERIFIER.verify(content.decode("latin-1")))
        # Only the signature's last character has bits that mean nothing (RFC 4648, 3.5).
        assert content.rpartition(b".")[0] == _signed().rpartition(b".")[0], principal


_TOKENS: list[bytes] = []


def _signed() -> bytes:
    if not _TOKENS:
        at = now()
        claims = {
            "iss": "dermis", "aud": "dermis", "iat": at, "nbf": at, "exp": at + timedelta(days=1),
            "sub": str(uuid4()), "sid": str(uuid4()), "jti": str(uuid4()), "typ": "access",
            "role": "clinician", "clinic": str(uuid4()),
        }  # fmt: skip
        token = jwt.encode(claims, _KEY, algorithm=ALGORITHM, headers={"kid": "one"})
        _TOKENS.append(token.encode())
    return _TOKENS[0]


def _form(content: bytes) -> None:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": content, "more_body": False}

    kind = b"multipart/form-data; boundary=" + _BOUNDARY
    scope = {"type": "http", "method": "POST", "headers": [(b"content-type", kind)]}
    memory = PhotoMemory(64 * 2**20)

    async def read() -> None:
        with memory.hold() as held:
            await read_photo(Request(scope, receive), held, PhotoForm)

    with contextlib.suppress(DomainError, RequestValidationError):
        asyncio.run(read())
    assert memory.fits({}, 64 * 2**20), "what was held is not free again"


def _upload() -> bytes:
    parts = (
        (b'name="file"; filename="photo.jpg"\r\nContent-Type: image/jpeg', b"\xff\xd8" + bytes(40)),
        (b'name="lesion_id"', b"01a20817-f471-731e-896b-230f70989781"),
        (b'name="captured_at"', b"2026-11-29T09:00:00+01:00"),
    )
    body = b"".join(
        b"--%b\r\nContent-Disposition: form-data; %b\r\n\r\n%b\r\n" % (_BOUNDARY, head, value)
        for head, value in parts
    )
    return body + b"--%b--\r\n" % _BOUNDARY


def _address(content: bytes) -> None:
    lines = content.decode("latin-1").split("\n")
    for trusted in range(4):
        found = client_address(_PEER, lines, trusted)
        assert str(ipaddress.ip_address(found)) == found


WHOLES: dict[str, Read] = {
    "tokens": Read(_token, _signed),
    "forms": Read(_form, _upload),
    "addresses": Read(
        _address, lambda: b"203.0.113.9, 2001:db8::1\n[2001:db8::2]:4711, ::ffff:198.51.100.7"
    ),
}
