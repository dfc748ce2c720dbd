"""Mails that anybody may ask for by an address: the answer is the same whoever has it."""

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from auth_service import audit
from auth_service.attempts import Action, Attempts
from auth_service.events import Event
from auth_service.models import Account
from auth_service.outbox import Letter, enqueue
from auth_service.people import email_key, parse_email


async def request_verification(session: AsyncSession, email: str, *, attempts: Attempts) -> None:
    """Have a new verification link sent, if the address has an account that waits for one.

    Raises:
        DomainError: INVALID_ARGUMENT EMAIL_INVALID; RESOURCE_EXHAUSTED TOO_MANY_ATTEMPTS.
    """
    address = parse_email(email)
    await attempts.reserve(Action.RESEND_VERIFICATION, email_key(address))
    enqueue(session, Letter.VERIFICATION, address)


async def request_password_reset(session: AsyncSession, email: str, *, attempts: Attempts) -> None:
    """Have a link to reset the password sent, if the address has an account.

    Raises:
        DomainError: INVALID_ARGUMENT EMAIL_INVALID; RESOURCE_EXHAUSTED TOO_MANY_ATTEMPTS.
    """
    address = parse_email(email)
    await attempts.reserve(Action.FORGOT_PASSWORD, email_key(address))
    enqueue(session, Letter.PASSWORD_RESET, address)
    query = select(Account.id).where(Account.email_key == email_key(address))
    subject_id = (await session.exec(query)).first()
    await audit.record(session, Event.PASSWORD_RESET_REQUESTED, subject_id=subject_id)
