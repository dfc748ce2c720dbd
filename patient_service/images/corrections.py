"""Photos put right: moved, dated, marked as entered in error, restored.

Detections and reviews go with their photo by cascading keys (migration 0015): in one statement, so
that nothing is ever half moved. Whoever corrects a photo holds its patients, then the photo, then
its detections, in this order; everybody else who holds several of them does so too. See
docs/decisions/0042-corrections-are-part-of-the-record.md.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from patient_service import lesions
from patient_service.audit import trail
from patient_service.audit.events import Event
from patient_service.fields.text_fields import checked_text
from patient_service.images import stored_images
from patient_service.models import Detection, Image
from patient_service.overviews import pins
from patient_service.overviews.regions import OverviewRegion, refuse_overview, require_overview
from patient_service.patients import change_history, profiles
from service_kit.clock import CLOCK_SKEW, now
from service_kit.errors import DomainError
from service_kit.principal import current_principal
from service_kit.reasons import Reason

MAX_REASON_LENGTH = 500
RESTORABLE_FOR = timedelta(days=30)
EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Correction:
    """What is to be changed of a photo; None stays.

    Attributes:
        patient_id: whom it shows.
        lesion_id: which lesion of that patient.
        unsorted: it belongs to no lesion.
        captured_at: when it was taken.
        overview: which part of the body an overview photo shows.
    """

    patient_id: UUID | None = None
    lesion_id: UUID | None = None
    unsorted: bool = False
    captured_at: datetime | None = None
    overview: OverviewRegion | None = None

    def check(self) -> None:
        """Refuse a time at which no photo can have been taken.

        Raises:
            DomainError: INVALID_ARGUMENT with CAPTURED_IN_FUTURE or CAPTURED_TOO_EARLY; as
                `OverviewRegion.check`.
        """
        if self.overview:
            self.overview.check()
        if self.captured_at and self.captured_at > now() + CLOCK_SKEW:
            raise DomainError(Reason.CAPTURED_IN_FUTURE, metadata={"field": "captured_at"})
        if self.captured_at and self.captured_at < EARLIEST:
            raise DomainError(Reason.CAPTURED_TOO_EARLY, metadata={"field": "captured_at"})


async def correct(
    session: AsyncSession, image_id: UUID, correction: Correction, version: int = 0
) -> Image:
    """Change where a photo belongs or when it was taken.

    Args:
        session: the caller's transaction.
        image_id: which photo.
        correction: what to change, checked.
        version: that the caller has seen; 0 for whichever there is.

    Raises:
        DomainError: NOT_FOUND with IMAGE_NOT_FOUND, PATIENT_NOT_FOUND or LESION_NOT_FOUND;
            FAILED_PRECONDITION with PATIENT_ARCHIVED, IMAGE_VOIDED, IMAGE_IS_OVERVIEW or
            IMAGE_NOT_OVERVIEW; ABORTED / VERSION_CONFLICT; as `Correction.check`.
    """
    correction.check()
    target = [correction.patient_id] if correction.patient_id else []
    image = await _held(session, image_id, version, *target)
    stored_images.refuse_voided(image)
    if correction.lesion_id:
        # A lesion of another clinic is still said not to be found.
        await lesions.find_of(
            session, correction.patient_id or image.patient_id, correction.lesion_id
        )
        refuse_overview(image)
    if correction.overview:
        require_overview(image)
        await _show(session, image, correction.overview)
    if correction.captured_at:
        await _date(session, image, correction.captured_at)
    if correction.patient_id and correction.patient_id != image.patient_id:
        await _move_to_patient(session, image, correction.patient_id, correction.lesion_id)
    elif correction.lesion_id or correction.unsorted:
        await _move_to_lesion(session, image, correction.lesion_id)
    return image


async def void(session: AsyncSession, image_id: UUID, reason: str, version: int = 0) -> Image:
    """Mark a photo as entered in error: it leaves every list.

    Raises:
        DomainError: as `correct`; INVALID_ARGUMENT, as `text_fields.checked_text`.
    """
    reason = checked_text(reason, "reason", limit=MAX_REASON_LENGTH, required=True, lines=True)
    image = await _held(session, image_id, version)
    stored_images.refuse_voided(image)
    image.voided_at, image.void_reason = now(), reason
    image.voided_by = current_principal().user_id
    image.version += 1
    await _record(session, image, "image_voided", Event.IMAGE_VOIDED)
    return image


async def restore(session: AsyncSession, image_id: UUID) -> Image:
    """Take back that a photo was entered in error; nothing happens to one that isn't marked.

    Raises:
        DomainError: as `correct`; FAILED_PRECONDITION / RESTORE_TOO_LATE.
    """
    image = await _held(session, image_id, 0)
    if image.voided_at is None:
        return image
    if image.voided_at + RESTORABLE_FOR < now():
        raise DomainError(Reason.RESTORE_TOO_LATE)
    image.voided_at = image.void_reason = image.voided_by = None
    image.version += 1
    await _record(session, image, "image_restored", Event.IMAGE_RESTORED)
    return image


async def _held(session: AsyncSession, image_id: UUID, version: int, *others: UUID) -> Image:
    """A photo that nobody else corrects or reviews until this transaction ends."""
    image = await stored_images.hold(session, image_id, *others, exclusively=True)
    if version and version != image.version:
        raise profiles.version_conflict(image.version)
    return image


async def _date(session: AsyncSession, image: Image, captured_at: datetime) -> None:
    # A sender's clock may be ahead, but nothing was taken after now.
    captured_at = min(captured_at, now())
    if image.captured_at == captured_at:
        return
    image.captured_at = captured_at
    image.version += 1
    await _record(session, image, "image_corrected", Event.IMAGE_CORRECTED, ["captured_at"])


async def _show(session: AsyncSession, image: Image, overview: OverviewRegion) -> None:
    if not overview.write_to(image):
        return
    image.version += 1
    await _record(session, image, "image_corrected", Event.IMAGE_CORRECTED, ["region"])


async def _move_to_lesion(session: AsyncSession, image: Image, lesion_id: UUID | None) -> None:
    if image.lesion_id == lesion_id:
        return
    image.lesion_id = lesion_id
    image.version += 1
    await _record(session, image, "image_moved", Event.IMAGE_MOVED)


async def _move_to_patient(
    session: AsyncSession, image: Image, patient_id: UUID, lesion_id: UUID | None
) -> None:
    # Who finishes a detection holds it, then waits for the worklist, which the move writes too.
    of_image = select(Detection.id).where(col(Detection.image_id) == image.id)
    await session.exec(of_image.order_by(col(Detection.id)).with_for_update())
    former = image.patient_id
    await pins.remove_all(session, image.id)
    change_history.record(
        session, "image_left", clinic_id=image.clinic_id, patient_id=former,
        lesion_id=image.lesion_id,
    )  # fmt: skip
    image.duplicate_of = await _first_like(session, patient_id, image)
    image.patient_id, image.lesion_id = patient_id, lesion_id
    image.version += 1
    await session.flush()
    # What was said of it has gone along, past the objects that this session knows.
    session.expire_all()
    await session.refresh(image)
    change_history.record(
        session, "image_arrived", clinic_id=image.clinic_id, patient_id=patient_id,
        lesion_id=lesion_id,
    )  # fmt: skip
    # Both patients' audits name the other, by identifier.
    for whose in (former, patient_id):
        await trail.append(
            session,
            Event.IMAGE_MOVED,
            patient_id=whose,
            subject_id=image.id,
            moved_from=str(former),
            moved_to=str(patient_id),
        )


async def _first_like(session: AsyncSession, patient_id: UUID, image: Image) -> UUID | None:
    """The patient's first other photo with the same stored bytes."""
    query = select(Image.id).where(
        col(Image.patient_id) == patient_id,
        col(Image.sha256) == image.sha256,
        col(Image.id) != image.id,
        col(Image.voided_at).is_(None),
    )
    return (await session.exec(query.order_by(col(Image.id)).limit(1))).first()


async def _record(
    session: AsyncSession,
    image: Image,
    action: change_history.Action,
    event: Event,
    fields: list[str] | None = None,
) -> None:
    change_history.record(
        session,
        action,
        clinic_id=image.clinic_id,
        patient_id=image.patient_id,
        lesion_id=image.lesion_id,
        fields=fields or [],
    )
    await trail.append(session, event, patient_id=image.patient_id, subject_id=image.id)
