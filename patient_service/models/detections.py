"""The model's answers."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    REAL,
    ForeignKeyConstraint,
    Index,
    SmallInteger,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from patient_service.models.table import Table
from service_kit.clock import now
from service_kit.ids import new_id
from service_kit.postgres_values import Moment

# None is NULL, not the JSON value null.
OPTIONAL_OBJECT = JSONB(none_as_null=True)


class Detection(Table, table=True):
    """One answer of one model version about one image; a trigger keeps finished ones unchanged."""

    __tablename__ = "detections"
    __table_args__ = (
        ForeignKeyConstraint(
            ["clinic_id", "patient_id", "image_id"],
            ["images.clinic_id", "images.patient_id", "images.id"],
            onupdate="CASCADE",
        ),
        UniqueConstraint(
            "clinic_id", "patient_id", "id", name="detections_clinic_id_patient_id_id"
        ),
        UniqueConstraint("image_id", "id", name="detections_image_id_id"),
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
    # The model was asked again later; an image has one detection that came with its upload.
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
    # Diagnoses with their probabilities; NULL where the model doesn't tell them apart.
    differential: dict[str, float] | None = Field(default=None, sa_type=OPTIONAL_OBJECT)
    # The part of the photo that the answer rests on, in shares of its sides: left, top, width and
    # height; NULL where the model did not say it.
    seen: dict[str, float] | None = Field(default=None, sa_type=OPTIONAL_OBJECT)
    # "below", "borderline" or "above" the threshold; NULL where the model has no zones.
    zone: str | None = None

    # The heatmap of the answer: rows × columns values ≥ 0, row by row, not scaled.
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
