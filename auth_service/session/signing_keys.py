"""The Ed25519 keys that sign access tokens, and their rotation without signing anyone out.

A new key is published at once but signs only a minute later, so that every service knows it before
it sees its first token; an old key stays published as long as a token it signed may be valid.
"""

import base64
import hashlib
import json
import time
from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import delete, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from auth_service.audit import trail
from auth_service.audit.events import Event
from auth_service.credentials.encryption import KeyRing
from auth_service.models import SigningKey
from service_kit import clock
from service_kit.auth_client import REFETCH_SECONDS
from service_kit.database import Database
from service_kit.principal import CLOCK_SKEW_SECONDS

# Published for this long before it signs: longer than any cache of keys waits before it asks again.
ANNOUNCED_FOR = timedelta(seconds=60)
RELOAD_SECONDS = REFETCH_SECONDS
# Two replicas that start at once mustn't both make the first key; any constant will do.
_FIRST_KEY_LOCK = 7_305_513


class SigningKeys:
    """This process's view of the keys, reloaded every few seconds (`KeySource`)."""

    def __init__(self, database: Database, ring: KeyRing) -> None:
        self._database = database
        self._ring = ring
        self._keys: Sequence[SigningKey] = ()
        self._public: dict[str, Ed25519PublicKey] = {}
        self._private: dict[str, Ed25519PrivateKey] = {}
        self._loaded_at = float("-inf")

    async def key(self, kid: str) -> Ed25519PublicKey | None:
        """The public key with this id; None where there is none."""
        await self.published()
        return self._public.get(kid)

    async def published(self) -> Sequence[SigningKey]:
        """Every key that may have signed a token that is still valid, and those about to sign."""
        if time.monotonic() - self._loaded_at > RELOAD_SECONDS:
            async with self._database.session() as session:
                query = select(SigningKey).order_by(col(SigningKey.signs_from))
                self._keys = (await session.exec(query)).all()
            self._public = {
                key.kid: Ed25519PublicKey.from_public_bytes(key.public_key) for key in self._keys
            }
            self._loaded_at = time.monotonic()
        return self._keys

    async def signer(self) -> tuple[str, Ed25519PrivateKey]:
        """The key that signs now, with its id."""
        moment = clock.now()
        current = [key for key in await self.published() if key.signs_from <= moment][-1]
        if current.kid not in self._private:
            raw = self._ring.open(current.private_key, context=_context(current.kid))
            self._private[current.kid] = Ed25519PrivateKey.from_private_bytes(raw)
        return current.kid, self._private[current.kid]


async def make_first(session: AsyncSession, ring: KeyRing) -> None:
    """Make a key that signs at once, unless there is one already."""
    await session.exec(select(func.pg_advisory_xact_lock(_FIRST_KEY_LOCK)))
    if (await session.exec(select(SigningKey.kid).limit(1))).first() is None:
        session.add(_new_key(ring, delay=timedelta(0)))


async def rotate(session: AsyncSession, ring: KeyRing, *, token_life: timedelta) -> str:
    """Make the next key and delete those whose last token has expired.

    Args:
        session: the transaction.
        ring: encrypts the private part.
        token_life: how long an access token is valid.

    Returns:
        The new key's id.
    """
    keys = (await session.exec(select(SigningKey).order_by(col(SigningKey.signs_from)))).all()
    key = _new_key(ring, delay=ANNOUNCED_FOR if keys else timedelta(0))
    settled = clock.now() - token_life - timedelta(seconds=CLOCK_SKEW_SECONDS)
    # A key's last token is as old as its successor's first.
    superseded = [old.kid for old, newer in pairwise(keys) if newer.signs_from < settled]
    await session.exec(delete(SigningKey).where(col(SigningKey.kid).in_(superseded)))
    session.add(key)
    await trail.append(session, Event.SIGNING_KEY_ROTATED, kid=key.kid)
    return key.kid


async def reseal(session: AsyncSession, ring: KeyRing) -> int:
    """Encrypt every private key under the current encryption key; returns how many weren't."""
    resealed = 0
    for key in (await session.exec(select(SigningKey).with_for_update())).all():
        if not ring.is_current(key.private_key):
            context = _context(key.kid)
            raw = ring.open(key.private_key, context=context)
            key.private_key = ring.seal(raw, context=context)
            session.add(key)
            resealed += 1
    return resealed


def _new_key(ring: KeyRing, *, delay: timedelta) -> SigningKey:
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw()
    kid = _thumbprint(public)
    raw = private.private_bytes_raw()
    return SigningKey(
        kid=kid,
        public_key=public,
        private_key=ring.seal(raw, context=_context(kid)),
        signs_from=clock.now() + delay,
    )


def _thumbprint(public: bytes) -> str:
    """The key's id: its JWK thumbprint (RFC 7638, RFC 8037 appendix A.3)."""
    members = {"crv": "Ed25519", "kty": "OKP", "x": _base64url(public)}
    canonical = json.dumps(members, separators=(",", ":"), sort_keys=True)
    return _base64url(hashlib.sha256(canonical.encode()).digest())


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _context(kid: str) -> str:
    return f"signing_keys.private_key:{kid}"
