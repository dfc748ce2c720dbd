"""Turning 2FA on and off, by the account's owner."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from auth_service.audit import trail
from auth_service.audit.events import Event
from auth_service.credentials import guesses, two_factor
from auth_service.credentials.attempts import give_back
from auth_service.credentials.guesses import Guess
from auth_service.credentials.reauthentication import accept_password, check_password
from auth_service.credentials.sign_in import Authenticator, start_session
from auth_service.credentials.two_factor import NewSecret
from auth_service.models import Account, SignInSession
from auth_service.people import accounts, profiles
from auth_service.session import sessions
from auth_service.session.sessions import SignedIn
from service_kit.database import released
from service_kit.errors import DomainError
from service_kit.principal import Principal, current_principal
from service_kit.reasons import Reason


@dataclass(frozen=True, slots=True)
class Enrolled:
    """2FA is on; `signed_in` is set for a caller who had to enrol before signing in."""

    recovery_codes: list[str]
    signed_in: SignedIn | None


def full_principal() -> Principal:
    """The caller, who is fully signed in.

    Raises:
        DomainError: PERMISSION_DENIED TWO_FACTOR_SETUP_REQUIRED for an enrolment token.
    """
    principal = current_principal()
    if principal.kind != "access":
        raise DomainError(Reason.TWO_FACTOR_SETUP_REQUIRED)
    return principal


async def begin_move(
    session: AsyncSession,
    account_id: UUID,
    password: str,
    code: str,
    *,
    authenticator: Authenticator,
) -> NewSecret:
    """Begin to move the second factor to a new phone, by password and a code of the old one.

    A recovery code will do as well, for whom the old phone is lost.

    Raises:
        DomainError: FAILED_PRECONDITION TWO_FACTOR_NOT_SET_UP; RESOURCE_EXHAUSTED
            TOO_MANY_ATTEMPTS; PERMISSION_DENIED PASSWORD_WRONG (kept); INVALID_ARGUMENT
            CODE_INVALID (kept).
    """
    account = (await profiles.find(session, account_id)).account
    async with released(session):
        check = await check_password(account, password, authenticator=authenticator)
        reserved: Sequence[UUID] = ()
        if check.is_right:
            reserved = await authenticator.attempts.reserve(guesses.while_signed_in(Guess.CODE))
    account = await accept_password(session, check)
    factor = await two_factor.confirmed(session, account_id)
    if factor is None:
        raise two_factor.not_set_up()
    is_right = await two_factor.use_code(
        session, factor, code, keys=authenticator.keys
    ) or await two_factor.use_recovery_code(session, account_id, code)
    if not is_right:
        await trail.append(session, Event.TWO_FACTOR_REFUSED, subject_id=account_id)
        raise DomainError(Reason.CODE_INVALID, keep_changes=True)
    await give_back(session, reserved)
    return await two_factor.begin_move(session, account, factor, keys=authenticator.keys)


async def confirm(session: AsyncSession, code: str, *, authenticator: Authenticator) -> Enrolled:
    """Turn 2FA on, or move it to a new phone, by a first code.

    Raises:
        DomainError: FAILED_PRECONDITION TWO_FACTOR_NOT_SET_UP or TWO_FACTOR_ALREADY_ON;
            RESOURCE_EXHAUSTED TOO_MANY_ATTEMPTS; INVALID_ARGUMENT CODE_INVALID (kept).
    """
    principal = current_principal()
    reserved = await authenticator.attempts.reserve(guesses.while_signed_in(Guess.CODE))
    account = await accounts.locked(session, principal.user_id)
    is_move = await two_factor.confirmed(session, account.id) is not None
    codes = await two_factor.confirm(session, account, code, keys=authenticator.keys)
    if codes is None:
        await trail.append(session, Event.TWO_FACTOR_REFUSED, subject_id=account.id)
        raise DomainError(Reason.CODE_INVALID, keep_changes=True)
    await give_back(session, reserved)
    if principal.kind != "enrolment":
        if is_move:  # whoever is signed in with the old phone's codes signs in anew
            await sessions.end_all(session, account.id, but=principal.session_id)
        return Enrolled(codes, None)
    await sessions.end(session, col(SignInSession.id) == principal.session_id)
    return Enrolled(codes, await start_session(session, account, authenticator.policy, "enrolment"))


async def remove(
    session: AsyncSession,
    account_id: UUID,
    password: str,
    code: str,
    *,
    authenticator: Authenticator,
) -> None:
    """Turn 2FA off by password and code, where the account may be without.

    Raises:
        DomainError: FAILED_PRECONDITION TWO_FACTOR_REQUIRED or TWO_FACTOR_NOT_SET_UP;
            RESOURCE_EXHAUSTED TOO_MANY_ATTEMPTS; PERMISSION_DENIED PASSWORD_WRONG (kept);
            INVALID_ARGUMENT CODE_INVALID (kept).
    """
    account = (await profiles.find(session, account_id)).account
    refusal = await _refusal_to_remove(session, account, authenticator)
    async with released(session):
        check = await check_password(account, password, authenticator=authenticator)
        reserved: Sequence[UUID] = ()
        if check.is_right and refusal is None:
            reserved = await authenticator.attempts.reserve(guesses.while_signed_in(Guess.CODE))
    account = await accept_password(session, check)
    # Asked again: nothing was locked meanwhile, and an administrator may have made it mandatory.
    refusal = refusal or await _refusal_to_remove(session, account, authenticator)
    factor = await two_factor.confirmed(session, account_id)
    if refusal or factor is None:
        raise refusal or two_factor.not_set_up()
    if not await two_factor.use_code(session, factor, code, keys=authenticator.keys):
        await trail.append(session, Event.TWO_FACTOR_REFUSED, subject_id=account_id)
        raise DomainError(Reason.CODE_INVALID, keep_changes=True)
    await give_back(session, reserved)
    await two_factor.remove(session, account, Event.TWO_FACTOR_REMOVED)


async def _refusal_to_remove(
    session: AsyncSession, account: Account, authenticator: Authenticator
) -> DomainError | None:
    """Why an account has no second factor to remove, or must keep it; None where it may go."""
    if accounts.must_have_two_factor(account, by_role=authenticator.two_factor_by_role):
        return DomainError(Reason.TWO_FACTOR_REQUIRED)
    if await two_factor.confirmed(session, account.id) is None:
        return two_factor.not_set_up()
    return None
