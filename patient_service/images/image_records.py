"""Everything that was said of one image: the models' answers and the clinicians' verdicts."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from patient_service.audit import trail
from patient_service.audit.events import Event
from patient_service.detections.answers import DetectionWithLesion, without_heatmap
from patient_service.images import stored_images
from patient_service.models import Detection, Image
from patient_service.verdicts import reviews
from patient_service.verdicts.reviews import GivenReview


@dataclass(frozen=True, slots=True)
class ImageRecord:
    """An image with its detections, without heatmaps, and its reviews; both newest first.

    `also_of` is another patient of the clinic who has a photo of the same bytes.
    """

    image: Image
    detections: Sequence[DetectionWithLesion]
    reviews: Sequence[GivenReview]
    also_of: UUID | None

    @property
    def standing(self) -> GivenReview | None:
        """The verdict that stands."""
        return reviews.standing(self.reviews)


async def view(session: AsyncSession, image_id: UUID) -> ImageRecord:
    """An image's record, shown to the caller.

    Raises:
        DomainError: NOT_FOUND / IMAGE_NOT_FOUND.
    """
    image = await stored_images.find(session, image_id)
    query = without_heatmap().where(col(Detection.image_id) == image_id)
    answers = (await session.exec(query.order_by(col(Detection.id).desc()))).all()
    also_of = await stored_images.also_of(session, image)
    record = ImageRecord(image, answers, await reviews.of_image(session, image_id), also_of)
    await trail.append(
        session,
        Event.IMAGE_VIEWED,
        patient_id=image.patient_id,
        subject_id=image.id,
        what="record",
    )
    return record
