"""The second factor: time-based one-time passwords (RFC 6238) and recovery codes."""

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pyotp
from sqlalchemy import delete, or_, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from auth_service.audit import trail
from auth_service.audit.events import Event
from auth_service.credentials.encryption import KeyRing
from auth_service.credentials.qr_codes import qr_svg
from auth_service.mail.outbox import MailTemplate, enqueue
from auth_service.models import Account, RecoveryCode, TwoFactor
from service_kit import clock
from service_kit.errors import DomainError
from service_kit.reasons import Reason

ISSUER = "Dermis"
STEP_SECONDS = 30
# One step either way: the phone's clock may be off by that much (RFC 6238, 5.2).
WINDOW_STEPS = 1
RECOVERY_CODES = 10
# How long a move to a new phone may take from password to first code.
MOVE_LIFETIME = timedelta(minutes=15)
# 24 characters of base32 are 120 bits, so a plain hash keeps them (ASVS 5.0, 6.5.2).
RECOVERY_CODE_LENGTH = 24
# Apps show "123 456", and people write "123-456".
_SEPARATORS = re.compile(r"[\s\u2010-\u2015\-.]+")
_BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


@dataclass(frozen=True, slots=True)
class NewSecret:
    """A new secret for the authenticator app."""

    secret: str
    otpauth_uri: str
    qr_svg: str


async def set_up(
    session: AsyncSession, account: Account, *, begun_in: UUID, keys: KeyRing
) -> NewSecret:
    """Make a secret that counts once it is confirmed; an earlier unconfirmed one becomes void.

    Args:
        session: the transaction.
        account: whose second factor it is.
        begun_in: the session that asks. Asking again it gets the same secret, which an app may
            have by now; another one gets its own, so that nobody is given a secret that somebody
            else has seen.
        keys: encrypt the secret.

    Raises:
        DomainError: FAILED_PRECONDITION TWO_FACTOR_ALREADY_ON.
    """
    factor = await session.get(TwoFactor, account.id)
    if factor is not None and factor.confirmed_at is not None:
        raise DomainError(Reason.TWO_FACTOR_ALREADY_ON)
    if factor is not None and factor.begun_in == begun_in:
        return _for_app(account, _totp(factor.secret, account.id, keys).secret)
    secret, sealed = _new_secret(account, keys)
    factor = factor or TwoFactor(account_id=account.id, secret=sealed)
    factor.secret, factor.created_at, factor.last_step = sealed, clock.now(), None
    factor.begun_in = begun_in
    session.add(factor)
    await trail.append(session, Event.TWO_FACTOR_SET_UP, subject_id=account.id)
    return _for_app(account, secret)


async def begin_move(
    session: AsyncSession, account: Account, factor: TwoFactor, *, keys: KeyRing
) -> NewSecret:
    """Make the secret of a new phone; the old phone's counts until a code of the new one does."""
    secret, factor.next_secret = _new_secret(account, keys)
    factor.next_at = clock.now()
    session.add(factor)
    await trail.append(session, Event.TWO_FACTOR_SET_UP, subject_id=account.id)
    return _for_app(account, secret)


async def confirm(
    session: AsyncSession, account: Account, code: str, *, keys: KeyRing
) -> list[str] | None:
    """Turn 2FA on, or move it to a new phone, with a first code.

    Returns:
        The recovery codes, or None when the code is wrong.

    Raises:
        DomainError: FAILED_PRECONDITION TWO_FACTOR_NOT_SET_UP or TWO_FACTOR_ALREADY_ON.
    """
    factor = await session.get(TwoFactor, account.id, populate_existing=True)
    if factor is None:
        raise not_set_up()
    if factor.confirmed_at is not None:
        return await _finish_move(session, account, factor, code, keys=keys)
    if not await use_code(session, factor, code, keys=keys):
        return None
    factor.confirmed_at = clock.now()
    session.add(factor)
    codes = await _new_recovery_codes(session, account.id)
    enqueue(session, MailTemplate.TWO_FACTOR_ON, account.email, subject_id=account.id)
    await trail.append(session, Event.TWO_FACTOR_CONFIRMED, subject_id=account.id)
    return codes


async def _finish_move(
    session: AsyncSession, account: Account, factor: TwoFactor, code: str, *, keys: KeyRing
) -> list[str] | None:
    """Put the new phone's secret in the old one's place; its codes and recovery codes are void."""
    if factor.next_secret is None or factor.next_at is None:
        raise DomainError(Reason.TWO_FACTOR_ALREADY_ON)
    if factor.next_at + MOVE_LIFETIME < clock.now():
        raise not_set_up()
    step = _matching_step(_totp(factor.next_secret, account.id, keys), _digits(code))
    if step is None:
        return None
    factor.secret, factor.last_step = factor.next_secret, step
    factor.next_secret = factor.next_at = None
    session.add(factor)
    codes = await _new_recovery_codes(session, account.id)
    enqueue(session, MailTemplate.TWO_FACTOR_MOVED, account.email, subject_id=account.id)
    await trail.append(session, Event.TWO_FACTOR_MOVED, subject_id=account.id)
    return codes


