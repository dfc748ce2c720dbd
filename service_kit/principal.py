"""Who is calling: read from a signed token that every service checks for itself.

Access tokens are JWTs signed with Ed25519 (RFC 8037, RFC 9068 in spirit). The algorithm is
pinned, so neither `alg: none` nor a symmetric forgery is even considered.
"""

from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, Literal, NamedTuple, Protocol, TypeAlias, get_args
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from google.protobuf import descriptor_pool

from dermis.options.v1 import access_pb2
from service_kit import clock
from service_kit.errors import DomainError
from service_kit.reasons import Reason

ALGORITHM = "EdDSA"
# How far two machines' clocks may differ before a token is refused.
CLOCK_SKEW_SECONDS = 30
REQUIRED_CLAIMS = ["iss", "aud", "sub", "sid", "role", "typ", "iat", "exp"]

TokenKind = Literal["access", "enrolment", "handoff", "service"]
Permission: TypeAlias = access_pb2.Permission.ValueType
Role: TypeAlias = access_pb2.Role.ValueType


class HandInTarget(NamedTuple):
    """The one lesion of which a hand-off's phone may hand in photos."""

    patient_id: UUID
    lesion_id: UUID


@dataclass(frozen=True, slots=True)
class Principal:
    """The caller of a request.

    Attributes:
        user_id: the account, or the service's own id for service tokens.
        session_id: the sign-in that the token came from.
        role: `dermis.options.v1.Role`.
        clinic_id: the clinic whose patients this caller may see, if any.
        token: the token itself, passed on to the service that owns the data.
        kind: what the token is good for; `enrolment` only for setting 2FA up, `handoff` only for
            handing in photos of `target`.
        expires_at: when the token expires.
        target: of a hand-off, and of nothing else.
    """

    user_id: UUID
    session_id: UUID
    role: Role
    clinic_id: UUID | None
    token: str
    kind: TokenKind
    expires_at: datetime
    target: HandInTarget | None = None

    def may(self, permission: Permission) -> bool:
        """Whether this caller holds a permission; some kinds hold one, whatever the role."""
        if permission == access_pb2.PERMISSION_PUBLIC:
            return True
        if self.kind in _ONLY:
            return permission == _ONLY[self.kind]
        return permission in granted_permissions(self.role)


_ONLY: dict[TokenKind, Permission] = {
    "enrolment": access_pb2.PERMISSION_SIGNED_IN,
    "handoff": access_pb2.PERMISSION_HAND_IN_PHOTOS,
}


@cache
def granted_permissions(role: Role) -> frozenset[int]:
    """What a role may do, as `protos/dermis/options/v1/access.proto` says."""
    value = access_pb2.Role.DESCRIPTOR.values_by_number[role]
    return frozenset(value.GetOptions().Extensions[access_pb2.grants])


@cache
def method_permission(method: str) -> Permission:
    """The permission that an RPC names in its proto.

    Args:
        method: "/package.Service/Method", as gRPC spells it.

    Returns:
        PERMISSION_UNSPECIFIED, which nobody holds, for a method that names none.
    """
    service, _, name = method.lstrip("/").partition("/")
    descriptor = descriptor_pool.Default().FindServiceByName(service).methods_by_name[name]
    return descriptor.GetOptions().Extensions[access_pb2.permission]


class KeySource(Protocol):
    """Where public keys come from."""

    async def key(self, kid: str) -> Ed25519PublicKey | None:
        """The public key with this id; None where there is none."""


class Revocations(Protocol):
    """Where to look up ended sessions."""

    async def is_revoked(self, session_id: UUID) -> bool:
        """Whether the session has ended. Never guesses: raises when it can't know."""


# More tokens than are used within their ten minutes at one gateway of a large clinic.
MOST_VERIFIED = 10_000


class _Verified(NamedTuple):
    """A token whose signature and claims were good under a key."""

    principal: Principal
    kid: str
    key: Ed25519PublicKey


