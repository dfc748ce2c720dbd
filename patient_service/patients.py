"""The rules of patients: one clinic's own, numbered uniquely, changed by one person at a time."""

import json
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import tuple_
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from patient_service import audit
from patient_service.audit import Event
from patient_service.models import Patient
from patient_service.search import folded, search_key
from service_kit.clock import now
from service_kit.database import current_session
from service_kit.errors import Code, DomainError
from service_kit.principal import current_principal

SEXES = ("", "female", "male", "other", "unknown")
OLDEST_BIRTH_YEAR = 1880
_LIMITS = {"record_number": 64, "full_name": 200, "contact": 500, "notes": 4000}
# Written into names, these would reorder or hide what a reader sees (Unicode TR 36).
_BIDIRECTIONAL_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_LINES_ALLOWED = frozenset({"contact", "notes"})


@dataclass(frozen=True, slots=True)
class Profile:
    """What is known of a patient apart from pictures, as the caller gave it."""

    record_number: str
    full_name: str
    birth_date: str = ""
    sex: str = ""
    fitzpatrick_type: int = 0
    contact: str = ""
    notes: str = ""


async def create(profile: Profile) -> Patient:
    """Add a patient to the caller's clinic.

    Raises:
        DomainError: INVALID_ARGUMENT with the field in its metadata; ALREADY_EXISTS
            RECORD_NUMBER_TAKEN.
    """
    patient = Patient(clinic_id=own_clinic(), record_number="", full_name="", search_key="")
    _apply(patient, profile)
    session = current_session()
    session.add(patient)
    await _flush_unique()
    await audit.record(Event.PATIENT_CREATED, patient.id)
    return patient


async def get(patient_id: UUID) -> Patient:
    """One patient of the caller's clinic.

    Raises:
        DomainError: NOT_FOUND PATIENT_NOT_FOUND, also for another clinic's; the try is audited.
    """
    patient = await find(patient_id)
    await audit.record(Event.PATIENT_VIEWED, patient.id)
    return patient


async def find(patient_id: UUID) -> Patient:
    """The same as `get` for rules that audit what they do themselves."""
    patient = await current_session().get(Patient, patient_id)
    if patient is None:
        await audit.record(Event.REFUSED_NOT_FOUND, patient_id, noun="patient")
        raise DomainError(
            Code.NOT_FOUND, "PATIENT_NOT_FOUND", "There is no such patient.", keep_changes=True
        )
    return patient


async def update(patient_id: UUID, version: int, profile: Profile) -> Patient:
    """Replace a patient's profile.

    Raises:
        DomainError: ABORTED PATIENT_CHANGED when `version` is not the newest; else as `create`.
    """
    patient = await find(patient_id)
    await current_session().refresh(patient, with_for_update=True)
    if patient.version != version:
        raise DomainError(
            Code.ABORTED,
            "PATIENT_CHANGED",
            "Somebody changed this patient meanwhile; look at the new version and try again.",
            metadata={"version": str(patient.version)},
        )
    _apply(patient, profile)
    patient.version += 1
    patient.updated_at = now()
    await _flush_unique()
    await audit.record(Event.PATIENT_CHANGED, patient.id, version=patient.version)
    return patient


async def page(search: str, limit: int, position: str | None) -> tuple[Sequence[Patient], str]:
    """A page of the caller's patients in order of name.

    Args:
        search: words; each must be the beginning of a word of the name or record number.
        limit: rows.
        position: where the page before ended, as this function said.

    Returns:
        The rows, and the position of the next page ("" on the last).
    """
    query = select(Patient).order_by(col(Patient.search_key), col(Patient.id)).limit(limit + 1)
    for word in folded(search).split():
        query = query.where(col(Patient.search_key).contains(f" {word}", autoescape=True))
    if position:
        key, last_id = json.loads(position)
        query = query.where(tuple_(col(Patient.search_key), col(Patient.id)) > (key, UUID(last_id)))
    rows = (await current_session().exec(query)).all()
    await audit.record(Event.PATIENTS_LISTED, rows=min(len(rows), limit))
    if len(rows) <= limit:
        return rows, ""
    last = rows[limit - 1]
    return rows[:limit], json.dumps([last.search_key, str(last.id)])


def own_clinic() -> UUID:
    """The caller's clinic.

    Raises:
        DomainError: FAILED_PRECONDITION NO_CLINIC for an account without one.
    """
    clinic_id = current_principal().clinic_id
    if clinic_id is None:
        raise DomainError(
            Code.FAILED_PRECONDITION, "NO_CLINIC", "Your account belongs to no clinic."
        )
    return clinic_id


def _apply(patient: Patient, profile: Profile) -> None:
    patient.record_number = _text("record_number", profile.record_number, required=True)
    patient.full_name = _text("full_name", profile.full_name, required=True)
    patient.search_key = search_key(patient.full_name, patient.record_number)
    patient.birth_date = _birth_date(profile.birth_date)
    if profile.sex not in SEXES:
        raise _invalid("sex", f"Sex is one of {', '.join(SEXES[1:])}, or empty.")
    patient.sex = profile.sex
    if not 0 <= profile.fitzpatrick_type <= 6:
        raise _invalid("fitzpatrick_type", "The Fitzpatrick type is 1 to 6, or empty.")
    patient.fitzpatrick_type = profile.fitzpatrick_type or None
    patient.contact = _text("contact", profile.contact)
    patient.notes = _text("notes", profile.notes)


def _text(field: str, value: str, *, required: bool = False) -> str:
    text = unicodedata.normalize("NFC", value).strip()
    if required and not text:
        raise _invalid(field, "This field must not be empty.")
    if len(text) > _LIMITS[field]:
        raise _invalid(field, f"At most {_LIMITS[field]} characters fit here.")
    kept = "\n\t" if field in _LINES_ALLOWED else ""
    if any(_is_control(c) and c not in kept for c in text):
        raise _invalid(field, "Control characters are not allowed here.")
    return text


def _is_control(character: str) -> bool:
    return unicodedata.category(character) == "Cc" or character in _BIDIRECTIONAL_CONTROLS


def _birth_date(value: str) -> date | None:
    if not value:
        return None
    try:
        born = date.fromisoformat(value)
    except ValueError:
        raise _invalid("birth_date", "Write the date as YYYY-MM-DD.") from None
    if born > now().date():
        raise _invalid("birth_date", "The birth date lies in the future.")
    if born.year < OLDEST_BIRTH_YEAR:
        raise _invalid("birth_date", f"The birth date lies before {OLDEST_BIRTH_YEAR}.")
    return born


async def _flush_unique() -> None:
    try:
        await current_session().flush()
    except IntegrityError as error:
        if "patients_record_number" not in str(error.orig):
            raise
        raise DomainError(
            Code.ALREADY_EXISTS,
            "RECORD_NUMBER_TAKEN",
            "Another patient of the clinic has this record number.",
            metadata={"field": "record_number"},
        ) from None


def _invalid(field: str, message: str) -> DomainError:
    return DomainError(Code.INVALID_ARGUMENT, "INVALID_PATIENT", message, metadata={"field": field})
