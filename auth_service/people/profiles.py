"""Accounts as they are shown, with clinic and second factor, in one query."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import bindparam, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import Select

from auth_service.models import Account, Clinic, RecoveryCode, TwoFactor
from auth_service.people.accounts import user_not_found
from auth_service.people.email_addresses import email_key
from service_kit.database import Database
from service_kit.paging import Page, cut, id_position
from service_kit.pipelines import Statement


@dataclass(frozen=True, slots=True)
class Profile:
    """An account with its clinic's name and the state of its second factor."""

    account: Account
    clinic_name: str
    two_factor_enabled: bool
    recovery_codes_left: int


async def find(session: AsyncSession, account_id: UUID) -> Profile:
    """One account as it is shown.

    Raises:
        DomainError: NOT_FOUND USER_NOT_FOUND.
    """
    row = (await session.exec(_profiles().where(col(Account.id) == account_id))).first()
    if row is None:
        raise user_not_found()
    return _as_profile(row)


async def page(
    session: AsyncSession, *, search: str, size: int, position: str | None
) -> Page[Profile]:
    """Accounts, newest first; `search` is part of a name or an address."""
    query = _profiles().order_by(col(Account.id).desc()).limit(size + 1)
    if search:
        query = query.where(
            col(Account.full_name).icontains(search, autoescape=True)
            | col(Account.email_key).contains(email_key(search), autoescape=True)
        )
    if last := id_position(position):
        query = query.where(col(Account.id) < last)
    found = [_as_profile(row) for row in (await session.exec(query)).all()]
    return cut(found, size, lambda profile: str(profile.account.id))


def _profiles() -> Select[Account, str, bool, int]:
    codes_left = (
        select(func.count())
        .where(RecoveryCode.account_id == Account.id, col(RecoveryCode.used_at).is_(None))
        .scalar_subquery()
    )
    return (
        select(
            Account,
            func.coalesce(Clinic.name, "").label("clinic_name"),
            col(TwoFactor.confirmed_at).is_not(None).label("two_factor_enabled"),
            codes_left.label("recovery_codes_left"),
        )
        .outerjoin(Clinic, col(Clinic.id) == col(Account.clinic_id))
        .outerjoin(TwoFactor, col(TwoFactor.account_id) == col(Account.id))
    )


def _as_profile(row: tuple[Account, str, bool, int]) -> Profile:
    return Profile(*row)


_FIND = Statement.of(_profiles().where(col(Account.id) == bindparam("account_id")))


async def find_at_once(database: Database, account_id: UUID) -> Profile:
    """The same as `find` in a transaction of its own, and one round trip.

    Raises:
        DomainError: NOT_FOUND USER_NOT_FOUND.
    """
    (found,) = await database.at_once(_FIND.given(account_id=account_id))
    for row in found:
        return Profile(row, row.clinic_name, row.two_factor_enabled, row.recovery_codes_left)
    raise user_not_found()
