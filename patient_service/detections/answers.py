"""Detections: pending at first, then complete or failed for good."""

from datetime import timedelta
from functools import cache
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb
from sqlalchemy import bindparam, inspect, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import defer
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from patient_service import lesions
from patient_service.audit import trail
from patient_service.audit.events import Event
from patient_service.detections import subjects
from patient_service.detections.findings import OUTCOME_COLUMNS, Outcome, finished_columns
from patient_service.images import stored_images
from patient_service.models import Detection, Image, Lesion, Patient
from patient_service.overviews.regions import refuse_overview
from patient_service.patients import profiles
from service_kit.clock import now
from service_kit.database import Database
from service_kit.ids import new_id
from service_kit.paging import Page, cut, id_position
from service_kit.pipelines import Statement, column_names
from service_kit.principal import current_principal
from service_kit.reasons import Reason

# How long the uploader has to record the outcome before completion takes over: longer than the
# gateway may wait for the model (20 s) and then record (5 s), but not by much, since a clinician is
# waiting for it.
OUTCOME_WITHIN = timedelta(seconds=30)

# A detection, and the lesion that its image shows now.
DetectionWithLesion = tuple[Detection, UUID | None]


def awaiting_outcome(image: Image, *, is_due: bool = False) -> Detection:
    """A new image's own detection: pending, and due at once or if nobody records its outcome."""
    return Detection(
        clinic_id=image.clinic_id,
        patient_id=image.patient_id,
        image_id=image.id,
        status="pending",
        requested_by=image.uploaded_by,
        created_at=image.created_at,
        due_at=image.created_at if is_due else image.created_at + OUTCOME_WITHIN,
    )


async def record(
    session: AsyncSession, image_id: UUID, outcome: Outcome | None, *, rediagnosis: bool
) -> DetectionWithLesion:
    """Record how assessing an image ended, or without an outcome that the model is still to answer.

    An upload has one detection of its own: while pending it takes the outcome (`finishing`, which
    comes first), or becomes due at once without one; a finished one stays and is returned. A
    reassessment makes a new detection.

    Raises:
        DomainError: NOT_FOUND / IMAGE_NOT_FOUND; INVALID_ARGUMENT, as `finished_columns`;
            FAILED_PRECONDITION / IMAGE_IS_OVERVIEW, and with PATIENT_ARCHIVED or IMAGE_VOIDED for
            a reassessment.
    """
    finish = finished_columns(outcome) if outcome else None
    if rediagnosis:
        image = await stored_images.hold(session, image_id)
        stored_images.refuse_voided(image)
    else:
        image = await stored_images.find(session, image_id)
    refuse_overview(image)
    detection = await _insert(session, image, finish, rediagnosis)
    if detection is None:
        if not finish:
            await _make_due(session, image_id)
        return (await session.exec(_of_upload(image_id))).one(), image.lesion_id
    await trail.append(
        session,
        Event.DETECTION_RECORDED,
        patient_id=detection.patient_id,
        subject_id=detection.id,
        status=detection.status,
    )
    return detection, image.lesion_id


async def of_upload(session: AsyncSession, image_id: UUID) -> Detection | None:
    """The detection that came with an image's upload."""
    return (await session.exec(_of_upload(image_id))).first()


async def newest_of(session: AsyncSession, image_id: UUID) -> Detection | None:
    """The newest detection of an image."""
    query = select(Detection).where(col(Detection.image_id) == image_id)
    return (await session.exec(query.order_by(col(Detection.id).desc()).limit(1))).first()


async def find(session: AsyncSession, detection_id: UUID) -> Detection:
    """A detection of the caller's clinic, not audited: for use inside rules.

    Raises:
        DomainError: NOT_FOUND / DETECTION_NOT_FOUND, for another clinic's detection too.
    """
    detection = await session.get(Detection, detection_id)
    if detection is None:
        raise await trail.not_found(session, Reason.DETECTION_NOT_FOUND, detection_id)
    return detection


@cache
def view() -> trail.Shown:
    """A detection with what its photo shows (`subjects.of_row`), shown to the caller."""
    columns: tuple[Any, ...] = (*inspect(Detection).columns, *subjects.COLUMNS)
    query = (
        select(*columns)
        .join(Image, col(Image.id) == col(Detection.image_id))
        .join(Patient, col(Patient.id) == col(Detection.patient_id))
        .outerjoin(Lesion, col(Lesion.id) == col(Image.lesion_id))
        .where(col(Detection.id) == bindparam("detection_id"))
    )
    return trail.Shown.of(query, Event.DETECTION_VIEWED, patient_id="patient_id", subject_id="id")


async def page(
    database: Database,
    patient_id: UUID,
    *,
    lesion_id: UUID | None = None,
    image_id: UUID | None = None,
    size: int,
    position: str | None,
) -> Page[DetectionWithLesion]:
    """A patient's detections, newest first, without heatmaps: all, a lesion's or an image's.

    Raises:
        DomainError: NOT_FOUND / PATIENT_NOT_FOUND, LESION_NOT_FOUND, IMAGE_NOT_FOUND.
    """
    last = id_position(position)
    rows_of, shown = _page_statements(
        by_lesion=lesion_id is not None, by_image=image_id is not None, goes_on=last is not None
    )
    given: dict[str, Any] = {
        "patient_id": patient_id, "of_lesion": lesion_id, "of_image": image_id,
    }  # fmt: skip
    rows, places = await database.at_once(
        rows_of.given(**given, last_id=last, most=size + 1), shown.to(**given)
    )
    if not places:
        await _refuse_page(database, patient_id, lesion_id, image_id)
    return cut([(row, row.lesion_id) for row in rows], size, lambda row: str(row[0].id))


