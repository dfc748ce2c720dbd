"""Between the contract's messages and the rules' own types."""

from datetime import UTC, date, datetime

from dermis.patient.v1 import patient_pb2 as pb
from patient_service.detections import Finding, Heatmap
from patient_service.models import Detection, Image, Patient
from patient_service.patients import SEXES, Profile
from service_kit.clock import to_timestamp
from service_kit.errors import Code, DomainError

_STATUS = {
    "pending": pb.DETECTION_STATUS_PENDING,
    "complete": pb.DETECTION_STATUS_COMPLETE,
    "failed": pb.DETECTION_STATUS_FAILED,
}


def profile_from(message: pb.PatientProfile) -> Profile:
    """The profile that a caller gave."""
    if message.sex not in range(len(SEXES)):
        raise DomainError(
            Code.INVALID_ARGUMENT, "INVALID_PATIENT", "Unknown sex.", metadata={"field": "sex"}
        )
    return Profile(
        record_number=message.record_number,
        full_name=message.full_name,
        birth_date=message.birth_date,
        sex=SEXES[message.sex],
        fitzpatrick_type=message.fitzpatrick_type,
        contact=message.contact,
        notes=message.notes,
    )


def patient_message(patient: Patient) -> pb.Patient:
    """A patient as the contract says it."""
    return pb.Patient(
        id=str(patient.id),
        profile=pb.PatientProfile(
            record_number=patient.record_number,
            full_name=patient.full_name,
            birth_date=_iso(patient.birth_date),
            sex=pb.Sex.ValueType(SEXES.index(patient.sex)),
            fitzpatrick_type=patient.fitzpatrick_type or 0,
            contact=patient.contact,
            notes=patient.notes,
        ),
        version=patient.version,
        created_at=to_timestamp(patient.created_at),
        updated_at=to_timestamp(patient.updated_at),
    )


def image_message(image: Image) -> pb.Image:
    """An image as the contract says it."""
    return pb.Image(
        id=str(image.id),
        patient_id=str(image.patient_id),
        media_type=image.media_type,
        size=image.size,
        width=image.width,
        height=image.height,
        sha256=image.sha256,
        captured_at=to_timestamp(image.captured_at) if image.captured_at else None,
        created_at=to_timestamp(image.created_at),
    )


def finding_from(message: pb.Finding) -> Finding:
    """The model's answer that a caller passed on."""
    grid = message.heatmap
    return Finding(
        label=message.label,
        probability_malignant=message.probability_malignant,
        confidence=message.confidence,
        threshold=message.threshold,
        assessable=message.assessable,
        model_name=message.model_name,
        model_version=message.model_version,
        heatmap=Heatmap(
            grid.rows, grid.columns, list(grid.values), grid.target, grid.method, grid.layer
        ),
        quality=list(message.quality),
    )


def detection_message(detection: Detection) -> pb.Detection:
    """A detection as the contract says it."""
    return pb.Detection(
        id=str(detection.id),
        patient_id=str(detection.patient_id),
        image_id=str(detection.image_id),
        status=_STATUS[detection.status],
        finding=_finding_message(detection) if detection.status == "complete" else None,
        failure_reason=detection.failure_reason or "",
        created_at=to_timestamp(detection.created_at),
        finished_at=to_timestamp(detection.finished_at) if detection.finished_at else None,
    )


def captured_at(header: pb.ImageHeader) -> datetime | None:
    """When the photo was taken, as the caller said."""
    if not header.HasField("captured_at"):
        return None
    return header.captured_at.ToDatetime(tzinfo=UTC)


def _finding_message(detection: Detection) -> pb.Finding:
    return pb.Finding(
        label=detection.label or "",
        probability_malignant=detection.probability_malignant or 0,
        confidence=detection.confidence or 0,
        threshold=detection.threshold or 0,
        assessable=bool(detection.assessable),
        quality=detection.quality,
        model_name=detection.model_name or "",
        model_version=detection.model_version or "",
        heatmap=pb.Heatmap(**(detection.heatmap or {})),
    )


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
