"""Storing a photo: it is cleaned, written as an object, then recorded as a row.

The order makes a crash harmless: an object without its row is deleted later
(`orphaned_objects.sweep`), and there is never a row without its object. No database connection is
held while the client sends or the photo is cleaned.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from psycopg.types.json import Jsonb
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from patient_service import lesions
from patient_service.audit import trail
from patient_service.audit.events import Event
from patient_service.detections import answers
from patient_service.images import pixels, stored_images
from patient_service.images.objects import original_key, sent_key
from patient_service.images.pixels import Prepared
from patient_service.models import Detection, Image
from patient_service.overviews.regions import OverviewRegion
from patient_service.patients import profiles
from patient_service.tenancy import own_clinic
from service_kit.blobs import Blobs
from service_kit.clock import CLOCK_SKEW, now
from service_kit.database import Database
from service_kit.errors import DomainError
from service_kit.ids import new_id
from service_kit.pipelines import Statement, column_names
from service_kit.principal import current_principal
from service_kit.reasons import Reason

MAX_KEY_LENGTH = 128


@dataclass(frozen=True, slots=True)
class Header:
    """What the sender says about a photo.

    Attributes:
        patient_id: whose photo.
        lesion_id: which lesion it shows; None for the unsorted tray.
        captured_at: when it was taken, if the sender knows; else the photo's file is asked.
        idempotency_key: names this upload for this account; "" for none.
        diagnose: record a pending detection along with it.
        handoff: the hand-off by which it came, where it did; nobody waits for its answer, so
            completion takes the detection up at once.
        overview: which part of the body it shows as a whole; None for a photo of a lesion.
    """

    patient_id: UUID
    lesion_id: UUID | None = None
    captured_at: datetime | None = None
    idempotency_key: str = ""
    diagnose: bool = False
    handoff: UUID | None = None
    overview: OverviewRegion | None = None

    def check(self) -> None:
        """Refuse what can be refused before the first byte arrives.

        Raises:
            DomainError: INVALID_ARGUMENT with CAPTURED_IN_FUTURE or IDEMPOTENCY_KEY_TOO_LONG; as
                `OverviewRegion.check`; FAILED_PRECONDITION / IMAGE_IS_OVERVIEW.
        """
        if self.overview:
            self.overview.check()
            if self.lesion_id or self.diagnose:
                raise DomainError(Reason.IMAGE_IS_OVERVIEW)
        if self.captured_at and self.captured_at > now() + CLOCK_SKEW:
            raise DomainError(Reason.CAPTURED_IN_FUTURE, metadata={"field": "captured_at"})
        if len(self.idempotency_key) > MAX_KEY_LENGTH:
            raise DomainError(
                Reason.IDEMPOTENCY_KEY_TOO_LONG,
                f"An idempotency key must have at most {MAX_KEY_LENGTH} characters.",
            )


@dataclass(frozen=True, slots=True)
class Stored:
    """The result of an upload.

    Attributes:
        image: its row.
        detection: the upload's own detection, if there is one.
        replayed: whether an earlier upload with the same key stored it.
        also_of: another patient of the clinic who has a photo of the same bytes.
    """

    image: Image
    detection: Detection | None
    replayed: bool
    also_of: UUID | None


async def store(database: Database, blobs: Blobs, header: Header, data: bytes) -> Stored:
    """Store a photo of a patient, once for each key.

    Raises:
        DomainError: INVALID_ARGUMENT, as `decoding.clean`; NOT_FOUND with PATIENT_NOT_FOUND
            or LESION_NOT_FOUND; FAILED_PRECONDITION with PATIENT_ARCHIVED or
            IDEMPOTENCY_KEY_REUSED; ABORTED / UPLOAD_RACED.
    """
    clinic_id, image_id = own_clinic(), new_id()
    photo = await pixels.prepare(data)
    objects = {original_key(clinic_id, image_id): photo.data}
    if photo.original:
        objects[sent_key(clinic_id, image_id)] = photo.original
    for key, content in objects.items():
        await blobs.put(key, content)
    image = _image(clinic_id, image_id, header, photo)
    detection = None
    if header.diagnose:
        detection = answers.awaiting_outcome(image, is_due=header.handoff is not None)
    try:
        stored = await _written(database, header, image, detection)
    except DomainError:
        # Only after a refusal is it certain that there is no row; a sweep finds what else is left.
        await _delete(blobs, objects)
        raise
    if stored.replayed:
        await _delete(blobs, objects)
    return stored


async def _delete(blobs: Blobs, keys: Iterable[str]) -> None:
    for key in keys:
        await blobs.delete(key)


async def _written(
    database: Database, header: Header, image: Image, detection: Detection | None
) -> Stored:
    """The rows of an upload, or those that were written for its key before."""
    if inserted := await _insert(database, image, detection, header.handoff):
        return Stored(image, detection, replayed=False, also_of=inserted.also_of)
    async with database.session() as session:
        if earlier := await _stored_before(session, header, image):
            return earlier
        # A photo of somebody who was merged goes where the record is; whom it named stays known.
        image.patient_id = await _holder_of(session, header)
    image.uploaded_to = header.patient_id
    if detection:
        detection.patient_id = image.patient_id
    if inserted := await _insert(database, image, detection, header.handoff):
        return Stored(image, detection, replayed=False, also_of=inserted.also_of)
    async with database.session() as session:
        if earlier := await _stored_before(session, header, image):
            return earlier
    raise DomainError(Reason.UPLOAD_RACED)


def _image(clinic_id: UUID, image_id: UUID, header: Header, photo: Prepared) -> Image:
    moment = now()
    image = Image(
        id=image_id,
        clinic_id=clinic_id,
        patient_id=header.patient_id,
        lesion_id=header.lesion_id,
        media_type=photo.media_type,
        size=len(photo.data),
        width=photo.width,
        height=photo.height,
        sha256=photo.sha256,
        original_media_type=photo.original_type,
        original_size=len(photo.original) or None,
        quality=photo.quality,
        captured_at=_captured_at(header, photo, moment),
        created_at=moment,
        uploaded_by=current_principal().user_id,
        idempotency_key=header.idempotency_key or None,
        upload_sha256=photo.upload_sha256,
    )
    if header.overview:
        header.overview.write_to(image)
    return image


def _captured_at(header: Header, photo: Prepared, moment: datetime) -> datetime | None:
    """When the photo was taken: as the sender says, or its file; unknown rather than guessed."""
    said = header.captured_at or photo.captured_at
    # Whoever's clock is ahead took it just now, not in the future.
    return min(said, moment) if said else None


class _Inserted(NamedTuple):
    """What only PostgreSQL knows of a new photo: earlier ones with the same bytes."""

    duplicate_of: UUID | None
    also_of: UUID | None


async def _insert(
    database: Database, image: Image, detection: Detection | None, handoff: UUID | None
) -> _Inserted | None:
    """Write the rows of an upload.

    Returns:
        None where the key was used before, or patient or lesion can't take the photo.
    """
    parameters = image.model_dump()
    parameters["detection_id"] = detection.id if detection else None
    parameters["due_at"] = detection.due_at if detection else None
    detail = {"handoff": str(handoff)} if handoff else {}
    added = trail.entry_parameters(Event.IMAGE_ADDED) | {"id": image.id, "detail": Jsonb(detail)}
    inserted, _ = await database.at_once(Statement(_INSERT, parameters), Statement(_ADDED, added))
    for row in inserted:
        image.duplicate_of = row.duplicate_of
        return _Inserted(row.duplicate_of, row.also_of)
    return None


# One round trip checks everything and writes every row: is there such a patient, active and of this
# clinic, is the lesion the patient's, has this key been used, has this photo been stored before.
# The patient is held, so that nothing is added to a record that is being archived.
_INSERT = f"""
    WITH image AS (
        INSERT INTO images (
            id, clinic_id, patient_id, lesion_id, media_type, size, width, height, sha256,
            original_media_type, original_size, quality, captured_at, created_at, uploaded_by,
            idempotency_key, upload_sha256, uploaded_to, overview_site, overview_region,
            overview_side, duplicate_of
        )
        SELECT
            %(id)s, p.clinic_id, p.id, CAST(%(lesion_id)s AS uuid), %(media_type)s, %(size)s,
            %(width)s, %(height)s, CAST(%(sha256)s AS varchar),
            CAST(%(original_media_type)s AS varchar), CAST(%(original_size)s AS integer),
            %(quality)s, CAST(%(captured_at)s AS timestamptz),
            %(created_at)s, %(uploaded_by)s, %(idempotency_key)s, %(upload_sha256)s,
            CAST(%(uploaded_to)s AS uuid), CAST(%(overview_site)s AS varchar),
            CAST(%(overview_region)s AS varchar), CAST(%(overview_side)s AS varchar),
            (SELECT i.id FROM images i
             WHERE i.clinic_id = p.clinic_id AND i.patient_id = p.id
                AND i.sha256 = CAST(%(sha256)s AS varchar) AND i.voided_at IS NULL
             ORDER BY i.id LIMIT 1)
        FROM patients p
        WHERE p.id = %(patient_id)s AND p.clinic_id = %(clinic_id)s AND p.archived_at IS NULL
            AND (CAST(%(lesion_id)s AS uuid) IS NULL OR EXISTS (
                SELECT 1 FROM lesions l
                WHERE l.id = CAST(%(lesion_id)s AS uuid) AND l.patient_id = p.id
            ))
        FOR SHARE OF p
        ON CONFLICT DO NOTHING
        RETURNING {column_names(Image)}
    ), detection AS (
        INSERT INTO detections (
            id, clinic_id, patient_id, image_id, status, rediagnosis, requested_by, created_at,
            due_at, attempts
        )
        SELECT
            CAST(%(detection_id)s AS uuid), clinic_id, patient_id, id, 'pending', false,
            uploaded_by, created_at, CAST(%(due_at)s AS timestamptz), 0
        FROM image WHERE CAST(%(detection_id)s AS uuid) IS NOT NULL
    )
    SELECT duplicate_of, {stored_images.ALSO_OF} AS also_of FROM image
