"""Reviews: clinicians' verdicts on a detection, appended and never changed."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from patient_service import audit, detections, patients
from patient_service.audit_events import Event
from patient_service.models import Review
from patient_service.text_fields import checked_text
from service_kit.errors import DomainError
from service_kit.principal import current_principal
from service_kit.reasons import Reason

MAX_NOTE_LENGTH = 4000


async def add(session: AsyncSession, detection_id: UUID, verdict: str, note: str) -> Review:
    """Add a verdict to a complete detection.

    Raises:
        DomainError: NOT_FOUND / DETECTION_NOT_FOUND; FAILED_PRECONDITION with
            DETECTION_NOT_COMPLETE, NOTHING_TO_AGREE_WITH or PATIENT_ARCHIVED; INVALID_ARGUMENT /
            VERDICT_REQUIRED, or as `text_fields.checked_text`.
    """
    if not verdict:
        raise DomainError(Reason.VERDICT_REQUIRED, metadata={"field": "verdict"})
    note = checked_text(note, "note", limit=MAX_NOTE_LENGTH, lines=True)
    detection = await detections.find(session, detection_id)
    if detection.status != "complete":
        raise DomainError(Reason.DETECTION_NOT_COMPLETE)
    if verdict == "agrees" and not detection.assessable:
        raise DomainError(Reason.NOTHING_TO_AGREE_WITH)
    await patients.find_active(session, detection.patient_id)
    review = Review(
        clinic_id=detection.clinic_id,
        patient_id=detection.patient_id,
        detection_id=detection_id,
        verdict=verdict,
        note=note,
        author_id=current_principal().user_id,
    )
    session.add(review)
    await audit.append(
        session, Event.REVIEW_ADDED, patient_id=review.patient_id, subject_id=review.id
    )
    return review


async def of_detection(session: AsyncSession, detection_id: UUID) -> Sequence[Review]:
    """A detection's verdicts, oldest first."""
    query = select(Review).where(col(Review.detection_id) == detection_id)
    return (await session.exec(query.order_by(col(Review.id)))).all()
