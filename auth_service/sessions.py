"""Sessions: begun by a sign-in, kept by rotating refresh tokens, ended for good.

Limits follow NIST SP 800-63B-4, 2.2.3 (AAL2): 24 hours in all and one hour without use by default.
Ended sessions are collected in `session.info`; once the transaction has committed,
`revocations.Announcer` tells every service.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from auth_service import audit
from auth_service.audit_events import Event
from auth_service.models import Account, RefreshToken, SignInSession
from auth_service.opaque_tokens import digest, new_token, successor
from service_kit import clock
from service_kit.errors import Code, DomainError
from service_kit.request_context import current_request

ENDED = "ended_sessions"
MAX_SESSIONS = 50
# A client that lost its answer asks again within this; see docs/decisions/0005-refresh-retry.md.
RETRY_GRACE = timedelta(seconds=10)
ENROLMENT_LIFE = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class SessionPolicy:
    """How long sessions last, and what their refresh tokens derive from.

    Attributes:
        idle: a session ends when it isn't refreshed for this long.
        absolute: it ends this long after the sign-in, whatever happens.
        refresh_key: 32 bytes.
    """

    idle: timedelta
    absolute: timedelta
    refresh_key: bytes


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session and its newest refresh token."""

    account: Account
    session: SignInSession
    refresh_token: str
    refresh_expires_at: datetime


async def start(session: AsyncSession, account: Account, policy: SessionPolicy) -> SignedIn:
    """Begin a session; beyond fifty, the least recently used one ends."""
    moment = clock.now()
    await _end_surplus(session, account.id, policy)
    started = _new_session(account, kind="access", life=policy.absolute)
    token = new_token()
    stored = _stored_token(token, started, policy)
    account.last_sign_in_at = moment
    session.add_all([started, account])
    await session.flush()
    session.add(stored)
    return SignedIn(account, started, token, stored.expires_at)


async def start_enrolment(session: AsyncSession, account: Account) -> SignInSession:
    """Begin the quarter of an hour in which a first second factor can be set up."""
    started = _new_session(account, kind="enrolment", life=ENROLMENT_LIFE)
    session.add(started)
    return started


async def refresh(session: AsyncSession, token: str, policy: SessionPolicy) -> SignedIn:
    """Exchange a refresh token for the next.

    Concurrent exchanges all get the same successor, so only one token is ever alive. A token that
    comes back after the grace period, or after its successor was used, was stolen: the session
    ends (RFC 9700, 4.14.2).

    Raises:
        DomainError: UNAUTHENTICATED REFRESH_INVALID or, with the session's end, SESSION_ENDED.
    """
    stored, signed_in, account = await _locked(session, token)
    moment = clock.now()
    if signed_in.ended_at is not None or signed_in.expires_at <= moment or not account.active:
        raise _session_ended()
    following = successor(token, policy.refresh_key)
    if stored.used_at is None:
        if stored.expires_at <= moment:
            await end(session, col(SignInSession.id) == signed_in.id)
            raise _session_ended()
        stored.used_at = moment
        next_stored = _stored_token(following, signed_in, policy)
        signed_in.last_used_at = moment
        signed_in.address = current_request().client_address
        signed_in.agent = current_request().client_agent
        session.add_all([stored, next_stored, signed_in])
        return SignedIn(account, signed_in, following, next_stored.expires_at)
    expected = await session.get(RefreshToken, digest(following))
    if expected is None or expected.used_at or moment - stored.used_at > RETRY_GRACE:
        await end(session, col(SignInSession.id) == signed_in.id)
        await audit.append(
            session,
            Event.REFRESH_REUSED,
            subject_id=account.id,
            session_id=str(signed_in.id),
        )
        raise _session_ended()
    return SignedIn(account, signed_in, following, expected.expires_at)


async def end_by_refresh_token(session: AsyncSession, token: str) -> None:
    """Sign out; nothing happens for an unknown token or a session that has already ended."""
    stored = await session.get(RefreshToken, digest(token))
    if stored is None:
        return
    found = await session.get(SignInSession, stored.session_id)
    if found is not None and await end(session, col(SignInSession.id) == found.id):
        await audit.append(
            session,
            Event.SESSION_ENDED,
            subject_id=found.account_id,
            actor_id=found.account_id,
            session_id=str(found.id),
        )


