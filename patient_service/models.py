"""The tables of database `patients`.

Every row carries its clinic; row-level security shows a caller only the own clinic's rows, and
foreign keys carry clinic or patient along, so that no row can point into another's record.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    REAL,
    BigInteger,
    Column,
    DateTime,
    FetchedValue,
    ForeignKeyConstraint,
    Index,
    SmallInteger,
    String,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from service_kit.clock import now
from service_kit.ids import new_id


class Moment(TypeDecorator[datetime]):
    """A moment in time, in UTC (`timestamptz`)."""

    impl = DateTime(timezone=True)
    cache_ok = True


# Compared byte by byte: the order of an index is then the order of its prefixes.
KEY = String(collation="C")


class Table(SQLModel, registry=registry()):
    """The base of this service's tables, which share one metadata with nobody else."""


class Patient(Table, table=True):
    """A patient of a clinic."""

    __tablename__ = "patients"
    __table_args__ = (
        UniqueConstraint("clinic_id", "record_key", name="patients_record_number_taken"),
        UniqueConstraint("clinic_id", "id", name="patients_clinic_id_id"),
        Index(
            "patients_active", "clinic_id", "name_key", "id",
            postgresql_where=text("archived_at IS NULL"),
        ),
        Index(
            "patients_archived", "clinic_id", "name_key", "id",
            postgresql_where=text("archived_at IS NOT NULL"),
        ),
    )  # fmt: skip

    id: UUID = Field(default_factory=new_id, primary_key=True)
    clinic_id: UUID
    record_number: str
    # As compared: without case and accents (`free_text.search_key`).
    record_key: str = Field(sa_type=KEY)
    full_name: str
    name_key: str = Field(sa_type=KEY)
    birth_date: date | None = None
    sex: str = ""
    fitzpatrick_type: int | None = Field(default=None, sa_type=SmallInteger)
    contact: str = ""
    risk_notes: str = ""
    version: int = 1
    created_at: datetime = Field(default_factory=now, sa_type=Moment)
    updated_at: datetime = Field(default_factory=now, sa_type=Moment)
    archived_at: datetime | None = Field(default=None, sa_type=Moment)


class SearchTerm(Table, table=True):
    """A beginning by which a patient is found: the name from any word on, the record number."""

    __tablename__ = "patient_search_terms"
    __table_args__ = (
        ForeignKeyConstraint(["clinic_id", "patient_id"], ["patients.clinic_id", "patients.id"]),
        Index("patient_search_terms_by_clinic", "clinic_id", "term", "patient_id"),
    )

    patient_id: UUID = Field(primary_key=True)
    term: str = Field(primary_key=True, sa_type=KEY)
    clinic_id: UUID


