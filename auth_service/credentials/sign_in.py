"""Signing in: password, then the second factor.

Each step looks its account up, releases the connection, counts the attempt and computes Argon2, and
only then writes: neither the count nor Argon2 may keep connections from other calls.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from auth_service.audit import trail
from auth_service.audit.events import Event
from auth_service.credentials import guesses, known_places, two_factor
from auth_service.credentials.attempts import Attempts, give_back
from auth_service.credentials.encryption import KeyRing
from auth_service.credentials.passwords import Passwords
from auth_service.models import Account, SignInChallenge, SignInSession
from auth_service.people import accounts, profiles
from auth_service.people.email_addresses import email_key
from auth_service.session import sessions
from auth_service.session.opaque_tokens import digest, new_token
from auth_service.session.sessions import SessionPolicy, SignedIn
from service_kit import clock
from service_kit.codes import Code
from service_kit.database import released
from service_kit.errors import DomainError
from service_kit.reasons import Reason
from service_kit.request_context import current_request

CHALLENGE_LIFE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Challenged:
    """The password was right; the second factor comes next."""

    token: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class MustEnrol:
    """The password was right; a second factor must be set up first."""

    account: Account
    session: SignInSession


@dataclass(frozen=True, slots=True)
class Authenticator:
    """What checking a person's credentials needs besides the database."""

    passwords: Passwords
    attempts: Attempts
    keys: KeyRing
    policy: SessionPolicy
    two_factor_by_role: bool


async def login(
    session: AsyncSession, *, email: str, password: str, authenticator: Authenticator
) -> SignedIn | Challenged | MustEnrol:
    """Check a password. An unknown address costs the same statements and the same Argon2.

    Raises:
        DomainError: RESOURCE_EXHAUSTED TOO_MANY_ATTEMPTS; UNAUTHENTICATED CREDENTIALS_INVALID
            (kept).
    """
    key = email_key(email)
    found = (await session.exec(select(Account).where(Account.email_key == key))).first()
    counts = await guesses.at_password(session, key, found)
    async with released(session):
        reserved = await authenticator.attempts.reserve(counts)
        renewed_hash = await authenticator.passwords.check(
            password, found.password_hash if found else None
        )
    if found is None or renewed_hash is None:
        raise await _refuse_login(session, found, "password" if found else "unknown address")
    account = await accounts.locked(session, found.id)
    if account.email_verified_at is None or not account.active:
        raise await _refuse_login(session, account, "disabled or unverified")
    if account.password_changed_at != found.password_changed_at:
        raise await _refuse_login(session, account, "password changed meanwhile")
    await give_back(session, reserved)
    account.password_hash = renewed_hash
    session.add(account)
    return await _next_step(session, account, authenticator)


async def verify_two_factor(
    session: AsyncSession,
    *,
    token: str,
    code: str,
    recovery_code: str,
    authenticator: Authenticator,
) -> SignedIn:
    """Check the second factor that a challenge asks for.

    Raises:
        DomainError: RESOURCE_EXHAUSTED TOO_MANY_ATTEMPTS; UNAUTHENTICATED CHALLENGE_INVALID or
            CODE_INVALID (kept).
    """
    account_id = (await _open_challenge(session, token)).account_id
    found = (await profiles.find(session, account_id)).account
    counts = await guesses.at_code(session, found)
    async with released(session):
        reserved = await authenticator.attempts.reserve(counts)
    account = await accounts.locked(session, account_id)
    challenge = await _open_challenge(session, token)
    factor = await two_factor.confirmed(session, account_id)
    if factor is None or not account.active or challenge.created_at < account.password_changed_at:
        raise _challenge_invalid()
    if recovery_code:
        right = await two_factor.use_recovery_code(session, account_id, recovery_code)
    else:
        right = await two_factor.use_code(session, factor, code, keys=authenticator.keys)
    if not right:
        await trail.append(
            session, Event.TWO_FACTOR_REFUSED, subject_id=account_id, actor_id=account_id
        )
        raise DomainError(Reason.CODE_INVALID, code=Code.UNAUTHENTICATED, keep_changes=True)
    challenge.used_at = clock.now()
    session.add(challenge)
    await give_back(session, reserved)
    return await start_session(
        session, account, authenticator.policy, "recovery code" if recovery_code else "totp"
    )


async def _next_step(
    session: AsyncSession, account: Account, authenticator: Authenticator
) -> SignedIn | Challenged | MustEnrol:
    if await two_factor.confirmed(session, account.id) is not None:
        return await _challenge(session, account)
    if accounts.must_have_two_factor(account, by_role=authenticator.two_factor_by_role):
        started = await sessions.start_enrolment(session, account)
        await trail.append(
            session,
            Event.SIGN_IN_ENROLMENT_STARTED,
            subject_id=account.id,
            actor_id=account.id,
        )
        return MustEnrol(account, started)
    return await start_session(session, account, authenticator.policy, "password")


async def _challenge(session: AsyncSession, account: Account) -> Challenged:
    token = new_token()
    challenge = SignInChallenge(
        account_id=account.id,
        token_hash=digest(token),
        address=current_request().client_address,
        expires_at=clock.now() + CHALLENGE_LIFE,
    )
    session.add(challenge)
    await trail.append(
        session, Event.SIGN_IN_CHALLENGED, subject_id=account.id, actor_id=account.id
    )
    return Challenged(token, challenge.expires_at)


async def start_session(
    session: AsyncSession, account: Account, policy: SessionPolicy, factor: str
) -> SignedIn:
    """Begin the session of somebody who has proved every factor that is required."""
    signed_in = await sessions.start(session, account, policy)
    await known_places.remember(session, account.id)
    await trail.append(
        session,
        Event.SIGN_IN_SUCCEEDED,
        subject_id=account.id,
        actor_id=account.id,
        factor=factor,
        session_id=str(signed_in.session.id),
    )
    return signed_in


async def _refuse_login(session: AsyncSession, account: Account | None, why: str) -> DomainError:
    await trail.append(
        session, Event.SIGN_IN_FAILED, subject_id=account.id if account else None, why=why
    )
    return DomainError(Reason.CREDENTIALS_INVALID, keep_changes=True)


async def _open_challenge(session: AsyncSession, token: str) -> SignInChallenge:
    query = (
        select(SignInChallenge)
        .where(SignInChallenge.token_hash == digest(token))
        .execution_options(populate_existing=True)
    )
    challenge = (await session.exec(query)).first()
    if (
        challenge is None
        or challenge.used_at is not None
        or challenge.expires_at <= clock.now()
        or challenge.address != current_request().client_address
    ):
        raise _challenge_invalid()
    return challenge


def _challenge_invalid() -> DomainError:
    return DomainError(Reason.CHALLENGE_INVALID)
