"""What a clinic's reports bear: name, address, logo, and the time zone of their times."""

import zoneinfo
from dataclasses import dataclass
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from auth_service.audit import trail
from auth_service.audit.events import Event
from auth_service.clinic.team import Owner
from auth_service.models import Clinic
from auth_service.people.names import parse_name
from service_kit.errors import DomainError
from service_kit.reasons import Reason

MAX_ADDRESS_LENGTH = 500
MAX_LOGO_BYTES = 256 * 1024
_PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True, slots=True)
class LetterheadChange:
    """What to change; None leaves it as it is, and an empty logo removes it."""

    name: str | None = None
    address: str | None = None
    time_zone: str | None = None
    logo: bytes | None = None


async def change(session: AsyncSession, by: Owner, wanted: LetterheadChange) -> Clinic:
    """Change the caller's clinic.

    Raises:
        DomainError: INVALID_ARGUMENT CLINIC_NAME_INVALID, ADDRESS_INVALID, TIME_ZONE_INVALID or
            LOGO_INVALID.
    """
    clinic = await session.get_one(Clinic, by.clinic_id, with_for_update=True)
    before = clinic.model_dump()
    if wanted.name is not None:
        clinic.name = parse_name(wanted.name, reason=Reason.CLINIC_NAME_INVALID)
    if wanted.address is not None:
        clinic.address = _address(wanted.address)
    if wanted.time_zone is not None:
        if wanted.time_zone not in zoneinfo.available_timezones():
            raise DomainError(Reason.TIME_ZONE_INVALID)
        clinic.time_zone = wanted.time_zone
    if wanted.logo is not None:
        clinic.logo = _logo(wanted.logo)
    session.add(clinic)
    fields = [name for name, value in clinic.model_dump().items() if value != before[name]]
    if fields:
        await trail.append(
            session, Event.CLINIC_CHANGED, subject_id=clinic.id, fields=",".join(fields)
        )
    return clinic


async def of(session: AsyncSession, clinic_id: UUID) -> Clinic:
    """A clinic as its reports show it."""
    return await session.get_one(Clinic, clinic_id)


def _address(text: str) -> str:
    """Up to 500 characters in lines, each as a name may be."""
    lines = [line.strip() for line in text.strip().splitlines()]
    for line in filter(None, lines):
        parse_name(line, reason=Reason.ADDRESS_INVALID)
    address = "\n".join(lines)
    if len(address) > MAX_ADDRESS_LENGTH:
        raise DomainError(Reason.ADDRESS_INVALID)
    return address


def _logo(picture: bytes) -> bytes | None:
    """A PNG; whoever sends it has decoded it and written it anew."""
    if not picture:
        return None
    if len(picture) > MAX_LOGO_BYTES or not picture.startswith(_PNG):
        raise DomainError(Reason.LOGO_INVALID)
    return picture
