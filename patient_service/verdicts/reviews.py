"""Reviews: clinicians' verdicts on an image, appended and never changed.

The newest that is neither replaced nor a withdrawal stands, whatever a model answers later
(docs/decisions/0041-the-verdict-belongs-to-the-photo.md).
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, bindparam, func, inspect
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from patient_service.audit import trail
from patient_service.audit.events import Event
from patient_service.detections import answers
from patient_service.images import stored_images
from patient_service.models import Detection, Review
from patient_service.verdicts.verdict_fields import WITHDRAWN, Content
from service_kit.errors import DomainError
from service_kit.pipelines import Statement
from service_kit.principal import current_principal
from service_kit.reasons import Reason


@dataclass(frozen=True, slots=True)
class GivenReview:
    """A verdict, what became of it, and the answer that it was given on.

    Attributes:
        review: its row.
        replaced_by: the verdict that corrects or withdraws it; None while none does.
        label, probability_malignant, assessable, model_name, model_version: of the answer; None
            where the model had not answered.
    """

    review: Review
    replaced_by: UUID | None
    label: str | None
    probability_malignant: float | None
    assessable: bool | None
    model_name: str | None
    model_version: str | None

    @property
    def stands(self) -> bool:
        """Whether it says something that nobody has taken back."""
        return self.replaced_by is None and self.review.verdict != WITHDRAWN


def given(*of_review: Any) -> Any:
    """A query of reviews; each row makes a `GivenReview`.

    Args:
        of_review: columns, in place of the whole row as the ORM's object (see `from_row`).
    """
    later: Any = aliased(Review)
    columns: tuple[Any, ...] = (
        *(of_review or (Review,)),
        later.id.label("replaced_by"),
        Detection.label,
        Detection.probability_malignant,
        Detection.assessable,
        Detection.model_name,
        Detection.model_version,
    )
    return (
        select(*columns)
        .join(Detection, col(Detection.id) == col(Review.detection_id))
        .outerjoin(later, later.replaces == col(Review.id))
    )


async def add(
    session: AsyncSession, detection_id: UUID, content: Content, replaces: UUID | None = None
) -> GivenReview:
    """Add a verdict on an image, given on one of its detections.

    Args:
        session: the caller's transaction.
        detection_id: the answer that the clinician saw.
        content: what it says.
        replaces: the verdict that it corrects or withdraws.

    Raises:
        DomainError: NOT_FOUND with DETECTION_NOT_FOUND or REVIEW_NOT_FOUND; FAILED_PRECONDITION
            with DETECTION_NOT_COMPLETE, NOTHING_TO_AGREE_WITH, PATIENT_ARCHIVED, IMAGE_VOIDED or
            REVIEW_REPLACED; INVALID_ARGUMENT / WITHDRAWAL_SAYS_MORE for a withdrawal of nothing.
    """
    detection = await answers.find(session, detection_id)
    if content.verdict == "agrees" and detection.status != "complete":
        raise DomainError(Reason.DETECTION_NOT_COMPLETE)
    if content.verdict == "agrees" and not detection.assessable:
        raise DomainError(Reason.NOTHING_TO_AGREE_WITH)
    image = await stored_images.hold(session, detection.image_id)
    stored_images.refuse_voided(image)
    if replaces:
        await _check_stands(session, detection.image_id, replaces)
    elif content.verdict == WITHDRAWN:
        raise DomainError(Reason.WITHDRAWAL_SAYS_MORE, metadata={"field": "replaces"})
    review = Review(
        clinic_id=image.clinic_id,
        patient_id=image.patient_id,
        image_id=image.id,
        detection_id=detection_id,
        replaces=replaces,
        author_id=current_principal().user_id,
        **asdict(content),
    )
    session.add(review)
    await _flush(session)
    await trail.append(
        session, Event.REVIEW_ADDED, patient_id=review.patient_id, subject_id=review.id
    )
    return _on(detection, review)


def from_row(row: Any) -> GivenReview:
    """A verdict from a row that `given` has read by columns."""
    return GivenReview(
        review=row,
        replaced_by=row.replaced_by,
        label=row.label,
        probability_malignant=row.probability_malignant,
        assessable=row.assessable,
        model_name=row.model_name,
        model_version=row.model_version,
    )


# The verdicts on the image of a detection, newest first, and chosen ones.
OF_DETECTION = Statement.of(
    given(*inspect(Review).columns)
    .where(
        col(Review.image_id)
        == select(Detection.image_id)
        .where(col(Detection.id) == bindparam("detection_id"))
        .scalar_subquery()
    )
    .order_by(col(Review.id).desc())
)
CHOSEN = Statement.of(
    given(*inspect(Review).columns).where(
        col(Review.id) == func.any(bindparam("chosen", type_=ARRAY(Uuid)))
    )
)


async def of_image(session: AsyncSession, image_id: UUID) -> Sequence[GivenReview]:
    """An image's verdicts, newest first, corrected and withdrawn ones too."""
    query = given().where(col(Review.image_id) == image_id).order_by(col(Review.id).desc())
    return [GivenReview(*row) for row in (await session.exec(query)).all()]


async def standing_on(session: AsyncSession, image_id: UUID) -> GivenReview | None:
    """The verdict that stands on an image."""
    return standing(await of_image(session, image_id))


def standing(newest_first: Sequence[GivenReview]) -> GivenReview | None:
    """The one of an image's verdicts that stands."""
    return next((review for review in newest_first if review.stands), None)


async def _check_stands(session: AsyncSession, image_id: UUID, review_id: UUID) -> None:
    """Refuse to replace what isn't there, is of another image, or has been replaced already."""
    known = {one.review.id: one for one in await of_image(session, image_id)}
    if review_id not in known:
        raise await trail.not_found(session, Reason.REVIEW_NOT_FOUND, review_id)
    if not known[review_id].stands:
        raise DomainError(Reason.REVIEW_REPLACED)


async def _flush(session: AsyncSession) -> None:
    try:
        await session.flush()
    except IntegrityError as error:
        # Two at once: the second waits for the first one's row, and finds it replaced.
        if "reviews_replaced_once" not in str(error.orig):
            raise
        raise DomainError(Reason.REVIEW_REPLACED) from None


def _on(detection: Detection, review: Review) -> GivenReview:
    return GivenReview(
        review=review,
        replaced_by=None,
        label=detection.label,
        probability_malignant=detection.probability_malignant,
        assessable=detection.assessable,
        model_name=detection.model_name,
        model_version=detection.model_version,
    )
