"""Pins of lesions on overview photos."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DOUBLE_PRECISION, ForeignKeyConstraint, Index, text
from sqlmodel import Field

from patient_service.models.table import Table
from service_kit.clock import now
from service_kit.ids import new_id
from service_kit.postgres_values import Moment


class Pin(Table, table=True):
    """Where an overview photo shows a lesion; never changed, but withdrawn.

    The patient is the lesion's: that of the photo, as long as the pin stands.
    """

    __tablename__ = "pins"
    __table_args__ = (
        ForeignKeyConstraint(["clinic_id", "patient_id"], ["patients.clinic_id", "patients.id"]),
        ForeignKeyConstraint(
            ["patient_id", "lesion_id"], ["lesions.patient_id", "lesions.id"], onupdate="CASCADE"
        ),
        ForeignKeyConstraint(["image_id"], ["images.id"]),
        Index(
            "pins_standing", "image_id", "lesion_id",
            unique=True, postgresql_where=text("withdrawn_at IS NULL"),
        ),
        Index("pins_by_image", "image_id", "id"),
        Index("pins_by_patient", "patient_id", "id"),
        Index("pins_by_lesion", "lesion_id", "id"),
    )  # fmt: skip

    id: UUID = Field(default_factory=new_id, primary_key=True)
    clinic_id: UUID
    patient_id: UUID
    image_id: UUID
    lesion_id: UUID
    # In shares of the upright photo, 0 to 1.
    x: float = Field(sa_type=DOUBLE_PRECISION)
    y: float = Field(sa_type=DOUBLE_PRECISION)
    author_id: UUID
    created_at: datetime = Field(default_factory=now, sa_type=Moment)
    withdrawn_at: datetime | None = Field(default=None, sa_type=Moment)
    withdrawn_by: UUID | None = None
