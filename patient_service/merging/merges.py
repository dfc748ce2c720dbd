"""Two records of one person made one, and parted again while nothing was added.

A merge is one transaction that holds both records as a whole, so nothing is ever half moved. See
docs/decisions/0045-two-records-of-one-person-become-one.md.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from patient_service.audit import trail
from patient_service.audit.events import Event
from patient_service.merging import merged_rows, previews
from patient_service.merging.previews import plan
from patient_service.models import Merge, Patient
from patient_service.patients import change_history, profiles
from patient_service.search import terms
from service_kit.clock import now
from service_kit.errors import DomainError
from service_kit.ids import new_id
from service_kit.principal import current_principal
from service_kit.reasons import Reason

MOST_LISTED = 200


async def merge(
    session: AsyncSession,
    patient_id: UUID,
    other_id: UUID,
    *,
    version: int = 0,
    other_version: int = 0,
) -> Merge:
    """Move another patient's whole record to this one.

    Args:
        session: the caller's transaction.
        patient_id: whose record stays.
        other_id: whose record moves there.
        version: of the one that stays, as the caller has seen it; 0 for whichever there is.
        other_version: of the other one, likewise.

    Returns:
        The merge, also where the two were merged before.

    Raises:
        DomainError: NOT_FOUND / PATIENT_NOT_FOUND; INVALID_ARGUMENT with MERGE_WITH_ITSELF or
            TEXT_TOO_LONG; FAILED_PRECONDITION with PATIENT_ARCHIVED or PATIENT_MERGED; ABORTED with
            VERSION_CONFLICT or RECORD_BUSY.
    """
    kept, moved = await previews.find_both(session, patient_id, other_id)
    await merged_rows.hold(session, kept, moved)
    if moved.merged_into == kept.id:
        return await _standing(session, moved)
    profiles.refuse_inactive(kept)
    profiles.refuse_inactive(moved)
    for patient, seen in ((kept, version), (moved, other_version)):
        if seen and seen != patient.version:
            raise profiles.version_conflict(patient.version)
    planned = await plan(session, kept, moved)
    former = {name: _plain(getattr(kept, name)) for name in planned.profile}
    rows = await merged_rows.move_all(session, moved, kept)
    await merged_rows.label(session, {one.lesion_id: one.new_label for one in planned.renamed})
    fields = change_history.apply(kept, planned.profile)
    moved.archived_at, moved.merged_into = now(), kept.id
    await _index(session, kept, moved)
    record = Merge(
        id=new_id(),
        clinic_id=kept.clinic_id,
        patient_id=kept.id,
        merged_id=moved.id,
        author_id=current_principal().user_id,
        former_labels={str(one.lesion_id): one.label for one in planned.renamed},
        former_profile=former,
        size_then=await merged_rows.count(session, kept.id),
        **rows,
    )
    session.add(record)
    await _record(session, "merged", Event.PATIENTS_MERGED, record, fields)
    return record


async def part(session: AsyncSession, patient_id: UUID, merge_id: UUID) -> Merge:
    """Give two patients their own records back; nothing happens to those who are parted.

    Raises:
        DomainError: NOT_FOUND with PATIENT_NOT_FOUND or MERGE_NOT_FOUND; FAILED_PRECONDITION with
            MERGE_ADDED_TO, PATIENT_ARCHIVED or PATIENT_MERGED; ABORTED / RECORD_BUSY.
    """
    kept = await profiles.find(session, patient_id)
    record = await session.get(Merge, merge_id)
    if record is None or record.patient_id != patient_id:
        raise await trail.not_found(session, Reason.MERGE_NOT_FOUND, merge_id)
    moved = await profiles.find(session, record.merged_id)
    await merged_rows.hold(session, kept, moved)
    await session.refresh(record)
    if record.parted_at is not None:
        return record
    profiles.refuse_inactive(kept)
    if since := await added(session, record):
        raise DomainError(Reason.MERGE_ADDED_TO, metadata={"added": ",".join(since)})
    await merged_rows.move_back(session, record, moved)
    await merged_rows.label(
        session, {UUID(lesion): label for lesion, label in record.former_labels.items()}
    )
    fields = change_history.apply(kept, previews.typed(record.former_profile))
    moved.archived_at = moved.merged_into = None
    record.parted_at, record.parted_by = now(), current_principal().user_id
    await _index(session, kept, moved)
    await _record(session, "parted", Event.PATIENTS_PARTED, record, fields)
    return record


async def added(session: AsyncSession, record: Merge) -> list[str]:
    """What was added or changed since a merge that stands; "merges" for a later one."""
    count = await merged_rows.count(session, record.patient_id)
    # A merge from before there were markings had counted none.
    since = [name for name, number in count.items() if number != record.size_then.get(name, 0)]
    later = select(Merge.id).where(
        col(Merge.patient_id) == record.patient_id,
        col(Merge.parted_at).is_(None),
        col(Merge.id) > record.id,
    )
    # What a later merge brought along isn't an addition of its own.
    return ["merges"] if (await session.exec(later.limit(1))).first() else since


async def standing(session: AsyncSession, patient_id: UUID) -> Sequence[tuple[Merge, Patient]]:
    """Who was merged into a patient and not parted since, newest first, shown to the caller.

    Raises:
        DomainError: NOT_FOUND / PATIENT_NOT_FOUND.
    """
    await profiles.find(session, patient_id)
    query = (
        select(Merge, Patient)
        .join(Patient, col(Patient.id) == col(Merge.merged_id))
        .where(col(Merge.patient_id) == patient_id, col(Merge.parted_at).is_(None))
        .order_by(col(Merge.id).desc())
        .limit(MOST_LISTED)
    )
    found = (await session.exec(query)).all()
    for _, moved in found:
        await trail.append(
            session, Event.PATIENT_VIEWED, patient_id=moved.id, merged_into=str(patient_id)
        )
    return found


async def _standing(session: AsyncSession, moved: Patient) -> Merge:
    query = select(Merge).where(col(Merge.merged_id) == moved.id, col(Merge.parted_at).is_(None))
    return (await session.exec(query)).one()


async def _index(session: AsyncSession, kept: Patient, moved: Patient) -> None:
    """Have searches for either find whoever is in the lists now."""
    for patient in (kept, moved):
        patient.version += 1
        patient.updated_at = now()
    await session.flush()
    for patient in (kept, moved):
        await terms.index(session, patient)


async def _record(
    session: AsyncSession,
    action: change_history.Action,
    event: Event,
    record: Merge,
    fields: list[str],
) -> None:
    """In both histories, and in both audits, each of which names the other by identifier."""
    for patient_id, changed in ((record.patient_id, fields), (record.merged_id, [])):
        change_history.record(
            session,
            action,
            clinic_id=record.clinic_id,
            patient_id=patient_id,
            fields=changed,
        )
    for patient_id in (record.patient_id, record.merged_id):
        await trail.append(
            session,
            event,
            patient_id=patient_id,
            subject_id=record.id,
            moved_from=str(record.merged_id),
            moved_to=str(record.patient_id),
        )


def _plain(value: object) -> str | int | None:
    """A profile's value as JSON has it."""
    return value if value is None or isinstance(value, int) else str(value)
