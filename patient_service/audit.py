"""The audit of the record: every view and change, in the transaction that did it."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from patient_service.models import AuditEvent
from service_kit import audit_chain
from service_kit.database import current_session


class Event(StrEnum):
    """What can happen to a record."""

    PATIENT_CREATED = "patient.created"
    PATIENT_VIEWED = "patient.viewed"
    PATIENT_CHANGED = "patient.changed"
    PATIENTS_LISTED = "patients.listed"
    IMAGE_ADDED = "image.added"
    IMAGE_VIEWED = "image.viewed"
    DETECTION_RECORDED = "detection.recorded"
    DETECTION_VIEWED = "detection.viewed"
    DETECTIONS_LISTED = "detections.listed"
    DETECTION_FINISHED = "detection.finished"
    REFUSED_NOT_FOUND = "refused.not_found"


async def record(event: Event, patient_id: UUID | None = None, **detail: Any) -> None:
    """Write one event about one patient; the caller and the request are known from the context."""
    await audit_chain.append(current_session(), AuditEvent, event, subject_id=patient_id, **detail)
