"""A new password: chosen by somebody who is signed in, or set by a mailed link."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from auth_service.audit import trail
from auth_service.audit.events import Event
from auth_service.credentials.passwords import Passwords
from auth_service.credentials.reauthentication import accept_password, check_password
from auth_service.credentials.sign_in import Authenticator
from auth_service.mail.mailed_tokens import Purpose, peek, redeem
from auth_service.mail.outbox import MailTemplate, enqueue
from auth_service.models import Account
from auth_service.people import profiles
from auth_service.session import sessions
from service_kit import clock
from service_kit.database import released


async def change(
    session: AsyncSession,
    account_id: UUID,
    current_password: str,
    new_password: str,
    *,
    but_session: UUID,
    authenticator: Authenticator,
) -> None:
    """Change the password of an account whose owner is signed in; ends all other sessions.

    Raises:
        DomainError: as `prove_password`; INVALID_ARGUMENT for the reasons of `Passwords.accept`.
    """
    found = (await profiles.find(session, account_id)).account
    async with released(session):
        check = await check_password(found, current_password, authenticator=authenticator)
        password_hash = ""
        if check.is_right:
            password_hash = await authenticator.passwords.accept(
                new_password, personal=[found.email, found.full_name]
            )
    account = await accept_password(session, check)
    _set(session, account, password_hash)
    await sessions.end_all(session, account.id, but=but_session)
    await trail.append(session, Event.PASSWORD_CHANGED, subject_id=account.id)


async def reset(
    session: AsyncSession, token: str, new_password: str, *, passwords: Passwords
) -> None:
    """Set a new password by a mailed link; ends all sessions and leaves the second factor.

    A password that is refused doesn't use the link up.

    Raises:
        DomainError: INVALID_ARGUMENT LINK_INVALID or the reasons of `Passwords.accept`.
    """
    found = await peek(session, token, Purpose.RESET_PASSWORD)
    async with released(session):
        password_hash = await passwords.accept(
            new_password, personal=[found.email, found.full_name]
        )
    _, account = await redeem(session, token, Purpose.RESET_PASSWORD)
    _set(session, account, password_hash)
    await sessions.end_all(session, account.id)
    await trail.append(session, Event.PASSWORD_RESET, subject_id=account.id, actor_id=account.id)


def _set(session: AsyncSession, account: Account, password_hash: str) -> None:
    account.password_hash = password_hash
    account.password_changed_at = clock.now()
    account.pending_email = None  # its link was made under the old password
    session.add(account)
    enqueue(session, MailTemplate.PASSWORD_CHANGED, account.email, subject_id=account.id)