async def end_one(session: AsyncSession, account_id: UUID, session_id: UUID) -> None:
    """End one of an account's own sessions.

    Raises:
        DomainError: NOT_FOUND SESSION_NOT_FOUND, also for somebody else's (kept).
    """
    ended = await end(
        session,
        col(SignInSession.id) == session_id,
        col(SignInSession.account_id) == account_id,
    )
    if not ended:
        await audit.append(
            session,
            Event.NOT_FOUND,
            subject_id=account_id,
            actor_id=account_id,
            session_id=str(session_id),
        )
        raise DomainError(
            Code.NOT_FOUND, "SESSION_NOT_FOUND", "There is no such session.", keep_changes=True
        )
    await audit.append(
        session, Event.SESSION_ENDED, subject_id=account_id, session_id=str(session_id)
    )


async def end_all(
    session: AsyncSession, account_id: UUID, *, but: UUID | None = None
) -> Sequence[UUID]:
    """End an account's sessions, all or all but one. The caller records why in the audit."""
    conditions = [col(SignInSession.account_id) == account_id]
    if but is not None:
        conditions.append(col(SignInSession.id) != but)
    return await end(session, *conditions)


async def end(session: AsyncSession, *conditions: ColumnElement[bool]) -> Sequence[UUID]:
    """End the sessions that match and haven't ended yet; returns which."""
    statement = (
        update(SignInSession)
        .where(col(SignInSession.ended_at).is_(None), *conditions)
        .values(ended_at=clock.now())
        .returning(col(SignInSession.id))
    )
    ended = (await session.exec(statement)).scalars().all()
    session.info.setdefault(ENDED, []).extend(ended)
    return ended


async def active(
    session: AsyncSession, account_id: UUID, policy: SessionPolicy
) -> Sequence[SignInSession]:
    """An account's live sessions, the newest sign-in first."""
    query = (
        select(SignInSession)
        .where(
            SignInSession.account_id == account_id,
            SignInSession.kind == "access",
            col(SignInSession.ended_at).is_(None),
            SignInSession.expires_at > clock.now(),
            SignInSession.last_used_at > clock.now() - policy.idle,
        )
        .order_by(col(SignInSession.id).desc())
    )
    return (await session.exec(query)).all()


async def has_ended(session: AsyncSession, session_id: UUID) -> bool:
    """Whether a session has ended, or never existed."""
    query = select(SignInSession.id).where(
        SignInSession.id == session_id,
        col(SignInSession.ended_at).is_(None),
        SignInSession.expires_at > clock.now(),
    )
    return (await session.exec(query)).first() is None


async def _end_surplus(session: AsyncSession, account_id: UUID, policy: SessionPolicy) -> None:
    open_sessions = sorted(await active(session, account_id, policy), key=lambda s: s.last_used_at)
    surplus = [s.id for s in open_sessions[: max(0, len(open_sessions) - MAX_SESSIONS + 1)]]
    if surplus:
        await end(session, col(SignInSession.id).in_(surplus))


def _new_session(account: Account, *, kind: str, life: timedelta) -> SignInSession:
    request = current_request()
    return SignInSession(
        account_id=account.id,
        kind=kind,
        expires_at=clock.now() + life,
        address=request.client_address,
        agent=request.client_agent,
    )


def _stored_token(token: str, of: SignInSession, policy: SessionPolicy) -> RefreshToken:
    expires_at = min(clock.now() + policy.idle, of.expires_at)
    return RefreshToken(token_hash=digest(token), session_id=of.id, expires_at=expires_at)


async def _locked(session: AsyncSession, token: str) -> tuple[RefreshToken, SignInSession, Account]:
    # The session's row is the family's lock: exchanges of one family run one after another.
    found = await session.get(RefreshToken, digest(token))
    if found is None:
        raise DomainError(
            Code.UNAUTHENTICATED, "REFRESH_INVALID", "You are signed out. Sign in again."
        )
    query = (
        select(SignInSession, Account)
        .where(SignInSession.id == found.session_id, Account.id == SignInSession.account_id)
        .with_for_update(of=SignInSession)
    )
    signed_in, account = (await session.exec(query)).one()
    await session.refresh(found)
    return found, signed_in, account


def _session_ended() -> DomainError:
    return DomainError(
        Code.UNAUTHENTICATED,
        "SESSION_ENDED",
        "This session has ended. Sign in again.",
        keep_changes=True,
    )
