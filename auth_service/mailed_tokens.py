"""The tokens of single-use links in mails: what they are for, and how long they are valid."""

from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from auth_service import known_places
from auth_service.models import Account, MailedToken
from auth_service.opaque_tokens import digest, new_token
from service_kit import clock
from service_kit.errors import DomainError
from service_kit.reasons import Reason


class Purpose(StrEnum):
    """What a link is for."""

    VERIFY_EMAIL = "verify_email"
    CHANGE_EMAIL = "change_email"
    RESET_PASSWORD = "reset_password"  # noqa: S105


LIFETIMES = {
    Purpose.VERIFY_EMAIL: timedelta(hours=24),
    Purpose.CHANGE_EMAIL: timedelta(hours=24),
    Purpose.RESET_PASSWORD: timedelta(minutes=30),
}


async def new_link_token(
    session: AsyncSession, account_id: UUID, purpose: Purpose, email: str
) -> str:
    """Make a link's token; only its hash is stored."""
    token = new_token()
    session.add(
        MailedToken(
            token_hash=digest(token),
            account_id=account_id,
            purpose=purpose,
            email=email,
            expires_at=clock.now() + LIFETIMES[purpose],
        )
    )
    return token


async def redeem(
    session: AsyncSession, token: str, *purposes: Purpose
) -> tuple[MailedToken, Account]:
    """Use a link up; of two concurrent uses one wins. The account is known here from now on.

    Raises:
        DomainError: INVALID_ARGUMENT LINK_INVALID when it is unknown, used, expired or for
            something else.
    """
    link, account = await _valid(session, token, purposes, lock=True)
    link.used_at = clock.now()
    session.add(link)
    await known_places.remember(session, account.id)
    return link, account


async def peek(session: AsyncSession, token: str, *purposes: Purpose) -> Account:
    """Whose link this is, without using it up.

    Raises:
        DomainError: INVALID_ARGUMENT LINK_INVALID.
    """
    _, account = await _valid(session, token, purposes, lock=False)
    return account


async def _valid(
    session: AsyncSession, token: str, purposes: Sequence[Purpose], *, lock: bool
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
    # A link dies with the password it was made under: whoever has changed or reset it since has
    # made all older links useless.
    if (
        Purpose(link.purpose) not in purposes
        or link.used_at is not None
        or link.expires_at <= clock.now()
        or link.created_at < account.password_changed_at
        or not account.active
    ):
        raise link_is_invalid()
    return link, account


def link_is_invalid() -> DomainError:
    """The refusal of every invalid link."""
    return DomainError(Reason.LINK_INVALID)
