"""Notes and changes: the rest of a patient's timeline."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, ForeignKeyConstraint, Index, String, text
from sqlmodel import Field

from patient_service.models.table import Table
from service_kit.clock import now
from service_kit.ids import new_id
from service_kit.postgres_values import Moment


class Note(Table, table=True):
    """A note about a patient or one of the lesions; never changed."""

    __tablename__ = "notes"
    __table_args__ = (
        ForeignKeyConstraint(["clinic_id", "patient_id"], ["patients.clinic_id", "patients.id"]),
        ForeignKeyConstraint(
            ["patient_id", "lesion_id"], ["lesions.patient_id", "lesions.id"], onupdate="CASCADE"
        ),
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
    """That a profile was added or changed, and which fields; the values are in the profile."""

    __tablename__ = "changes"
    __table_args__ = (
        ForeignKeyConstraint(["clinic_id", "patient_id"], ["patients.clinic_id", "patients.id"]),
        ForeignKeyConstraint(
            ["patient_id", "lesion_id"], ["lesions.patient_id", "lesions.id"], onupdate="CASCADE"
        ),
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
