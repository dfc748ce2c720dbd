"""Stored images: found, viewed, listed."""

from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, inspect, text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from patient_service import lesions
from patient_service.audit import trail
from patient_service.audit.events import Event
from patient_service.models import Image
from patient_service.patients import profiles
from service_kit.database import Database
from service_kit.errors import DomainError
from service_kit.paging import Page, cut, id_position
from service_kit.pipelines import Statement
from service_kit.reasons import Reason


async def find(session: AsyncSession, image_id: UUID) -> Image:
    """An image of the caller's clinic, not audited: for use inside rules.

    Raises:
        DomainError: NOT_FOUND / IMAGE_NOT_FOUND, for another clinic's image too.
    """
    image = await session.get(Image, image_id)
    if image is None:
        raise await trail.not_found(session, Reason.IMAGE_NOT_FOUND, image_id)
    return image


async def find_of(session: AsyncSession, patient_id: UUID, image_id: UUID) -> Image:
    """An image of this patient.

    Raises:
        DomainError: NOT_FOUND / IMAGE_NOT_FOUND, for another patient's image too.
    """
    image = await find(session, image_id)
    if image.patient_id != patient_id:
        raise await trail.not_found(session, Reason.IMAGE_NOT_FOUND, image_id)
    return image


async def hold(
    session: AsyncSession, image_id: UUID, *others: UUID, exclusively: bool = False
) -> Image:
    """An image that stays where it is until this transaction ends.

    Its patient is held first, as everywhere, so that nobody waits in a circle.

    Args:
        session: the caller's transaction.
        image_id: which image.
        others: patients to hold along with its own.
        exclusively: nobody else may hold it, either.

    Raises:
        DomainError: as `find` and `patients.find`; FAILED_PRECONDITION / PATIENT_ARCHIVED;
            ABORTED / VERSION_CONFLICT where it was moved meanwhile.
    """
    image = await find(session, image_id)
    held = sorted({image.patient_id, *others})
    for patient_id in held:
        await profiles.hold_active(session, patient_id)
    query = select(Image).where(col(Image.id) == image_id).with_for_update(read=not exclusively)
    image = (await session.exec(query.execution_options(populate_existing=True))).one()
    if image.patient_id not in held:
        raise profiles.version_conflict(image.version)
    return image


async def also_of(session: AsyncSession, image: Image) -> UUID | None:
    """Another patient of the clinic who has a photo of the same bytes."""
    found = await (await session.connection()).execute(_ALSO_OF, {"image_id": image.id})
    other: UUID | None = found.scalar()
    return other


def _neighbour(comparison: str, order: str) -> str:
    return f"""(
        SELECT other.patient_id FROM images other
        WHERE other.clinic_id = image.clinic_id AND other.sha256 = image.sha256
            AND other.patient_id {comparison} image.patient_id AND other.voided_at IS NULL
        ORDER BY other.patient_id {order} LIMIT 1
    )"""  # noqa: S608  put together from constants


# Of a row `image`: the next patient in the index, on one side or the other. With "another than this
# one", PostgreSQL would read every copy that the patient has.
ALSO_OF = f"coalesce({_neighbour('<', 'DESC')}, {_neighbour('>', 'ASC')})"
_ALSO_OF = text(f"SELECT {ALSO_OF} FROM images image WHERE id = :image_id")  # noqa: S608  a constant


def refuse_voided(image: Image) -> None:
    """Refuse to say or change anything of a photo that was entered in error.

    Raises:
        DomainError: FAILED_PRECONDITION / IMAGE_VOIDED.
    """
    if image.voided_at is not None:
        raise DomainError(Reason.IMAGE_VOIDED)


# An image that is shown to the caller, in one round trip; `view` refuses where there is none.
VIEW = trail.Shown.of(
    select(Image).where(col(Image.id) == bindparam("image_id")),
    Event.IMAGE_VIEWED,
    patient_id="patient_id",
    subject_id="id",
)


async def view(session: AsyncSession, image_id: UUID, *, what: str) -> Image:
    """An image, shown to the caller.

    Args:
        session: the caller's transaction.
        image_id: which image.
        what: "original", "thumbnail", "file as sent" or "description", for the audit.

    Raises:
        DomainError: as `find`.
    """
    image = await find(session, image_id)
    await trail.append(
        session, Event.IMAGE_VIEWED, patient_id=image.patient_id, subject_id=image.id, what=what
    )
    return image


async def page(
    database: Database,
    patient_id: UUID,
    *,
    lesion_id: UUID | None = None,
    unsorted: bool = False,
    overviews: bool = False,
    voided: bool = False,
    size: int,
    position: str | None,
) -> Page[Any]:
    """A patient's images by when they were taken, newest first.

    All, one lesion's, those in the unsorted tray, or overviews; those entered in error only if
    asked for.

    Raises:
        DomainError: NOT_FOUND / PATIENT_NOT_FOUND, LESION_NOT_FOUND.
    """
    last = id_position(position)
    by_lesion = lesion_id is not None
    rows_of = _rows(
        by_lesion=by_lesion,
        unsorted=unsorted,
        overviews=overviews,
        voided=voided,
        goes_on=bool(last),
    )
    given: dict[str, Any] = {"patient_id": patient_id, "of_lesion": lesion_id}
    shown = lesions.listed(Event.IMAGES_LISTED, by_lesion=by_lesion)
    rows, places = await database.at_once(
        rows_of.given(**given, last=last, most=size + 1), shown.to(**given)
    )
    if not places:
        await lesions.refuse_list(database, patient_id, lesion_id)
    return cut(rows, size, lambda image: str(image.taken_key))


@cache
def _rows(
    *, by_lesion: bool, unsorted: bool, overviews: bool, voided: bool, goes_on: bool
) -> Statement:
    error = col(Image.voided_at)
    query: Any = select(*inspect(Image).columns).where(
        col(Image.patient_id) == bindparam("patient_id"),
        error.is_not(None) if voided else error.is_(None),
    )
    if by_lesion:
        query = query.where(col(Image.lesion_id) == bindparam("of_lesion"))
    if unsorted:
        query = query.where(col(Image.lesion_id).is_(None), col(Image.overview_site).is_(None))
    if overviews:
        query = query.where(col(Image.overview_site).is_not(None))
    if goes_on:
        query = query.where(col(Image.taken_key) < bindparam("last"))
    return Statement.of(query.order_by(col(Image.taken_key).desc()).limit(bindparam("most")))