async def confirmed(session: AsyncSession, account_id: UUID) -> TwoFactor | None:
    """An account's confirmed second factor, if it has one."""
    query = select(TwoFactor).where(
        TwoFactor.account_id == account_id, col(TwoFactor.confirmed_at).is_not(None)
    )
    return (await session.exec(query)).first()


async def use_code(session: AsyncSession, factor: TwoFactor, code: str, *, keys: KeyRing) -> bool:
    """Whether a code is right; it and all older ones are used up, even in a race."""
    step = _matching_step(_totp(factor.secret, factor.account_id, keys), _digits(code))
    if step is None:
        return False
    fresh = or_(col(TwoFactor.last_step).is_(None), col(TwoFactor.last_step) < step)
    statement = (
        update(TwoFactor)
        .where(col(TwoFactor.account_id) == factor.account_id, fresh)
        .values(last_step=step)
        .returning(col(TwoFactor.account_id))
    )
    return (await session.exec(statement)).first() is not None


async def use_recovery_code(session: AsyncSession, account_id: UUID, code: str) -> bool:
    """Whether a recovery code is right and unused; it is used up, even in a race."""
    statement = (
        update(RecoveryCode)
        .where(
            col(RecoveryCode.account_id) == account_id,
            col(RecoveryCode.code_hash) == _hash(code),
            col(RecoveryCode.used_at).is_(None),
        )
        .values(used_at=clock.now())
        .returning(col(RecoveryCode.id))
    )
    if (await session.exec(statement)).first() is None:
        return False
    await trail.append(
        session, Event.RECOVERY_CODE_USED, subject_id=account_id, actor_id=account_id
    )
    return True


async def regenerate_recovery_codes(session: AsyncSession, account: Account) -> list[str]:
    """Ten new recovery codes; the old ones become void.

    Raises:
        DomainError: FAILED_PRECONDITION TWO_FACTOR_NOT_SET_UP.
    """
    if await confirmed(session, account.id) is None:
        raise not_set_up()
    codes = await _new_recovery_codes(session, account.id)
    await trail.append(session, Event.RECOVERY_CODES_REGENERATED, subject_id=account.id)
    return codes


async def remove(session: AsyncSession, account: Account, event: Event) -> None:
    """Remove an account's second factor, if there is one. Its owner is notified."""
    await session.exec(delete(RecoveryCode).where(col(RecoveryCode.account_id) == account.id))
    await session.exec(delete(TwoFactor).where(col(TwoFactor.account_id) == account.id))
    enqueue(session, MailTemplate.TWO_FACTOR_OFF, account.email, subject_id=account.id)
    await trail.append(session, event, subject_id=account.id)


async def reseal(session: AsyncSession, keys: KeyRing) -> int:
    """Encrypt every secret under the current key; returns how many were under an older one."""
    resealed = 0
    for factor in (await session.exec(select(TwoFactor).with_for_update())).all():
        if not keys.is_current(factor.secret):
            context = _context(factor.account_id)
            factor.next_secret = factor.next_at = None  # whoever is moving begins again
            factor.secret = keys.seal(keys.open(factor.secret, context=context), context=context)
            session.add(factor)
            resealed += 1
    return resealed


def not_set_up() -> DomainError:
    """The refusal where a second factor is needed and there is none."""
    return DomainError(Reason.TWO_FACTOR_NOT_SET_UP)


async def _new_recovery_codes(session: AsyncSession, account_id: UUID) -> list[str]:
    await session.exec(delete(RecoveryCode).where(col(RecoveryCode.account_id) == account_id))
    codes = [_recovery_code() for _ in range(RECOVERY_CODES)]
    session.add_all(RecoveryCode(account_id=account_id, code_hash=_hash(c)) for c in codes)
    return codes


def _new_secret(account: Account, keys: KeyRing) -> tuple[str, bytes]:
    """A secret, as the app takes it and as it is stored."""
    secret = pyotp.random_base32()
    return secret, keys.seal(secret.encode(), context=_context(account.id))


def _for_app(account: Account, secret: str) -> NewSecret:
    uri = pyotp.TOTP(secret).provisioning_uri(name=account.email, issuer_name=ISSUER)
    return NewSecret(secret, uri, qr_svg(uri))


def _totp(sealed: bytes, account_id: UUID, keys: KeyRing) -> pyotp.TOTP:
    return pyotp.TOTP(keys.open(sealed, context=_context(account_id)).decode())


def _digits(code: str) -> str:
    return _SEPARATORS.sub("", code)


def _matching_step(totp: pyotp.TOTP, code: str) -> int | None:
    present = int(clock.now().timestamp()) // STEP_SECONDS
    for step in range(present - WINDOW_STEPS, present + WINDOW_STEPS + 1):
        if pyotp.utils.strings_equal(code, totp.generate_otp(step)):
            return step
    return None


def _recovery_code() -> str:
    letters = "".join(secrets.choice(_BASE32) for _ in range(RECOVERY_CODE_LENGTH))
    return "-".join(letters[i : i + 4] for i in range(0, RECOVERY_CODE_LENGTH, 4))


def _hash(code: str) -> bytes:
    plain = "".join(c for c in code.upper() if c in _BASE32)
    return hashlib.sha256(plain.encode()).digest()


def _context(account_id: UUID) -> str:
    return f"two_factors.secret:{account_id}"
