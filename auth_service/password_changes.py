"""A new password: chosen by somebody who is signed in, or by a mailed link."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from auth_service import audit, sessions
from auth_service.events import Event
from auth_service.mailed_tokens import Purpose, peek, redeem
from auth_service.models import Account
from auth_service.outbox import Letter, enqueue
from auth_service.passwords import Passwords
from service_kit import clock


async def change(
    session: AsyncSession, account: Account, password_hash: str, *, but_session: UUID
) -> None:
    """Set the new hash of an account whose owner is signed in; ends all other sessions."""
    _set(session, account, password_hash)
    await sessions.end_all(session, account.id, but=but_session)
    await audit.record(session, Event.PASSWORD_CHANGED, subject_id=account.id)


async def reset(
    session: AsyncSession, token: str, new_password: str, *, passwords: Passwords
) -> None:
    """Set a new password by a mailed link; ends all sessions and leaves the second factor.

    A password that is refused does not use the link up.

    Raises:
        DomainError: INVALID_ARGUMENT LINK_INVALID or the reasons of `Passwords.accept`.
    """
    found = await peek(session, token, Purpose.RESET_PASSWORD)
    personal = [found.email, found.full_name]
    await session.commit()
    password_hash = await passwords.accept(new_password, personal=personal)
    _, account = await redeem(session, token, Purpose.RESET_PASSWORD)
    _set(session, account, password_hash)
    await sessions.end_all(session, account.id)
    await audit.record(session, Event.PASSWORD_RESET, subject_id=account.id, actor_id=account.id)


def _set(session: AsyncSession, account: Account, password_hash: str) -> None:
    account.password_hash = password_hash
    account.password_changed_at = clock.now()
    session.add(account)
    enqueue(session, Letter.PASSWORD_CHANGED, account.email, subject_id=account.id)
