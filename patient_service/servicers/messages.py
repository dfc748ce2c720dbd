"""Rows as messages of the contract, and messages as what the rules take."""

from datetime import datetime
from typing import Any
from uuid import UUID

from google.protobuf.timestamp_pb2 import Timestamp

from dermis.patient.v1 import patient_pb2 as pb
from patient_service import lesions, patients
from patient_service.findings import Failure, Finding, Heatmap, Outcome
from patient_service.models import Change, Detection, Image, Lesion, Note, Patient, Review
from patient_service.servicers.enum_words import (
    BODY_SITE,
    BODY_VIEW,
    DETECTION_STATUS,
    LESION_STATUS,
    SEX,
    VERDICT,
)
from service_kit import clock
from service_kit.ids import parse_id


def optional_id(text: str, noun: str) -> UUID | None:
    """An identifier that may be left out."""
    return parse_id(text, noun) if text else None


def _time(moment: datetime | None) -> Timestamp | None:
    return clock.to_timestamp(moment) if moment else None


# --- Patients ---


def patient_profile(profile: pb.PatientProfile) -> patients.Profile:
    """Read and check a patient's profile."""
    return patients.Profile.checked(
        record_number=profile.record_number,
        full_name=profile.full_name,
        birth_date=profile.birth_date,
        sex=SEX.word(profile.sex),
        fitzpatrick_type=profile.fitzpatrick_type,
        contact=profile.contact,
        risk_notes=profile.risk_notes,
    )


def patient_message(row: Patient) -> pb.Patient:
    """A patient as the contract has it."""
    return pb.Patient(
        id=str(row.id),
        profile=pb.PatientProfile(
            record_number=row.record_number,
            full_name=row.full_name,
            birth_date=row.birth_date.isoformat() if row.birth_date else "",
            sex=SEX.number(row.sex),
            fitzpatrick_type=row.fitzpatrick_type or 0,
            contact=row.contact,
            risk_notes=row.risk_notes,
        ),
        version=row.version,
        created_at=_time(row.created_at),
        updated_at=_time(row.updated_at),
        archived_at=_time(row.archived_at),
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
            position=position,
            label=row.label,
            first_noted=row.first_noted.isoformat() if row.first_noted else "",
            status=LESION_STATUS.number(row.status),
        ),
        version=row.version,
        created_at=_time(row.created_at),
        updated_at=_time(row.updated_at),
        image_count=image_count,
    )


# --- Images ---


def image_message(row: Image) -> pb.Image:
    """An image's description as the contract has it."""
    return pb.Image(
        id=str(row.id),
        patient_id=str(row.patient_id),
        media_type=row.media_type,
        size=row.size,
        width=row.width,
        height=row.height,
        sha256=row.sha256,
        captured_at=_time(row.captured_at),
        created_at=_time(row.created_at),
        lesion_id=str(row.lesion_id or ""),
        quality=row.quality,
        duplicate_of=str(row.duplicate_of or ""),
    )


# --- Detections ---


def outcome(message: pb.RecordDetectionRequest | pb.FinishDetectionRequest) -> Outcome | None:
    """How assessing an image ended; None while that is open."""
    match message.WhichOneof("outcome"):
        case "finding":
            return _finding(message.finding)
        case "failure_reason":
            return Failure(message.failure_reason)
        case _:
            return None


def _finding(finding: pb.Finding) -> Finding:
    return Finding(
        label=finding.label,
        probability_malignant=finding.probability_malignant,
        confidence=finding.confidence,
        threshold=finding.threshold,
        assessable=finding.assessable,
        model_name=finding.model_name,
        model_version=finding.model_version,
        quality=list(finding.quality),
        heatmap=_heatmap(finding.heatmap) if finding.HasField("heatmap") else None,
        differential={entry.diagnosis: entry.probability for entry in finding.differential},
    )


def _heatmap(heatmap: pb.Heatmap) -> Heatmap:
    return Heatmap(
        rows=heatmap.rows,
        columns=heatmap.columns,
        values=list(heatmap.values),
        maximum=heatmap.maximum,
        target=heatmap.target,
        method=heatmap.method,
        layer=heatmap.layer,
    )


def detection_message(
    row: Detection, lesion_id: UUID | None, *, with_heatmap: bool = True
) -> pb.Detection:
    """A detection as the contract has it."""
    return pb.Detection(
        id=str(row.id),
        patient_id=str(row.patient_id),
        image_id=str(row.image_id),
        status=DETECTION_STATUS.number(row.status),
        finding=_finding_message(row, with_heatmap) if row.status == "complete" else None,
        failure_reason=row.failure_reason or "",
        created_at=_time(row.created_at),
        finished_at=_time(row.finished_at),
        lesion_id=str(lesion_id or ""),
        rediagnosis=row.rediagnosis,
        requested_by=str(row.requested_by),
    )


def _finding_message(row: Any, with_heatmap: bool) -> pb.Finding:
    # `Any`: PostgreSQL keeps these columns filled together, which their types can't say.
    heatmap = None
    if with_heatmap and row.heatmap_rows:
        heatmap = pb.Heatmap(
            rows=row.heatmap_rows,
            columns=row.heatmap_columns,
            values=row.heatmap_values,
            maximum=row.heatmap_maximum,
            target=row.heatmap_target,
            method=row.heatmap_method,
            layer=row.heatmap_layer,
        )
    return pb.Finding(
        label=row.label,
        probability_malignant=row.probability_malignant,
        confidence=row.confidence,
        threshold=row.threshold,
        assessable=row.assessable,
        quality=row.quality,
        model_name=row.model_name,
        model_version=row.model_version,
        heatmap=heatmap,
        differential=[
            pb.DifferentialDiagnosis(diagnosis=diagnosis, probability=probability)
            for diagnosis, probability in sorted(
                (row.differential or {}).items(), key=lambda entry: -entry[1]
            )
        ],
    )


# --- Reviews, notes, changes ---


def review_message(row: Review) -> pb.Review:
    """A verdict as the contract has it."""
    return pb.Review(
        id=str(row.id),
        detection_id=str(row.detection_id),
        verdict=VERDICT.number(row.verdict),
        note=row.note,
        author_id=str(row.author_id),
        created_at=_time(row.created_at),
    )


def note_message(row: Note) -> pb.Note:
    """A note as the contract has it."""
    return pb.Note(
        id=str(row.id),
        patient_id=str(row.patient_id),
        lesion_id=str(row.lesion_id or ""),
        text=row.text,
        author_id=str(row.author_id),
        created_at=_time(row.created_at),
    )


def change_message(row: Change) -> pb.Change:
    """A change as the contract has it."""
    return pb.Change(
        id=str(row.id),
        lesion_id=str(row.lesion_id or ""),
        action=row.action,
        fields=row.fields,
        author_id=str(row.author_id),
        created_at=_time(row.created_at),
    )