"""  # noqa: S608  put together from constants

_ADDED = trail.appending("""
    SELECT patient_id, id AS subject_id, CAST(%(detail)s AS jsonb) AS detail
    FROM images WHERE id = %(id)s AND xmin = pg_current_xact_id()::xid
""")


async def _stored_before(session: AsyncSession, header: Header, sent: Image) -> Stored | None:
    """What an earlier upload with this key stored; None if none did."""
    # It may be this very one, which reached PostgreSQL twice (`Database.at_once`).
    if own := await session.get(Image, sent.id):
        detection = await answers.of_upload(session, own.id)
        also_of = await stored_images.also_of(session, own)
        return Stored(own, detection, replayed=False, also_of=also_of)
    if header.idempotency_key:
        query = select(Image).where(
            col(Image.uploaded_by) == current_principal().user_id,
            col(Image.idempotency_key) == header.idempotency_key,
        )
        image = (await session.exec(query)).first()
        if image is not None:
            # The upload is known by the patient whom it named, wherever the photo is now.
            named = image.uploaded_to or image.patient_id
            if (named, image.upload_sha256) != (header.patient_id, sent.upload_sha256):
                raise DomainError(Reason.IDEMPOTENCY_KEY_REUSED)
            detection = await answers.of_upload(session, image.id)
            also_of = await stored_images.also_of(session, image)
            return Stored(image, detection, replayed=True, also_of=also_of)
    return None


async def _holder_of(session: AsyncSession, header: Header) -> UUID:
    """Whose record takes a photo of somebody who was merged, or why nobody's took it."""
    named = await profiles.find(session, header.patient_id)
    holder = await profiles.holder(session, named)
    profiles.refuse_inactive(holder)
    if header.lesion_id:
        await lesions.find_of(session, holder.id, header.lesion_id)
    if holder.id == named.id:
        raise DomainError(Reason.UPLOAD_RACED)
    return holder.id
