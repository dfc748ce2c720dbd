"""Signed tokens: what they say, about whom and for how long."""

import hmac
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import jwt

from auth_service.models import Account, Handoff, SignInSession
from auth_service.session.signing_keys import SigningKeys
from service_kit import clock
from service_kit.errors import DomainError
from service_kit.ids import new_id
from service_kit.principal import ALGORITHM
from service_kit.reasons import Reason

# A service has no account; its id is derived from its name.
_SERVICES = UUID("5b1b6f3e-7d0c-5a3e-9a53-0d7c1f1c6f10")


@dataclass(frozen=True, slots=True)
class SignedToken:
    """A JWT and when it expires."""

    token: str
    expires_at: datetime


class TokenSigner:
    """Signs the tokens that `service_kit.principal.TokenVerifier` reads."""

    def __init__(self, keys: SigningKeys, *, issuer: str, audience: str, life: timedelta) -> None:
        self._keys = keys
        self._issuer = issuer
        self._audience = audience
        self._life = life

    async def for_session(self, account: Account, session: SignInSession) -> SignedToken:
        """A token for this session: typ access or, before 2FA is set up, enrolment."""
        return await self._sign(
            expires_at=min(clock.now() + self._life, session.expires_at),
            sub=str(account.id),
            sid=str(session.id),
            role=account.role,
            clinic=str(account.clinic_id) if account.clinic_id else None,
            typ=session.kind,
        )

    async def for_handoff(
        self, account: Account, session: SignInSession, handoff: Handoff
    ) -> SignedToken:
        """A token for a hand-off's phone, which names the one lesion."""
        return await self._sign(
            expires_at=min(clock.now() + self._life, session.expires_at),
            sub=str(account.id),
            sid=str(session.id),
            role=account.role,
            clinic=str(account.clinic_id) if account.clinic_id else None,
            typ="handoff",
            patient=str(handoff.patient_id),
            lesion=str(handoff.lesion_id),
        )

    async def for_service(self, name: str) -> SignedToken:
        """A token for a Dermis service."""
        return await self._sign(
            expires_at=clock.now() + self._life,
            sub=str(uuid.uuid5(_SERVICES, name)),
            sid=str(uuid.uuid5(_SERVICES, f"{name} session")),
            role="service",
            clinic=None,
            typ="service",
            service=name,
        )

    async def _sign(self, *, expires_at: datetime, **claims: Any) -> SignedToken:
        kid, key = await self._keys.signer()
        content = claims | {
            "iss": self._issuer,
            "aud": self._audience,
            "iat": int(clock.now().timestamp()),
            "exp": int(expires_at.timestamp()),
            "jti": str(new_id()),
        }
        return SignedToken(
            jwt.encode(content, key, algorithm=ALGORITHM, headers={"kid": kid}), expires_at
        )


def check_service_secret(secrets: Mapping[str, Sequence[str]], name: str, secret: str) -> None:
    """Accept a service that knows its secret, or while it is replaced, one of its two.

    Raises:
        DomainError: UNAUTHENTICATED SERVICE_SECRET_INVALID.
    """
    known = [
        expected
        for expected in secrets.get(name, ())
        if expected and hmac.compare_digest(expected.encode(), secret.encode())
    ]
    if not known:
        raise DomainError(Reason.SERVICE_SECRET_INVALID)