@cache
def _page_statements(
    *, by_lesion: bool, by_image: bool, goes_on: bool
) -> tuple[Statement, trail.Shown]:
    """The rows of a page, and its place, a row only where the caller's clinic has it."""
    columns = [c for c in inspect(Detection).columns if c.key != "heatmap_values"]
    query: Any = select(*columns, Image.lesion_id).join(  # type: ignore[call-overload]  # more columns than SQLModel types
        Image, col(Image.id) == col(Detection.image_id)
    )
    query = query.where(
        col(Detection.patient_id) == bindparam("patient_id"), col(Image.voided_at).is_(None)
    )
    place = select(Patient.id).where(col(Patient.id) == bindparam("patient_id"))
    if by_lesion:
        query = query.where(col(Image.lesion_id) == bindparam("of_lesion"))
        place = place.join(Lesion, col(Lesion.patient_id) == col(Patient.id)).where(
            col(Lesion.id) == bindparam("of_lesion")
        )
    if by_image:
        query = query.where(col(Detection.image_id) == bindparam("of_image"))
        place = place.join(Image, col(Image.patient_id) == col(Patient.id)).where(
            col(Image.id) == bindparam("of_image")
        )
    if goes_on:
        query = query.where(col(Detection.id) < bindparam("last_id"))
    query = query.order_by(col(Detection.id).desc()).limit(bindparam("most"))
    return Statement.of(query), trail.Shown.of(place, Event.DETECTIONS_LISTED, patient_id="id")


async def _refuse_page(
    database: Database, patient_id: UUID, lesion_id: UUID | None, image_id: UUID | None
) -> None:
    async with database.session() as session:
        await profiles.find(session, patient_id)
        if lesion_id:
            await lesions.find_of(session, patient_id, lesion_id)
        if image_id:
            await stored_images.find_of(session, patient_id, image_id)


def without_heatmap() -> Any:
    """Detections with the lesion their image shows, for lists: the heatmap isn't read."""
    return (
        select(Detection, Image.lesion_id)
        .join(Image, col(Image.id) == col(Detection.image_id))
        .options(defer(Detection.heatmap_values))  # type: ignore[arg-type]  # SQLModel types a column as its value
    )


def _new(image: Image, *, rediagnosis: bool = False) -> dict[str, Any]:
    return {
        "id": new_id(),
        "clinic_id": image.clinic_id,
        "patient_id": image.patient_id,
        "image_id": image.id,
        "rediagnosis": rediagnosis,
        "requested_by": current_principal().user_id,
        "created_at": now(),
        "attempts": 0,
    }


# Every upload takes this path: one round trip finishes the detection and audits it.
_FINISH_PENDING = f"""
    WITH detection AS (
        UPDATE detections
        SET finished_at = %(finished_at)s, due_at = NULL, lease = NULL,
            {", ".join(f"{name} = %({name})s" for name in OUTCOME_COLUMNS)}
        WHERE image_id = %(of_image)s AND NOT rediagnosis AND status = 'pending'
        RETURNING {column_names(Detection)}
    )
    SELECT detection.*, images.lesion_id
    FROM detection JOIN images ON images.id = detection.image_id
"""  # noqa: S608  names of columns

_FINISHED = trail.appending("""
    SELECT patient_id, id AS subject_id, jsonb_build_object('status', status) AS detail
    FROM detections
    WHERE image_id = %(of_image)s AND NOT rediagnosis AND xmin = pg_current_xact_id()::xid
""")


def finishing(image_id: UUID, outcome: Outcome) -> tuple[Statement, Statement]:
    """Give an upload's own pending detection its outcome, and audit it, in one transaction.

    The first statement's row is the detection, and the lesion that its image shows; none where
    there is no pending one.

    Raises:
        DomainError: INVALID_ARGUMENT, as `finished_columns`.
    """
    finish = finished_columns(outcome)
    for name in ("differential", "seen"):
        finish[name] = None if finish[name] is None else Jsonb(finish[name])
    of_image = {"of_image": image_id}
    return (
        Statement(_FINISH_PENDING, finish | of_image | {"finished_at": now()}),
        Statement(_FINISHED, trail.entry_parameters(Event.DETECTION_RECORDED) | of_image),
    )


async def _insert(
    session: AsyncSession, image: Image, finish: dict[str, Any] | None, rediagnosis: bool
) -> Detection | None:
    outcome = {"finished_at": now(), **finish} if finish else {"status": "pending", "due_at": now()}
    inserting = (
        postgresql.insert(Detection)
        .values(**_new(image, rediagnosis=rediagnosis), **outcome)
        .on_conflict_do_nothing(
            index_elements=["image_id"], index_where=~col(Detection.rediagnosis)
        )
        .returning(Detection)
    )
    return (await session.exec(inserting)).scalars().first()


async def _make_due(session: AsyncSession, image_id: UUID) -> None:
    """Make the upload's own detection due now, unless somebody has claimed it."""
    await session.exec(
        update(Detection)
        .where(
            col(Detection.image_id) == image_id,
            col(Detection.rediagnosis).is_(False),
            col(Detection.status) == "pending",
            col(Detection.lease).is_(None),
        )
        .values(due_at=now())
    )


def _of_upload(image_id: UUID) -> SelectOfScalar[Detection]:
    return select(Detection).where(
        col(Detection.image_id) == image_id, col(Detection.rediagnosis).is_(False)
    )
