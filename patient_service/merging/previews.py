"""What a merge would bring together: both profiles as one, and lesions that need another name."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from patient_service.audit import trail
from patient_service.audit.events import Event
from patient_service.fields.text_fields import checked_text
from patient_service.merging import merged_rows
from patient_service.models import Lesion, Patient
from patient_service.patients import profiles
from patient_service.search.name_folding import search_key
from service_kit.errors import DomainError
from service_kit.reasons import Reason

_LONGEST_LABEL = 120
# Taken from the other profile where the one that stays has nothing.
_FILLED = ("birth_date", "sex", "fitzpatrick_type", "contact")


@dataclass(frozen=True, slots=True)
class Renamed:
    """A lesion that is called like one of the other record, at the same body site."""

    lesion_id: UUID
    label: str
    new_label: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What a merge changes besides whose record it is.

    Attributes:
        profile: the columns of the kept profile that change, with their values.
        renamed: lesions of the other record.
    """

    profile: dict[str, Any]
    renamed: list[Renamed]


@dataclass(frozen=True, slots=True)
class Preview:
    """Both patients, the sizes of their records (`merged_rows.RecordSize`), and the plan."""

    kept: Patient
    moved: Patient
    kept_size: merged_rows.RecordSize
    moved_size: merged_rows.RecordSize
    plan: Plan


async def preview(session: AsyncSession, patient_id: UUID, other_id: UUID) -> Preview:
    """What a merge would bring together, shown to the caller.

    Raises:
        DomainError: as `merges.merge`, but for its versions.
    """
    kept, moved = await find_both(session, patient_id, other_id)
    profiles.refuse_inactive(kept)
    profiles.refuse_inactive(moved)
    shown = Preview(
        kept,
        moved,
        await merged_rows.size(session, kept.id),
        await merged_rows.size(session, moved.id),
        await plan(session, kept, moved),
    )
    for one, other in ((kept, moved), (moved, kept)):
        await trail.append(
            session, Event.PATIENT_VIEWED, patient_id=one.id, compared_with=str(other.id)
        )
    return shown


async def find_both(
    session: AsyncSession, patient_id: UUID, other_id: UUID
) -> tuple[Patient, Patient]:
    """Two different patients of the caller's clinic.

    Raises:
        DomainError: NOT_FOUND / PATIENT_NOT_FOUND; INVALID_ARGUMENT / MERGE_WITH_ITSELF.
    """
    kept = await profiles.find(session, patient_id)
    moved = await profiles.find(session, other_id)
    if kept.id == moved.id:
        raise DomainError(Reason.MERGE_WITH_ITSELF, metadata={"field": "other_patient_id"})
    return kept, moved


async def plan(session: AsyncSession, kept: Patient, moved: Patient) -> Plan:
    """What a merge changes.

    Raises:
        DomainError: INVALID_ARGUMENT / TEXT_TOO_LONG where the risk notes don't fit together.
    """
    profile = {
        name: getattr(moved, name)
        for name in _FILLED
        if not getattr(kept, name) and getattr(moved, name)
    }
    if moved.risk_notes and moved.risk_notes not in kept.risk_notes:
        both = "\n\n".join(filter(None, (kept.risk_notes, moved.risk_notes)))
        profile["risk_notes"] = checked_text(both, "risk_notes", limit=4000, lines=True)
    return Plan(profile, await _renamed(session, kept, moved))


def typed(former: dict[str, str | int | None]) -> dict[str, Any]:
    """Profile values from JSON as the columns have them."""
    birth_date = former.get("birth_date")
    if isinstance(birth_date, str):
        return former | {"birth_date": date.fromisoformat(birth_date)}
    return former


async def _renamed(session: AsyncSession, kept: Patient, moved: Patient) -> list[Renamed]:
    query = select(Lesion).where(col(Lesion.patient_id).in_([kept.id, moved.id]))
    lesions = (await session.exec(query.order_by(col(Lesion.id)))).all()
    taken = {_name(lesion) for lesion in lesions if lesion.patient_id == kept.id}
    return [
        Renamed(lesion.id, lesion.label, _with_origin(lesion.label, moved.record_number))
        for lesion in lesions
        if lesion.patient_id == moved.id and _name(lesion) in taken
    ]


def _name(lesion: Lesion) -> tuple[str, str]:
    return search_key(lesion.label), lesion.body_site


def _with_origin(label: str, record_number: str) -> str:
    if not label:
        return record_number
    origin = f" ({record_number})"
    return label[: _LONGEST_LABEL - len(origin)] + origin
