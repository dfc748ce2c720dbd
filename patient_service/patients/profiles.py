"""Patients: their profiles, and archiving."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Self
from uuid import UUID

from sqlalchemy import bindparam
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from patient_service.audit import trail
from patient_service.audit.events import Event
from patient_service.fields.calendar_dates import parse_past_date
from patient_service.fields.text_fields import checked_text
from patient_service.models import Patient
from patient_service.patients import change_history
from patient_service.search import terms
from patient_service.search.name_folding import search_key
from patient_service.tenancy import own_clinic
from service_kit.clock import now
from service_kit.errors import DomainError
from service_kit.reasons import Reason


@dataclass(frozen=True, slots=True)
class Profile:
    """A patient's profile, checked."""

    record_number: str
    full_name: str
    birth_date: date | None
    sex: str
    fitzpatrick_type: int | None
    contact: str
    risk_notes: str

    @classmethod
    def checked(
        cls,
        *,
        record_number: str,
        full_name: str,
        birth_date: str = "",
        sex: str = "",
        fitzpatrick_type: int = 0,
        contact: str = "",
        risk_notes: str = "",
    ) -> Self:
        """Check a profile from outside.

        Raises:
            DomainError: INVALID_ARGUMENT, as `text_fields.checked_text` and `parse_past_date`;
                FITZPATRICK_TYPE_INVALID.
        """
        if not 0 <= fitzpatrick_type <= 6:
            raise DomainError(
                Reason.FITZPATRICK_TYPE_INVALID, metadata={"field": "fitzpatrick_type"}
            )
        return cls(
            record_number=checked_text(record_number, "record_number", limit=64, required=True),
            full_name=checked_text(full_name, "full_name", limit=200, required=True),
            birth_date=parse_past_date(birth_date, "birth_date"),
            sex=sex,
            fitzpatrick_type=fitzpatrick_type or None,
            contact=checked_text(contact, "contact", limit=500, lines=True),
            risk_notes=checked_text(risk_notes, "risk_notes", limit=4000, lines=True),
        )

    def columns(self) -> dict[str, Any]:
        """The values of a row, including the keys it is compared by."""
        # A number of nothing but marks has an empty key; it is then compared as it is written.
        return asdict(self) | {
            "record_key": search_key(self.record_number) or self.record_number,
            "name_key": search_key(self.full_name),
            "search_words": terms.search_words(self.full_name),
        }


async def create(session: AsyncSession, profile: Profile) -> Patient:
    """Add a patient to the caller's clinic.

    Raises:
        DomainError: ALREADY_EXISTS / RECORD_NUMBER_TAKEN.
    """
    patient = Patient(clinic_id=own_clinic(), **profile.columns())
    session.add(patient)
    await _flush(session)
    await terms.index(session, patient, is_new=True)
    await _record_change(session, "created", Event.PATIENT_CREATED, patient)
    return patient


async def find(session: AsyncSession, patient_id: UUID) -> Patient:
    """A patient of the caller's clinic, not audited: for use inside rules.

    Raises:
        DomainError: NOT_FOUND / PATIENT_NOT_FOUND, for another clinic's patient too.
    """
    patient = await session.get(Patient, patient_id)
    if patient is None:
        raise await trail.not_found(session, Reason.PATIENT_NOT_FOUND, patient_id)
    return patient


async def find_active(session: AsyncSession, patient_id: UUID) -> Patient:
    """A patient whose record can be added to.

    Raises:
        DomainError: as `find` and `refuse_inactive`.
    """
    patient = await find(session, patient_id)
    refuse_inactive(patient)
    return patient


async def hold_active(session: AsyncSession, patient_id: UUID) -> Patient:
    """A patient whose record can be added to, and who stays so until this transaction ends.

    Raises:
        DomainError: as `find_active`.
    """
    query = select(Patient).where(col(Patient.id) == patient_id).with_for_update(read=True)
    query = query.execution_options(populate_existing=True)
    patient = (await session.exec(query)).first()
    if patient is None:
        raise await trail.not_found(session, Reason.PATIENT_NOT_FOUND, patient_id)
    refuse_inactive(patient)
    return patient


