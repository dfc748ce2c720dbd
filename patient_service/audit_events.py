"""What the audit records, by name."""

from enum import StrEnum


class Event(StrEnum):
    """What happened. The part before the dot is its kind."""

    PATIENT_CREATED = "patient.created"
    PATIENT_VIEWED = "patient.viewed"
    PATIENT_UPDATED = "patient.updated"
    PATIENT_ARCHIVED = "patient.archived"
    PATIENT_RESTORED = "patient.restored"
    PATIENT_ERASED = "patient.erased"
    PATIENTS_LISTED = "patients.listed"
    TIMELINE_VIEWED = "timeline.viewed"
    LESION_CREATED = "lesion.created"
    LESION_UPDATED = "lesion.updated"
    LESIONS_LISTED = "lesions.listed"
    IMAGE_ADDED = "image.added"
    IMAGE_VIEWED = "image.viewed"
    IMAGE_MOVED = "image.moved"
    IMAGES_LISTED = "images.listed"
    IMAGES_COMPARED = "images.compared"
    DETECTION_RECORDED = "detection.recorded"
    DETECTION_FINISHED = "detection.finished"
    DETECTION_VIEWED = "detection.viewed"
    DETECTIONS_LISTED = "detections.listed"
    REVIEW_ADDED = "review.added"
    NOTE_ADDED = "note.added"
    NOT_FOUND = "refused.not_found"
    AUDIT_VIEWED = "audit.viewed"
    AUDIT_VERIFIED = "audit.verified"
