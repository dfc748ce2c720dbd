"""Mails that anybody may request for an address; the answer is the same for every address."""

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from auth_service.audit import trail
from auth_service.audit.events import Event
from auth_service.mail.outbox import MailTemplate, enqueue
from auth_service.models import Account
from auth_service.people.email_addresses import email_key, parse_email


async def request_verification(session: AsyncSession, email: str) -> None:
    """Send new verification links, if the address has registrations that wait for one.

    Raises:
        DomainError: INVALID_ARGUMENT EMAIL_INVALID.
    """
    address = parse_email(email)
    enqueue(session, MailTemplate.VERIFICATION, address)


async def request_password_reset(session: AsyncSession, email: str) -> None:
    """Send a link to reset the password, if the address has an account.

    Raises:
        DomainError: INVALID_ARGUMENT EMAIL_INVALID.
    """
    address = parse_email(email)
    enqueue(session, MailTemplate.PASSWORD_RESET, address)
    query = select(Account.id).where(Account.email_key == email_key(address))
    subject_id = (await session.exec(query)).first()
    await trail.append(session, Event.PASSWORD_RESET_REQUESTED, subject_id=subject_id)
