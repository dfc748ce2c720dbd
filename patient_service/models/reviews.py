"""The clinicians' verdicts."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    REAL,
    ForeignKeyConstraint,
    Index,
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
_ITEMS = JSONB(none_as_null=True)


class Review(Table, table=True):
    """A clinician's verdict on an image; never changed, but another one may replace it.

    It belongs to the image, and names the answer that it was given on.
    """

    __tablename__ = "reviews"
    __table_args__ = (
        ForeignKeyConstraint(
            ["clinic_id", "patient_id", "image_id"],
            ["images.clinic_id", "images.patient_id", "images.id"],
            onupdate="CASCADE",
        ),
        ForeignKeyConstraint(
            ["image_id", "detection_id"], ["detections.image_id", "detections.id"]
        ),
        ForeignKeyConstraint(["image_id", "replaces"], ["reviews.image_id", "reviews.id"]),
        UniqueConstraint("image_id", "id", name="reviews_image_id_id"),
        Index("reviews_by_patient", "patient_id", "id"),
        Index("reviews_by_detection", "detection_id", "id"),
        Index(
            "reviews_replaced_once", "replaces",
            unique=True, postgresql_where=text("replaces IS NOT NULL"),
        ),
    )  # fmt: skip

    id: UUID = Field(default_factory=new_id, primary_key=True)
    clinic_id: UUID
    patient_id: UUID
    image_id: UUID
    detection_id: UUID
    verdict: str
    note: str = ""
    diagnosis_code: str | None = None
    diagnosis_text: str | None = None
    # "seven_point" or "abcd", the points of its items, and the score (`checklists.score`).
    checklist: str | None = None
    checklist_items: dict[str, int] | None = Field(default=None, sa_type=_ITEMS)
    checklist_score: float | None = Field(default=None, sa_type=REAL)
    management: str | None = None
    monitor_until: date | None = None
    histology_code: str | None = None
    histology_text: str | None = None
    histology_on: date | None = None
    histology_source: str | None = None
    # The verdict on the same image that this one corrects or withdraws.
    replaces: UUID | None = None
    author_id: UUID
    created_at: datetime = Field(default_factory=now, sa_type=Moment)
