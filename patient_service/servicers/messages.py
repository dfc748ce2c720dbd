"""Rows as messages of the contract, and messages as what the rules take."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from google.protobuf.timestamp_pb2 import Timestamp

from dermis.patient.v1 import patient_pb2 as pb
from patient_service import lesions
from patient_service.images import corrections
from patient_service.images.copies import Copy
from patient_service.models import Change, Image, Lesion, Note, Patient
from patient_service.overviews.regions import OverviewRegion
from patient_service.patients import profiles
from patient_service.patients.summaries import Summary
from patient_service.servicers.enum_words import (
    BODY_REGION,
    BODY_SIDE,
    BODY_SITE,
    BODY_VIEW,
    LESION_STATUS,
    SEX,
)
from service_kit import clock
from service_kit.ids import parse_id


def optional_id(text: str, noun: str) -> UUID | None:
    """An identifier that may be left out."""
    return parse_id(text, noun) if text else None


def optional_time(moment: datetime | None) -> Timestamp | None:
    """A time that may be unset."""
    return clock.to_timestamp(moment) if moment else None


# --- Patients ---


def patient_profile(profile: pb.PatientProfile) -> profiles.Profile:
    """Read and check a patient's profile."""
    return profiles.Profile.checked(
        record_number=profile.record_number,
        full_name=profile.full_name,
        birth_date=profile.birth_date,
        sex=SEX.word(profile.sex),
        fitzpatrick_type=profile.fitzpatrick_type,
        contact=profile.contact,
        risk_notes=profile.risk_notes,
    )


def profile_message(
    row: Patient, changes: Mapping[str, Any] = MappingProxyType({})
) -> pb.PatientProfile:
    """A patient's profile as the contract has it, with some columns otherwise than stored."""

    def value(name: str) -> Any:
        return changes[name] if name in changes else getattr(row, name)

    birth_date = value("birth_date")
    return pb.PatientProfile(
        record_number=row.record_number,
        full_name=row.full_name,
        birth_date=birth_date.isoformat() if birth_date else "",
        sex=SEX.number(value("sex")),
        fitzpatrick_type=value("fitzpatrick_type") or 0,
        contact=value("contact"),
        risk_notes=value("risk_notes"),
    )


def patient_message(row: Patient, summary: Summary | None = None) -> pb.Patient:
    """A patient as the contract has it, in lists with a summary."""
    return pb.Patient(
        id=str(row.id),
        profile=profile_message(row),
        version=row.version,
        created_at=optional_time(row.created_at),
        updated_at=optional_time(row.updated_at),
        archived_at=optional_time(row.archived_at),
        summary=_summary_message(summary) if summary else None,
        merged_into=str(row.merged_into or ""),
    )


def _summary_message(summary: Summary) -> pb.PatientSummary:
    return pb.PatientSummary(
        lesions=summary.lesions,
        last_photo_at=optional_time(summary.last_photo_at),
        open_items=summary.open_items,
        highest_risk=summary.highest_risk,
        last_image_id=str(summary.last_image_id or ""),
    )


# --- Lesions ---


def lesion_profile(profile: pb.LesionProfile) -> lesions.Profile:
    """Read and check a lesion's profile."""
    position = None
    if profile.HasField("position"):
        view = BODY_VIEW.word(profile.position.view)
        position = lesions.Position(view, profile.position.x, profile.position.y)
    return lesions.Profile.checked(
        body_site=BODY_SITE.word(profile.body_site),
        region=BODY_REGION.word(profile.region),
        side=BODY_SIDE.word(profile.side),
        position=position,
        label=profile.label,
        first_noted=profile.first_noted,
        status=LESION_STATUS.word(profile.status) or "observed",
    )


def lesion_message(row: Lesion, image_count: int = 0) -> pb.Lesion:
    """A lesion as the contract has it."""
    position = None
    if row.view is not None and row.x is not None and row.y is not None:
        position = pb.BodyPosition(view=BODY_VIEW.number(row.view), x=row.x, y=row.y)
    return pb.Lesion(
        id=str(row.id),
        patient_id=str(row.patient_id),
        profile=pb.LesionProfile(
            body_site=BODY_SITE.number(row.body_site),
            region=BODY_REGION.number(row.region),
            side=BODY_SIDE.number(row.side),
            position=position,
            label=row.label,
            first_noted=row.first_noted.isoformat() if row.first_noted else "",
            status=LESION_STATUS.number(row.status),
        ),
        version=row.version,
        created_at=optional_time(row.created_at),
        updated_at=optional_time(row.updated_at),
        image_count=image_count,
    )


# --- Images ---


def restorable_until(row: Image) -> datetime | None:
    """Until when an image that was entered in error can be restored."""
    return row.voided_at + corrections.RESTORABLE_FOR if row.voided_at else None


def overview_region(message: pb.OverviewRegion) -> OverviewRegion:
    """Read which part of the body an overview photo shows."""
    return OverviewRegion(
        BODY_SITE.word(message.body_site),
        BODY_REGION.word(message.region),
        BODY_SIDE.word(message.side),
    )


def image_message(row: Image, also_of: UUID | None = None) -> pb.Image:
    """An image's description as the contract has it; `also_of` is who else has such a photo."""
    shown = OverviewRegion.of(row)
    overview = None
    if shown:
        overview = pb.OverviewRegion(
            body_site=BODY_SITE.number(shown.site),
            region=BODY_REGION.number(shown.region),
            side=BODY_SIDE.number(shown.side),
        )
    return pb.Image(
        id=str(row.id),
        patient_id=str(row.patient_id),
        media_type=row.media_type,
        size=row.size,
        width=row.width,
        height=row.height,
        sha256=row.sha256,
        captured_at=optional_time(row.captured_at),
        created_at=optional_time(row.created_at),
        lesion_id=str(row.lesion_id or ""),
        quality=row.quality,
        duplicate_of=str(row.duplicate_of or ""),
        original_media_type=row.original_media_type or "",
        original_size=row.original_size or 0,
        version=row.version,
        voided_at=optional_time(row.voided_at),
        void_reason=row.void_reason or "",
        voided_by=str(row.voided_by or ""),
        restorable_until=optional_time(restorable_until(row)),
        also_of_patient_id=str(also_of or ""),
        overview=overview,
    )


def copy_message(copy: Copy) -> pb.Copy:
    """A photo that the clinic has already."""
    return pb.Copy(
        digest=copy.digest,
        image_id=str(copy.image_id),
        patient_id=str(copy.patient_id),
        full_name=copy.full_name,
        record_number=copy.record_number,
        lesion_id=str(copy.lesion_id or ""),
        lesion_label=copy.lesion_label,
        body_site=BODY_SITE.number(copy.body_site),
        created_at=optional_time(copy.created_at),
    )


# --- Notes, changes ---


def note_message(row: Note) -> pb.Note:
    """A note as the contract has it."""
    return pb.Note(
        id=str(row.id),
        patient_id=str(row.patient_id),
        lesion_id=str(row.lesion_id or ""),
        text=row.text,
        author_id=str(row.author_id),
        created_at=optional_time(row.created_at),
    )


def change_message(row: Change) -> pb.Change:
    """A change as the contract has it."""
    return pb.Change(
        id=str(row.id),
        lesion_id=str(row.lesion_id or ""),
        action=row.action,
        fields=row.fields,
        author_id=str(row.author_id),
        created_at=optional_time(row.created_at),
    )