def refuse_inactive(patient: Patient) -> None:
    """Refuse to add to a record that is archived, or part of another one.

    Raises:
        DomainError: FAILED_PRECONDITION with PATIENT_MERGED or PATIENT_ARCHIVED.
    """
    if patient.merged_into:
        raise DomainError(Reason.PATIENT_MERGED, metadata={"merged_into": str(patient.merged_into)})
    if patient.archived_at:
        raise DomainError(Reason.PATIENT_ARCHIVED)


async def holder(session: AsyncSession, patient: Patient) -> Patient:
    """Whose record holds a patient's: the patient's own, or that of whom it was merged into."""
    while patient.merged_into:
        patient = await find(session, patient.merged_into)
    return patient


# A patient who is shown to the caller, in one round trip; `view` refuses where there is none.
VIEW = trail.Shown.of(
    select(Patient).where(col(Patient.id) == bindparam("patient_id")),
    Event.PATIENT_VIEWED,
    patient_id="id",
)


async def view(session: AsyncSession, patient_id: UUID) -> Patient:
    """A patient, shown to the caller.

    Raises:
        DomainError: as `find`.
    """
    patient = await find(session, patient_id)
    await trail.append(session, Event.PATIENT_VIEWED, patient_id=patient_id)
    return patient


async def update(
    session: AsyncSession, patient_id: UUID, version: int, profile: Profile
) -> Patient:
    """Replace a profile that nobody has changed since `version`.

    Raises:
        DomainError: as `find_active`; ABORTED / VERSION_CONFLICT; ALREADY_EXISTS /
            RECORD_NUMBER_TAKEN.
    """
    patient = await _locked(session, patient_id)
    refuse_inactive(patient)
    if patient.version != version:
        raise version_conflict(patient.version)
    fields = change_history.apply(patient, profile.columns())
    if not fields:
        return patient
    _touch(patient)
    await _flush(session)
    if {"full_name", "record_number", "birth_date"} & set(fields):
        await terms.index(session, patient)
    shown = [name for name in fields if name in Profile.__dataclass_fields__]
    await _record_change(session, "updated", Event.PATIENT_UPDATED, patient, shown)
    return patient


async def archive(session: AsyncSession, patient_id: UUID) -> Patient:
    """Archive a patient, who then leaves the lists; nothing happens if that is done already.

    Raises:
        DomainError: as `find`.
    """
    patient = await _locked(session, patient_id)
    if patient.archived_at is None:
        patient.archived_at = now()
        _touch(patient)
        await _record_change(session, "archived", Event.PATIENT_ARCHIVED, patient)
    return patient


async def restore(session: AsyncSession, patient_id: UUID) -> Patient:
    """Restore an archived patient; nothing happens to one who isn't archived.

    Raises:
        DomainError: as `find`; FAILED_PRECONDITION / PATIENT_MERGED.
    """
    patient = await _locked(session, patient_id)
    if patient.merged_into:
        refuse_inactive(patient)
    if patient.archived_at is not None:
        patient.archived_at = None
        _touch(patient)
        await _record_change(session, "restored", Event.PATIENT_RESTORED, patient)
    return patient


def version_conflict(version: int) -> DomainError:
    """The refusal of a change that is based on an older version."""
    return DomainError(Reason.VERSION_CONFLICT, metadata={"version": str(version)})


async def _locked(session: AsyncSession, patient_id: UUID) -> Patient:
    query = select(Patient).where(col(Patient.id) == patient_id).with_for_update()
    patient = (await session.exec(query)).first()
    if patient is None:
        raise await trail.not_found(session, Reason.PATIENT_NOT_FOUND, patient_id)
    return patient


def _touch(patient: Patient) -> None:
    patient.version += 1
    patient.updated_at = now()


async def _flush(session: AsyncSession) -> None:
    try:
        await session.flush()
    except IntegrityError as error:
        if "patients_record_number_taken" not in str(error.orig):
            raise
        raise DomainError(Reason.RECORD_NUMBER_TAKEN, metadata={"field": "record_number"}) from None


async def _record_change(
    session: AsyncSession,
    action: change_history.Action,
    event: Event,
    patient: Patient,
    fields: list[str] | None = None,
) -> None:
    change_history.record(
        session,
        action,
        clinic_id=patient.clinic_id,
        patient_id=patient.id,
        fields=fields or [],
    )
    await trail.append(session, event, patient_id=patient.id, fields=",".join(fields or []))