class TokenVerifier:
    """Turns a bearer token into a `Principal`.

    A signature stays good until the token expires or its key is withdrawn, so it is checked once; a
    check takes 0.3 ms of CPU. Whether the session has ended is asked every time.
    """

    def __init__(
        self, keys: KeySource, revocations: Revocations, *, issuer: str, audience: str
    ) -> None:
        self._keys = keys
        self._revocations = revocations
        self._issuer = issuer
        self._audience = audience
        self._verified: dict[str, _Verified] = {}

    async def verify(self, token: str) -> Principal:
        """Check signature, issuer, audience, times and revocation.

        Raises:
            DomainError: UNAUTHENTICATED with TOKEN_INVALID, TOKEN_EXPIRED or SESSION_ENDED;
                UNAVAILABLE when keys or revocations can't be looked up.
        """
        principal = await self._signed(token)
        await self.require_session(principal)
        return principal

    async def require_session(self, principal: Principal) -> None:
        """Refuse whoever was signed out, for what goes on longer than a token lives.

        Raises:
            DomainError: UNAUTHENTICATED SESSION_ENDED; UNAVAILABLE as `verify`.
        """
        # A service token belongs to no session; only its ten minutes limit it.
        if principal.kind != "service" and await self._revocations.is_revoked(principal.session_id):
            raise DomainError(Reason.SESSION_ENDED)

    async def _signed(self, token: str) -> Principal:
        known = self._verified.get(token)
        if (
            known
            and known.principal.expires_at > clock.now()
            and await self._keys.key(known.kid) == known.key
        ):
            return known.principal
        self._verified.pop(token, None)
        kid, key = await self._key_of(token)
        principal = _principal(self._claims(token, key), token)
        if len(self._verified) >= MOST_VERIFIED:
            self._verified.clear()
        self._verified[token] = _Verified(principal, kid, key)
        return principal

    async def _key_of(self, token: str) -> tuple[str, Ed25519PublicKey]:
        """The key that a token names, with its id."""
        try:
            header = jwt.get_unverified_header(token)
        except (jwt.InvalidTokenError, ValueError):
            raise _invalid() from None
        kid = str(header.get("kid", ""))
        key = await self._keys.key(kid) if header.get("alg") == ALGORITHM else None
        if key is None:
            raise _invalid()
        return kid, key

    def _claims(self, token: str, key: Ed25519PublicKey) -> dict[str, Any]:
        try:
            return jwt.decode(
                token,
                key,
                algorithms=[ALGORITHM],
                audience=self._audience,
                issuer=self._issuer,
                leeway=CLOCK_SKEW_SECONDS,
                options={"require": REQUIRED_CLAIMS},
            )
        except jwt.ExpiredSignatureError:
            raise DomainError(Reason.TOKEN_EXPIRED) from None
        except (jwt.InvalidTokenError, ValueError):
            raise _invalid() from None


def _principal(claims: dict[str, Any], token: str) -> Principal:
    try:
        if claims["typ"] not in get_args(TokenKind):
            raise _invalid()
        clinic = claims.get("clinic")
        return Principal(
            user_id=UUID(claims["sub"]),
            session_id=UUID(claims["sid"]),
            role=access_pb2.Role.Value(f"ROLE_{claims['role'].upper()}"),
            clinic_id=UUID(clinic) if clinic else None,
            token=token,
            kind=claims["typ"],
            expires_at=datetime.fromtimestamp(claims["exp"], UTC),
            target=_target(claims) if claims["typ"] == "handoff" else None,
        )
    except (KeyError, ValueError, AttributeError, TypeError):
        raise _invalid() from None


def _target(claims: dict[str, Any]) -> HandInTarget:
    return HandInTarget(UUID(claims["patient"]), UUID(claims["lesion"]))


def _invalid() -> DomainError:
    return DomainError(Reason.TOKEN_INVALID)


_current: ContextVar[Principal | None] = ContextVar("principal", default=None)


def set_current_principal(principal: Principal | None) -> None:
    """Make `principal` the caller in this context."""
    _current.set(principal)


def find_principal() -> Principal | None:
    """The caller, or None for a public call."""
    return _current.get()


def current_principal() -> Principal:
    """The caller.

    Raises:
        DomainError: UNAUTHENTICATED / SIGN_IN_REQUIRED when nobody is signed in.
    """
    principal = _current.get()
    if principal is None:
        raise DomainError(Reason.SIGN_IN_REQUIRED)
    return principal


def require(permission: Permission) -> None:
    """Let the call through only if the caller holds `permission`; deny by default.

    Raises:
        DomainError: UNAUTHENTICATED when nobody is signed in, else PERMISSION_DENIED with
            TWO_FACTOR_SETUP_REQUIRED or NOT_PERMITTED.
    """
    if permission == access_pb2.PERMISSION_PUBLIC:
        return
    principal = current_principal()
    if principal.may(permission):
        return
    if principal.kind == "enrolment":
        raise DomainError(Reason.TWO_FACTOR_SETUP_REQUIRED)
    raise DomainError(Reason.NOT_PERMITTED)
