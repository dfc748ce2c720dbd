"""The tokens of single-use links in mails: what each was made for, and dies with.

Its password, its address and its account's state: a link that was mailed before any of them changed
opens nothing any more.
"""

from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from auth_service.credentials import known_places
from auth_service.models import Account, MailedToken, PendingRegistration
from auth_service.people.email_addresses import email_key
from auth_service.session.opaque_tokens import digest, new_token
from service_kit import clock
from service_kit.errors import DomainError
from service_kit.reasons import Reason


class Purpose(StrEnum):
    """What a link is for."""

    VERIFY_EMAIL = "verify_email"
    CHANGE_EMAIL = "change_email"
    RESET_PASSWORD = "reset_password"  # noqa: S105  a kind of token


LIFETIMES = {
    Purpose.VERIFY_EMAIL: timedelta(hours=24),
    Purpose.CHANGE_EMAIL: timedelta(hours=24),
    Purpose.RESET_PASSWORD: timedelta(minutes=30),
}


def new_link_token(
    session: AsyncSession, owner: Account | PendingRegistration, purpose: Purpose, email: str
) -> str:
    """Make a link's token; only its hash is stored.

    Args:
        session: the transaction that composes the mail.
        owner: whose link it is, and dies with.
        purpose: what it is for; VERIFY_EMAIL is for registrations, the others are for accounts.
        email: the address it is sent to.
    """
    token = new_token()
    link = MailedToken(
        token_hash=digest(token),
        purpose=purpose,
        email=email,
        expires_at=clock.now() + LIFETIMES[purpose],
    )
    if isinstance(owner, Account):
        link.account_id = owner.id
    else:
        link.registration_id = owner.id
    session.add(link)
    return token


async def redeem(
    session: AsyncSession, token: str, purpose: Purpose
) -> tuple[MailedToken, Account]:
    """Use a link up; of two concurrent uses one wins. Its owner is known here from now on.

    Raises:
        DomainError: INVALID_ARGUMENT LINK_INVALID when it is unknown, used, expired, for something
            else, or what it was made for has changed.
    """
    link, account = await _valid(session, token, purpose, lock=True)
    link.used_at = clock.now()
    session.add(link)
    await known_places.remember(session, account.id)
    return link, account


async def peek(session: AsyncSession, token: str, purpose: Purpose) -> Account:
    """Whose link this is, without using it up.

    Raises:
        DomainError: INVALID_ARGUMENT LINK_INVALID.
    """
    _, account = await _valid(session, token, purpose, lock=False)
    return account


async def registration_of(session: AsyncSession, token: str) -> PendingRegistration | None:
    """The registration that a link verifies; None where it is no such link.

    Raises:
        DomainError: INVALID_ARGUMENT LINK_INVALID when it has expired.
    """
    query = select(MailedToken, PendingRegistration).where(
        MailedToken.token_hash == digest(token),
        MailedToken.registration_id == PendingRegistration.id,
    )
    found = (await session.exec(query)).first()
    if found is None:
        return None
    link, registration = found
    if link.expires_at <= clock.now():
        raise link_is_invalid()
    return registration


async def void(session: AsyncSession, account_id: UUID) -> None:
    """Delete every link of an account, whose address or state has changed."""
    await session.exec(delete(MailedToken).where(col(MailedToken.account_id) == account_id))


async def _valid(
    session: AsyncSession, token: str, purpose: Purpose, *, lock: bool
) -> tuple[MailedToken, Account]:
    query = (
        select(MailedToken, Account)
        .where(MailedToken.token_hash == digest(token), MailedToken.account_id == Account.id)
        .execution_options(populate_existing=True)
    )
    found = (await session.exec(query.with_for_update() if lock else query)).first()
    if found is None:
        raise link_is_invalid()
    link, account = found
    if (
        link.purpose != purpose
        or link.used_at is not None
        or link.expires_at <= clock.now()
        or not _still_stands(link, account)
    ):
        raise link_is_invalid()
    return link, account


def _still_stands(link: MailedToken, account: Account) -> bool:
    """Whether password, address and state are those that the link was made for.

    Other changes of state delete an account's links (`void`).
    """
    if link.created_at < account.password_changed_at or not account.active:
        return False
    if link.purpose == Purpose.CHANGE_EMAIL:
        return account.pending_email == link.email
    return account.email_verified_at is not None and account.email_key == email_key(link.email)


def link_is_invalid() -> DomainError:
    """The refusal of every invalid link."""
    return DomainError(Reason.LINK_INVALID)
