"""Asking for the password again before a change of security (ASVS 5.0, 7.5.1)."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from auth_service import accounts, audit, profiles
from auth_service.attempts import Action, give_back
from auth_service.events import Event
from auth_service.models import Account
from auth_service.sign_in import Door
from service_kit.errors import Code, DomainError


async def prove_password(
    session: AsyncSession, account_id: UUID, password: str, *, door: Door
) -> Account:
    """Check the password of somebody who is signed in.

    Returns:
        The account, locked until the transaction ends.

    Raises:
        DomainError: RESOURCE_EXHAUSTED TOO_MANY_ATTEMPTS; PERMISSION_DENIED PASSWORD_WRONG (kept).
    """
    found = (await profiles.find(session, account_id)).account
    await session.commit()
    reserved = await door.attempts.reserve(Action.PASSWORD, f"account {account_id}")
    matches = await door.passwords.matches(password, found.password_hash)
    account = await accounts.locked(session, account_id)
    if not matches:
        await audit.record(session, Event.PASSWORD_REFUSED, subject_id=account_id)
        raise DomainError(
            Code.PERMISSION_DENIED, "PASSWORD_WRONG", "The password is wrong.", keep_changes=True
        )
    await give_back(session, reserved)
    return account
