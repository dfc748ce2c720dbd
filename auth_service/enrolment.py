"""Enrolling in 2FA and leaving it, by the account's owner."""

from dataclasses import dataclass

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from auth_service import accounts, audit, sessions, two_factor
from auth_service.attempts import Action, give_back
from auth_service.events import Event
from auth_service.models import Account, SignInSession, TwoFactor
from auth_service.sessions import SignedIn
from auth_service.sign_in import Door, code_invalid, succeed
from service_kit.errors import Code, DomainError
from service_kit.principal import Principal, current_principal


@dataclass(frozen=True, slots=True)
class Enrolled:
    """2FA is on; `signed_in` is there for a caller who had to enrol before signing in."""

    recovery_codes: list[str]
    signed_in: SignedIn | None


def full_principal() -> Principal:
    """The caller, who is signed in completely.

    Raises:
        DomainError: PERMISSION_DENIED TWO_FACTOR_SETUP_REQUIRED for an enrolment token.
    """
    principal = current_principal()
    if principal.kind != "access":
        raise DomainError(
            Code.PERMISSION_DENIED,
            "TWO_FACTOR_SETUP_REQUIRED",
            "Set up two-factor authentication first.",
        )
    return principal


async def confirm(session: AsyncSession, code: str, *, door: Door) -> Enrolled:
    """Turn 2FA on by a first code.

    Raises:
        DomainError: FAILED_PRECONDITION TWO_FACTOR_NOT_SET_UP or TWO_FACTOR_ALREADY_ON;
            RESOURCE_EXHAUSTED TOO_MANY_ATTEMPTS; INVALID_ARGUMENT CODE_INVALID (kept).
    """
    principal = current_principal()
    reserved = await door.attempts.reserve(Action.TWO_FACTOR, f"account {principal.user_id}")
    account = await accounts.locked(session, principal.user_id)
    codes = await two_factor.confirm(session, account, code, keys=door.keys)
    if codes is None:
        await audit.record(session, Event.TWO_FACTOR_REFUSED, subject_id=account.id)
        raise code_invalid(Code.INVALID_ARGUMENT)
    await give_back(session, reserved)
    if principal.kind != "enrolment":
        return Enrolled(codes, None)
    await sessions.end(session, col(SignInSession.id) == principal.session_id)
    return Enrolled(codes, await succeed(session, account, door.policy, "enrolment"))


async def remove(session: AsyncSession, account: Account, code: str, *, door: Door) -> None:
    """Turn 2FA off, where the account may be without.

    Raises:
        DomainError: FAILED_PRECONDITION TWO_FACTOR_REQUIRED or TWO_FACTOR_NOT_SET_UP;
            RESOURCE_EXHAUSTED TOO_MANY_ATTEMPTS; INVALID_ARGUMENT CODE_INVALID (kept).
    """
    await _removable(session, account, door)
    account_id = account.id
    await session.commit()
    reserved = await door.attempts.reserve(Action.TWO_FACTOR, f"account {account_id}")
    # Asked again: an administrator may have demanded it while nothing was locked.
    account = await accounts.locked(session, account_id)
    kept = await _removable(session, account, door)
    if not await two_factor.use_code(session, kept, code, keys=door.keys):
        await audit.record(session, Event.TWO_FACTOR_REFUSED, subject_id=account_id)
        raise code_invalid(Code.INVALID_ARGUMENT)
    await give_back(session, reserved)
    await two_factor.remove(session, account, Event.TWO_FACTOR_REMOVED)


async def _removable(session: AsyncSession, account: Account, door: Door) -> TwoFactor:
    """The second factor of an account that may be without."""
    if accounts.must_have_two_factor(account, by_role=door.two_factor_by_role):
        raise DomainError(
            Code.FAILED_PRECONDITION,
            "TWO_FACTOR_REQUIRED",
            "Your account must have a second factor.",
        )
    kept = await two_factor.confirmed(session, account.id)
    if kept is None:
        raise two_factor.not_set_up()
    return kept
