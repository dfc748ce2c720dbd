"""Hand-offs: a phone that nobody has signed in to hands in photos of one lesion.

Each is a session of its own, which ends with the sign-in that made it, so ended sessions and their
tokens end it everywhere (docs/decisions/0053-a-hand-off-is-a-session-of-its-own.md).
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from auth_service.audit import trail
from auth_service.audit.events import Event
from auth_service.models import Account, Handoff, SignInSession
from auth_service.session import sessions
from auth_service.session.opaque_tokens import digest, new_token
from service_kit import clock
from service_kit.database import Database
from service_kit.errors import DomainError
from service_kit.principal import current_principal
from service_kit.reasons import Reason
from service_kit.request_context import current_request

log = structlog.get_logger()

LIFE = timedelta(minutes=10)
# A phone's key: 256 random bits in base64url are 43 characters.
KEY_LENGTHS = range(32, 129)
# How late the audit may say that a hand-off has ended by itself.
NOTE_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Opened:
    """A hand-off with its session."""

    handoff: Handoff
    session: SignInSession


async def create(session: AsyncSession, *, patient_id: UUID, lesion_id: UUID) -> tuple[Opened, str]:
    """Make a link in the caller's session; an earlier one of it for this lesion ends.

    Returns:
        The hand-off, and the link's secret, which nobody sees again.

    Raises:
        DomainError: UNAUTHENTICATED SESSION_ENDED.
    """
    made_in = await session.get(SignInSession, current_principal().session_id)
    if made_in is None or made_in.ended_at:
        raise DomainError(Reason.SESSION_ENDED)
    replaced = await _end(session, made_in.account_id, made_in=made_in.id, lesion_id=lesion_id)
    secret = new_token()
    opened = await sessions.start_handoff(session, made_in, LIFE)
    handoff = Handoff(
        session_id=opened.id,
        made_in=made_in.id,
        patient_id=patient_id,
        lesion_id=lesion_id,
        secret_hash=digest(secret),
    )
    session.add(handoff)
    await session.flush()
    for ended in replaced:
        await _tell(session, Event.HANDOFF_ENDED, ended, made_in.account_id, because="replaced")
    await _tell(session, Event.HANDOFF_CREATED, handoff, made_in.account_id)
    return Opened(handoff, opened), secret


async def open_ones(session: AsyncSession) -> Sequence[Opened]:
    """The caller's open hand-offs, the newest first."""
    query = (
        select(Handoff, SignInSession)
        .where(
            Handoff.session_id == SignInSession.id,
            SignInSession.account_id == current_principal().user_id,
            col(SignInSession.ended_at).is_(None),
            SignInSession.expires_at > clock.now(),
        )
        .order_by(col(SignInSession.id).desc())
    )
    return [Opened(*row) for row in (await session.exec(query)).all()]


async def revoke(session: AsyncSession, handoff_id: UUID) -> None:
    """End one of the caller's hand-offs.

    Raises:
        DomainError: NOT_FOUND HANDOFF_NOT_FOUND, also for somebody else's or one that has ended
            (kept).
    """
    account_id = current_principal().user_id
    ended = await _end(session, account_id, session_id=handoff_id)
    if not ended:
        await trail.append(
            session, Event.NOT_FOUND, subject_id=account_id, handoff_id=str(handoff_id)
        )
        raise DomainError(Reason.HANDOFF_NOT_FOUND, keep_changes=True)
    await _tell(session, Event.HANDOFF_ENDED, ended[0], account_id, because="revoked")


async def claim(session: AsyncSession, secret: str, key: str) -> tuple[Account, Opened]:
    """Bind a link to the key of the phone that claims it first; that phone may claim it again.

    Raises:
        DomainError: UNAUTHENTICATED with HANDOFF_INVALID, or HANDOFF_CLAIMED for another phone,
            of which the audit is told (kept).
    """
    query = (
        select(Handoff, SignInSession, Account)
        .where(
            Handoff.secret_hash == digest(secret),
            Handoff.session_id == SignInSession.id,
            SignInSession.account_id == Account.id,
            col(SignInSession.ended_at).is_(None),
            SignInSession.expires_at > clock.now(),
        )
        .with_for_update(of=Handoff)
    )
    found = (await session.exec(query)).first()
    if found is None or len(key) not in KEY_LENGTHS:
        raise DomainError(Reason.HANDOFF_INVALID)
    handoff, opened, account = found
    if handoff.key_hash is None:
        handoff.key_hash, handoff.claimed_at = digest(key), clock.now()
        handoff.agent = current_request().client_agent
        session.add(handoff)
        await session.flush()
        await _tell(session, Event.HANDOFF_CLAIMED, handoff, account.id)
    elif handoff.key_hash != digest(key):
        await _tell(session, Event.HANDOFF_REFUSED, handoff, account.id)
        raise DomainError(Reason.HANDOFF_CLAIMED, keep_changes=True)
    return account, Opened(handoff, opened)


async def note_ended(session: AsyncSession) -> None:
    """Tell the audit of hand-offs that nobody revoked: expired, or ended with their sign-in."""
    await sessions.end(
        session,
        col(SignInSession.kind) == "handoff",
        col(SignInSession.expires_at) <= clock.now(),
        col(SignInSession.id).in_(select(Handoff.session_id).where(_UNNOTED)),
    )
    query = (
        select(Handoff, SignInSession)
        .where(
            Handoff.session_id == SignInSession.id,
            _UNNOTED,
            col(SignInSession.ended_at).is_not(None),
        )
        .with_for_update(of=Handoff, skip_locked=True)
    )
    rows = (await session.exec(query)).all()
    for handoff, _ in rows:
        handoff.noted_at = clock.now()
        session.add(handoff)
    await session.flush()
    for handoff, ended in rows:
        expired = ended.ended_at and ended.expires_at <= ended.ended_at
        because = "expired" if expired else "its sign-in ended"
        await _tell(session, Event.HANDOFF_ENDED, handoff, ended.account_id, because=because)


async def run(database: Database) -> None:
    """Note what has ended until cancelled."""
    while True:
        try:
            async with database.session() as session:
                await note_ended(session)
        except Exception as error:  # noqa: BLE001  the loop must outlive every outage
            log.warning("ended hand-offs are not in the audit yet", error=type(error).__name__)
        await asyncio.sleep(NOTE_SECONDS)


_UNNOTED = col(Handoff.noted_at).is_(None)


async def _end(session: AsyncSession, account_id: UUID, **matching: UUID) -> Sequence[Handoff]:
    """End an account's open hand-offs that match; the caller tells the audit."""
    meant = select(Handoff.session_id).filter_by(**matching)
    ended = await sessions.end(
        session, col(SignInSession.account_id) == account_id, col(SignInSession.id).in_(meant)
    )
    if not ended:
        return []
    noted = update(Handoff).where(col(Handoff.session_id).in_(ended)).values(noted_at=clock.now())
    return (await session.exec(noted.returning(Handoff))).scalars().all()


async def _tell(
    session: AsyncSession, event: Event, handoff: Handoff, account_id: UUID, **detail: str
) -> None:
    await trail.append(
        session,
        event,
        subject_id=account_id,
        actor_id=None if event is Event.HANDOFF_ENDED else account_id,
        handoff_id=str(handoff.session_id),
        lesion_id=str(handoff.lesion_id),
        **detail,
    )
