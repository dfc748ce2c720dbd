"""Assignments: which colleague a photo is waiting for."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index
from sqlmodel import Field

from patient_service.models.table import Table
from service_kit.clock import now
from service_kit.postgres_values import Moment


class Assignment(Table, table=True):
    """Whose photo this is to review; a row for each photo that was ever assigned."""

    __tablename__ = "assignments"
    __table_args__ = (
        ForeignKeyConstraint(
            ["clinic_id", "patient_id", "image_id"],
            ["images.clinic_id", "images.patient_id", "images.id"],
            onupdate="CASCADE",
        ),
        Index("assignments_by_patient", "patient_id"),
    )

    image_id: UUID = Field(primary_key=True)
    clinic_id: UUID
    patient_id: UUID
    # Null once it was given back.
    assigned_to: UUID | None = None
    assigned_by: UUID
    assigned_at: datetime = Field(default_factory=now, sa_type=Moment)
