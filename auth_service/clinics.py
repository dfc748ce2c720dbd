"""Clinics, and who belongs to one."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from auth_service.models import Account, Clinic
from service_kit.paging import Page, cut


class Colleague(NamedTuple):
    """Somebody of a clinic, as the others of it may see them."""

    id: UUID
    full_name: str


class ListedClinic(NamedTuple):
    """A clinic, with how many active clinicians it has."""

    id: UUID
    name: str
    clinicians: int


async def colleagues(
    session: AsyncSession, clinic_id: UUID, *, after: UUID | None, size: int
) -> Page[Colleague]:
    """The people of a clinic, oldest account first: disabled ones too, since what they wrote stays.

    Who has not verified the address has never signed in, so has written nothing.
    """
    query = (
        select(Account.id, Account.full_name)
        .where(Account.clinic_id == clinic_id, col(Account.email_verified_at).is_not(None))
        .order_by(col(Account.id))
        .limit(size + 1)
    )
    if after is not None:
        query = query.where(col(Account.id) > after)
    rows = [Colleague(*row) for row in (await session.exec(query)).all()]
    return cut(rows, size, lambda colleague: str(colleague.id))


async def page(
    session: AsyncSession, *, search: str, before: UUID | None, size: int
) -> Page[ListedClinic]:
    """Clinics, newest first, older than `before`; `search` is part of a name."""
    clinicians = (
        select(func.count())
        .where(Account.clinic_id == Clinic.id, col(Account.active).is_(True))
        .scalar_subquery()
    )
    query = (
        select(Clinic.id, Clinic.name, clinicians).order_by(col(Clinic.id).desc()).limit(size + 1)
    )
    if search:
        query = query.where(col(Clinic.name).icontains(search, autoescape=True))
    if before is not None:
        query = query.where(col(Clinic.id) < before)
    rows = [ListedClinic(*row) for row in (await session.exec(query)).all()]
    return cut(rows, size, lambda clinic: str(clinic.id))
