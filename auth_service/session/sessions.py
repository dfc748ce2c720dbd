"""Sessions: begun by a sign-in, kept alive by refresh tokens, ended for good.

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

from auth_service.audit import trail
from auth_service.audit.events import Event
from auth_service.models import Account, Handoff, RefreshToken, SignInSession
from auth_service.session.opaque_tokens import digest, new_token
from service_kit import clock
from service_kit.errors import DomainError
from service_kit.reasons import Reason
from service_kit.request_context import current_request

ENDED = "ended_sessions"
MAX_SESSIONS = 50
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
    started = _new_session(account.id, kind="access", expires_at=moment + policy.absolute)
    token = new_token()
    stored = stored_token(token, started, policy)
    account.last_sign_in_at = moment
    session.add_all([started, account])
    await session.flush()
    session.add(stored)
    return SignedIn(account, started, token, stored.expires_at)


async def start_enrolment(session: AsyncSession, account: Account) -> SignInSession:
    """Begin the quarter of an hour in which a first second factor can be set up."""
    started = _new_session(account.id, kind="enrolment", expires_at=clock.now() + ENROLMENT_LIFE)
    session.add(started)
    return started


async def start_handoff(
    session: AsyncSession, made_in: SignInSession, life: timedelta
) -> SignInSession:
    """Begin a session for a phone, which lasts no longer than the sign-in that it comes from."""
    until = min(clock.now() + life, made_in.expires_at)
    started = _new_session(made_in.account_id, kind="handoff", expires_at=until)
    session.add(started)
    await session.flush()
    return started


def stored_token(token: str, of: SignInSession, policy: SessionPolicy) -> RefreshToken:
    """What is kept of a session's refresh token."""
    expires_at = min(clock.now() + policy.idle, of.expires_at)
    return RefreshToken(token_hash=digest(token), session_id=of.id, expires_at=expires_at)


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
        await trail.append(
            session,
            Event.NOT_FOUND,
            subject_id=account_id,
            actor_id=account_id,
            session_id=str(session_id),
        )
        raise DomainError(Reason.SESSION_NOT_FOUND, keep_changes=True)
    await trail.append(
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
    """End the sessions that match and haven't ended yet, and the hand-offs that they made.

    Returns:
        Which matched, without their hand-offs.
    """
    ended = await _end(session, *conditions)
    if ended:
        made = select(Handoff.session_id).where(col(Handoff.made_in).in_(ended))
        await _end(session, col(SignInSession.id).in_(made))
    return ended


async def _end(session: AsyncSession, *conditions: ColumnElement[bool]) -> Sequence[UUID]:
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


def _new_session(account_id: UUID, *, kind: str, expires_at: datetime) -> SignInSession:
    request = current_request()
    return SignInSession(
        account_id=account_id,
        kind=kind,
        expires_at=expires_at,
        address=request.client_address,
        agent=request.client_agent,
    )
