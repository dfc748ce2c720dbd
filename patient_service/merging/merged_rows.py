"""The rows of a record that go to another patient: held, counted, moved.

Statements by hand, since a record may hold thousands of rows: what belongs to a lesion or photo
follows by cascading keys (migration 0015).
"""

import asyncio
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg.errors import LockNotAvailable
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlmodel.ext.asyncio.session import AsyncSession

from patient_service.models import Merge, Patient
from service_kit.errors import DomainError
from service_kit.reasons import Reason

# Seconds between tries to hold a record that somebody is working on; 3 s in all.
_PAUSES = (0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7)


@dataclass(frozen=True, slots=True)
class RecordSize:
    """How much a record holds, by table; `images` are those not entered in error."""

    lesions: int
    images: int
    voided_images: int
    reviews: int
    notes: int


async def hold(session: AsyncSession, *whose: Patient) -> None:
    """Hold whole records, so that nobody adds to or changes anything of them.

    Others hold a detection, or the end of the audit's chain, before they come to the patient. So
    nothing is waited for here: if a row isn't free, everything is let go for a moment.

    Raises:
        DomainError: ABORTED / RECORD_BUSY.
    """
    wanted = {"patients": [patient.id for patient in whose]}
    connection = await session.connection()
    for pause in (*_PAUSES, None):
        try:
            async with connection.begin_nested():
                for statement in _HOLD:
                    await connection.execute(statement, wanted)
            break
        except OperationalError as error:
            if not isinstance(error.orig, LockNotAvailable):
                raise
        if pause is None:
            raise DomainError(Reason.RECORD_BUSY)
        await asyncio.sleep(pause)
    for patient in whose:
        await session.refresh(patient)


_HOLD = (
    text("SELECT FROM patients WHERE id = ANY(:patients) FOR UPDATE NOWAIT"),
    text("SELECT FROM lesions WHERE patient_id = ANY(:patients) FOR UPDATE NOWAIT"),
    text("SELECT FROM images WHERE patient_id = ANY(:patients) FOR UPDATE NOWAIT"),
    # A finished one never changes.
    text(
        "SELECT FROM detections WHERE patient_id = ANY(:patients) AND status = 'pending'"
        " FOR UPDATE NOWAIT"
    ),
)


async def size(session: AsyncSession, patient_id: UUID) -> RecordSize:
    """How much a patient's record holds."""
    connection = await session.connection()
    row = (await connection.execute(_SIZE, {"patient": patient_id})).mappings().one()
    return RecordSize(**row)


_SIZE = text("""
    SELECT
        (SELECT count(*) FROM lesions WHERE patient_id = :patient) AS lesions,
        (SELECT count(*) FROM images WHERE patient_id = :patient AND voided_at IS NULL) AS images,
        (SELECT count(*) FROM images WHERE patient_id = :patient AND voided_at IS NOT NULL)
            AS voided_images,
        (SELECT count(*) FROM reviews WHERE patient_id = :patient) AS reviews,
        (SELECT count(*) FROM notes WHERE patient_id = :patient) AS notes
""")


async def count(session: AsyncSession, patient_id: UUID) -> dict[str, int]:
    """Rows by table, of those that somebody adds; a model's answers go with their photos."""
    connection = await session.connection()
    return dict((await connection.execute(_COUNT, {"patient": patient_id})).mappings().one())


# Archiving and merging leave the record as it is.
_COUNT = text("""
    SELECT
        (SELECT count(*) FROM lesions WHERE patient_id = :patient) AS lesions,
        (SELECT count(*) FROM images WHERE patient_id = :patient) AS images,
        (SELECT count(*) FROM reviews WHERE patient_id = :patient) AS reviews,
        (SELECT count(*) FROM markings WHERE patient_id = :patient) AS markings,
        (SELECT count(*) FROM pins WHERE patient_id = :patient) AS pins,
        (SELECT count(*) FROM notes WHERE patient_id = :patient) AS notes,
        (SELECT count(*) FROM changes WHERE patient_id = :patient
            AND action NOT IN ('archived', 'restored', 'merged', 'parted')) AS changes
""")


async def move_all(session: AsyncSession, moved: Patient, kept: Patient) -> dict[str, Any]:
    """Move a record, photos entered in error too; the history of its profile stays.

    Returns:
        What was moved, by the columns of `Merge`.
    """
    values = {"moved": moved.id, "kept": kept.id}
    connection = await session.connection()
    rows = {
        column: [row.id for row in await connection.execute(statement, values)]
        for column, statement in _MOVE.items()
    }
    await connection.execute(_FIRST_COPIES, {"patient": kept.id})
    return rows


_MOVE = {
    "unsorted_image_ids": text(
        "UPDATE images SET patient_id = :kept WHERE patient_id = :moved AND lesion_id IS NULL"
        " RETURNING id"
    ),
    "note_ids": text(
        "UPDATE notes SET patient_id = :kept WHERE patient_id = :moved AND lesion_id IS NULL"
        " RETURNING id"
    ),
    # What was done with photos is part of the merged history; what was done to the profile isn't.
    "change_ids": text(
        "UPDATE changes SET patient_id = :kept WHERE patient_id = :moved AND lesion_id IS NULL"
        " AND action LIKE 'image%' RETURNING id"
    ),
    "lesion_ids": text(
        "UPDATE lesions SET patient_id = :kept WHERE patient_id = :moved RETURNING id"
    ),
}


async def move_back(session: AsyncSession, record: Merge, moved: Patient) -> None:
    """Move what a merge had moved to where it was."""
    connection = await session.connection()
    for column, statement in _MOVE_BACK.items():
        values = {"moved": moved.id, "ids": getattr(record, column)}
        await connection.execute(statement, values)
    for patient_id in (record.patient_id, moved.id):
        await connection.execute(_FIRST_COPIES, {"patient": patient_id})


_MOVE_BACK = {
    "unsorted_image_ids": text("UPDATE images SET patient_id = :moved WHERE id = ANY(:ids)"),
    "note_ids": text("UPDATE notes SET patient_id = :moved WHERE id = ANY(:ids)"),
    "change_ids": text("UPDATE changes SET patient_id = :moved WHERE id = ANY(:ids)"),
    "lesion_ids": text("UPDATE lesions SET patient_id = :moved WHERE id = ANY(:ids)"),
}

# The first of a patient's photos with the same bytes is what the others are copies of.
_FIRST_COPIES = text("""
    UPDATE images SET duplicate_of = nullif(first.id, images.id)
    FROM (
        SELECT DISTINCT ON (sha256) sha256, id FROM images
        WHERE patient_id = :patient AND voided_at IS NULL ORDER BY sha256, id
    ) first
    WHERE images.patient_id = :patient AND images.voided_at IS NULL
        AND first.sha256 = images.sha256
        AND images.duplicate_of IS DISTINCT FROM nullif(first.id, images.id)
""")


async def label(session: AsyncSession, labels: dict[UUID, str]) -> None:
    """Give lesions other labels."""
    if labels:
        rows = [{"id": lesion_id, "label": label} for lesion_id, label in labels.items()]
        await (await session.connection()).execute(_LABEL, rows)


_LABEL = text(
    "UPDATE lesions SET label = :label, version = version + 1, updated_at = now() WHERE id = :id"
)
