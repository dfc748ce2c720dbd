"""Images: stored photos."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Column,
    FetchedValue,
    ForeignKeyConstraint,
    Index,
    String,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlmodel import Field

from patient_service.models.table import Table
from service_kit.clock import now
from service_kit.ids import new_id
from service_kit.postgres_values import Moment


class Image(Table, table=True):
    """A stored photo. Its bytes are in the object store (`image_objects.original_key`).

    One that was sent as HEIC, WebP or TIFF may be there in that format too (`sent_key`).
    """

    __tablename__ = "images"
    __table_args__ = (
        ForeignKeyConstraint(["clinic_id", "patient_id"], ["patients.clinic_id", "patients.id"]),
        ForeignKeyConstraint(
            ["patient_id", "lesion_id"], ["lesions.patient_id", "lesions.id"], onupdate="CASCADE"
        ),
        UniqueConstraint("clinic_id", "patient_id", "id", name="images_clinic_id_patient_id_id"),
        Index("images_by_patient", "patient_id", "id"),
        Index(
            "images_sent_copies", "clinic_id", "upload_sha256", "id",
            postgresql_where=text("voided_at IS NULL"),
        ),
        Index(
            "images_by_lesion", "lesion_id", "id",
            postgresql_where=text("lesion_id IS NOT NULL"),
        ),
        Index(
            "images_unsorted", "patient_id", "taken_key", postgresql_where=text("lesion_id IS NULL")
        ),
        Index("images_by_patient_taken", "patient_id", "taken_key"),
        Index(
            "images_overviews", "patient_id", "taken_key",
            postgresql_where=text("overview_site IS NOT NULL"),
        ),
        Index(
            "images_by_lesion_taken", "lesion_id", "taken_key",
            postgresql_where=text("lesion_id IS NOT NULL"),
        ),
        Index(
            "images_copies", "clinic_id", "sha256", "patient_id", "id",
            postgresql_where=text("voided_at IS NULL"),
        ),
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
    # Of the file as it was sent; null where nothing but what is stored is kept.
    original_media_type: str | None = None
    original_size: int | None = None
    quality: list[str] = Field(default_factory=list, sa_type=ARRAY(String))
    # The patient's first image with the same stored bytes.
    duplicate_of: UUID | None = None
    captured_at: datetime | None = Field(default=None, sa_type=Moment)
    created_at: datetime = Field(default_factory=now, sa_type=Moment)
    uploaded_by: UUID
    idempotency_key: str | None = None
    # Digest of the bytes as sent, which tells a repeated key from a reused one.
    upload_sha256: str
    # Whom the upload was for; only of an image that was moved to another patient since.
    uploaded_to: UUID | None = None
    version: int = Field(default=1, sa_column_kwargs={"server_default": text("1")})
    # Of an overview photo, the part of the body that it shows (`overviews.regions`): all or none.
    overview_site: str | None = None
    overview_region: str | None = None
    overview_side: str | None = None
    # Entered in error: in no list, and restorable for a while (`image_corrections`).
    voided_at: datetime | None = Field(default=None, sa_type=Moment)
    voided_by: UUID | None = None
    void_reason: str | None = None
    # Sorts by when the photo was taken, or stored where that is not known (migration 0015).
    taken_key: UUID | None = Field(
        default=None, sa_column=Column(Uuid, FetchedValue(), nullable=False)
    )