class Lesion(Table, table=True):
    """A place on a patient's skin that is followed over time."""

    __tablename__ = "lesions"
    __table_args__ = (
        ForeignKeyConstraint(["clinic_id", "patient_id"], ["patients.clinic_id", "patients.id"]),
        UniqueConstraint("patient_id", "id", name="lesions_patient_id_id"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    clinic_id: UUID
    patient_id: UUID
    body_site: str = ""
    # A point on the body map: all three or none; x and y from 0 to 1.
    view: str | None = None
    x: float | None = Field(default=None, sa_type=REAL)
    y: float | None = Field(default=None, sa_type=REAL)
    label: str = ""
    first_noted: date | None = None
    status: str = "observed"
    version: int = 1
    created_at: datetime = Field(default_factory=now, sa_type=Moment)
    updated_at: datetime = Field(default_factory=now, sa_type=Moment)


class Image(Table, table=True):
    """A stored photo. Its bytes lie in the object store (`image_objects.original_key`)."""

    __tablename__ = "images"
    __table_args__ = (
        ForeignKeyConstraint(["clinic_id", "patient_id"], ["patients.clinic_id", "patients.id"]),
        ForeignKeyConstraint(["patient_id", "lesion_id"], ["lesions.patient_id", "lesions.id"]),
        UniqueConstraint("clinic_id", "patient_id", "id", name="images_clinic_id_patient_id_id"),
        Index("images_by_patient", "patient_id", "id"),
        Index(
            "images_by_lesion", "lesion_id", "id",
            postgresql_where=text("lesion_id IS NOT NULL"),
        ),
        Index("images_unsorted", "patient_id", "id", postgresql_where=text("lesion_id IS NULL")),
        Index("images_by_digest", "patient_id", "sha256"),
        Index(
            "images_idempotency_key", "clinic_id", "uploaded_by", "idempotency_key",
            unique=True, postgresql_where=text("idempotency_key IS NOT NULL"),
        ),
    )  # fmt: skip

    id: UUID = Field(default_factory=new_id, primary_key=True)
    clinic_id: UUID
    patient_id: UUID
    lesion_id: UUID | None = None
    media_type: str
    size: int
    width: int
    height: int
    sha256: str
    quality: list[str] = Field(default_factory=list, sa_type=ARRAY(String))
    # The patient's first image with the same stored bytes.
    duplicate_of: UUID | None = None
    captured_at: datetime | None = Field(default=None, sa_type=Moment)
    created_at: datetime = Field(default_factory=now, sa_type=Moment)
    uploaded_by: UUID
    idempotency_key: str | None = None
    # Digest of the bytes as they came, by which a repeated key is told from a reused one.
    upload_sha256: str


class Detection(Table, table=True):
    """One diagnosis of one image by one model version; a trigger keeps a finished one as it is."""

    __tablename__ = "detections"
    __table_args__ = (
        ForeignKeyConstraint(
            ["clinic_id", "patient_id", "image_id"],
            ["images.clinic_id", "images.patient_id", "images.id"],
        ),
        UniqueConstraint(
            "clinic_id", "patient_id", "id", name="detections_clinic_id_patient_id_id"
        ),
        Index("detections_by_patient", "patient_id", "id"),
        Index("detections_by_image", "image_id", "id"),
        Index(
            "detections_of_upload", "image_id",
            unique=True, postgresql_where=text("NOT rediagnosis"),
        ),
        Index("detections_due", "due_at", postgresql_where=text("status = 'pending'")),
        Index("detections_lease", "lease", unique=True, postgresql_where=text("lease IS NOT NULL")),
    )  # fmt: skip

    id: UUID = Field(default_factory=new_id, primary_key=True)
    clinic_id: UUID
    patient_id: UUID
    image_id: UUID
    status: str
    # Asked for again later; an image has one detection that came with its upload.
    rediagnosis: bool = False
    requested_by: UUID
    created_at: datetime = Field(default_factory=now, sa_type=Moment)
    finished_at: datetime | None = Field(default=None, sa_type=Moment)
    failure_reason: str | None = None

    label: str | None = None
    probability_malignant: float | None = None
    confidence: float | None = None
    threshold: float | None = None
    assessable: bool | None = None
    quality: list[str] | None = Field(default=None, sa_type=ARRAY(String))
    model_name: str | None = None
    model_version: str | None = None

    # The map the diagnosis was made with: rows × columns values ≥ 0, row by row, not scaled.
    heatmap_rows: int | None = Field(default=None, sa_type=SmallInteger)
    heatmap_columns: int | None = Field(default=None, sa_type=SmallInteger)
    heatmap_values: list[float] | None = Field(default=None, sa_type=ARRAY(REAL))
    heatmap_maximum: float | None = Field(default=None, sa_type=REAL)
    heatmap_target: str | None = None
    heatmap_method: str | None = None
    heatmap_layer: str | None = None

    # While pending: when it may be claimed (again); a lease lasts until then.
    due_at: datetime | None = Field(default=None, sa_type=Moment)
    lease: UUID | None = None
    attempts: int = Field(default=0, sa_type=SmallInteger)


class Review(Table, table=True):
    """A clinician's verdict on a detection; never changed."""

    __tablename__ = "reviews"
    __table_args__ = (
        ForeignKeyConstraint(
            ["clinic_id", "patient_id", "detection_id"],
            ["detections.clinic_id", "detections.patient_id", "detections.id"],
        ),
        Index("reviews_by_patient", "patient_id", "id"),
        Index("reviews_by_detection", "detection_id", "id"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    clinic_id: UUID
    patient_id: UUID
    detection_id: UUID
    verdict: str
    note: str = ""
    author_id: UUID
    created_at: datetime = Field(default_factory=now, sa_type=Moment)


class Note(Table, table=True):
    """A note about a patient or one of the lesions; never changed."""

    __tablename__ = "notes"
    __table_args__ = (
        ForeignKeyConstraint(["clinic_id", "patient_id"], ["patients.clinic_id", "patients.id"]),
        ForeignKeyConstraint(["patient_id", "lesion_id"], ["lesions.patient_id", "lesions.id"]),
        Index("notes_by_patient", "patient_id", "id"),
        Index("notes_by_lesion", "lesion_id", "id", postgresql_where=text("lesion_id IS NOT NULL")),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    clinic_id: UUID
    patient_id: UUID
    lesion_id: UUID | None = None
    text: str
    author_id: UUID
    created_at: datetime = Field(default_factory=now, sa_type=Moment)


class Change(Table, table=True):
    """That a profile was added or changed, and which fields; the values stay in the profile."""

    __tablename__ = "changes"
    __table_args__ = (
        ForeignKeyConstraint(["clinic_id", "patient_id"], ["patients.clinic_id", "patients.id"]),
        ForeignKeyConstraint(["patient_id", "lesion_id"], ["lesions.patient_id", "lesions.id"]),
        Index("changes_by_patient", "patient_id", "id"),
        Index(
            "changes_by_lesion", "lesion_id", "id", postgresql_where=text("lesion_id IS NOT NULL")
        ),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    clinic_id: UUID
    patient_id: UUID
    lesion_id: UUID | None = None
    action: str
    fields: list[str] = Field(default_factory=list, sa_type=ARRAY(String))
    author_id: UUID
    created_at: datetime = Field(default_factory=now, sa_type=Moment)


class AuditEntry(Table, table=True):
    """Who saw or changed what. PostgreSQL numbers and chains the rows (migration 0002)."""

    __tablename__ = "audit"
    __table_args__ = (
        Index("audit_by_clinic", "clinic_id", "seq"),
        Index("audit_by_patient", "patient_id", "seq"),
        Index("audit_by_actor", "actor_id", "seq"),
    )

    seq: int = Field(
        sa_column=Column(
            BigInteger, primary_key=True, autoincrement=False, server_default=FetchedValue()
        )
    )
    at: datetime = Field(sa_type=Moment)
    event: str
    actor_id: UUID | None = None
    patient_id: UUID | None = None
    subject_id: UUID | None = None
    clinic_id: UUID | None = None
    request_id: str
    client_address: str
    detail: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    previous_hash: str
    hash: str
