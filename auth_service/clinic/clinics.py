"""Clinics, and who works in one."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from auth_service.models import Account, Clinic
from service_kit.paging import Page, cut, id_position


class Colleague(NamedTuple):
    """A member of a clinic, as the other members may see them."""

    id: UUID
    full_name: str
    active: bool


class ListedClinic(NamedTuple):
    """A clinic, with how many active clinicians it has."""

    id: UUID
    name: str
    clinicians: int


async def colleagues(
    session: AsyncSession, clinic_id: UUID, *, size: int, position: str | None
) -> Page[Colleague]:
    """The members of a clinic, oldest account first; disabled ones too: what they wrote stays.

    Somebody who hasn't verified the address has never signed in, and so has written nothing.
    """
    query = (
        select(Account.id, Account.full_name, Account.active)
        .where(Account.clinic_id == clinic_id, col(Account.email_verified_at).is_not(None))
        .order_by(col(Account.id))
        .limit(size + 1)
    )
    if last := id_position(position):
        query = query.where(col(Account.id) > last)
    rows = [Colleague(*row) for row in (await session.exec(query)).all()]
    return cut(rows, size, lambda colleague: str(colleague.id))


async def page(
    session: AsyncSession, *, search: str, size: int, position: str | None
) -> Page[ListedClinic]:
    """Clinics, newest first; `search` is part of a name."""
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
    if last := id_position(position):
        query = query.where(col(Clinic.id) < last)
    rows = [ListedClinic(*row) for row in (await session.exec(query)).all()]
    return cut(rows, size, lambda clinic: str(clinic.id))
