"""Asking for the password again before a change to security settings (ASVS 5.0, 7.5.1).

The password is checked in two steps, since no connection may be held while Argon2 computes:
`check_password` inside `released`, `accept_password` in the transaction that makes the change.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from auth_service.audit import trail
from auth_service.audit.events import Event
from auth_service.credentials import guesses
from auth_service.credentials.attempts import give_back
from auth_service.credentials.guesses import Guess
from auth_service.credentials.sign_in import Authenticator
from auth_service.models import Account
from auth_service.people import accounts, profiles
from service_kit.database import released
from service_kit.errors import DomainError
from service_kit.reasons import Reason


@dataclass(frozen=True, slots=True)
class PasswordCheck:
    """Whether a password was right, for the account as it was read.

    Attributes:
        reserved: the attempt that was counted, to be given back when the password was right.
    """

    account: Account
    is_right: bool
    reserved: Sequence[UUID]


async def prove_password(
    session: AsyncSession, account_id: UUID, password: str, *, authenticator: Authenticator
) -> Account:
    """Check the password of somebody who is signed in, before anything is written.

    Returns:
        The account, locked until the transaction ends.

    Raises:
        DomainError: RESOURCE_EXHAUSTED TOO_MANY_ATTEMPTS; PERMISSION_DENIED PASSWORD_WRONG (kept).
    """
    account = (await profiles.find(session, account_id)).account
    async with released(session):
        check = await check_password(account, password, authenticator=authenticator)
    return await accept_password(session, check)


async def check_password(
    account: Account, password: str, *, authenticator: Authenticator
) -> PasswordCheck:
    """Count an attempt and compute Argon2; hold no connection meanwhile.

    Raises:
        DomainError: RESOURCE_EXHAUSTED TOO_MANY_ATTEMPTS.
    """
    reserved = await authenticator.attempts.reserve(guesses.while_signed_in(Guess.PASSWORD))
    renewed_hash = await authenticator.passwords.check(password, account.password_hash)
    return PasswordCheck(account, renewed_hash is not None, reserved)


async def accept_password(session: AsyncSession, check: PasswordCheck) -> Account:
    """Lock the account whose password was right, and give its attempt back.

    Raises:
        DomainError: PERMISSION_DENIED PASSWORD_WRONG (kept), also where the password has been
            changed since it was checked.
    """
    account = await accounts.locked(session, check.account.id)
    unchanged = account.password_changed_at == check.account.password_changed_at
    if not (check.is_right and unchanged):
        await trail.append(session, Event.PASSWORD_REFUSED, subject_id=account.id)
        raise DomainError(Reason.PASSWORD_WRONG, keep_changes=True)
    await give_back(session, check.reserved)
    return account
