"""Patients and how they are found."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, SmallInteger, UniqueConstraint, text
from sqlmodel import Field

from patient_service.models.table import KEY, Table
from service_kit.clock import now
from service_kit.ids import new_id
from service_kit.postgres_values import Moment


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
        ForeignKeyConstraint(["clinic_id", "merged_into"], ["patients.clinic_id", "patients.id"]),
        Index("patients_merged", "merged_into", postgresql_where=text("merged_into IS NOT NULL")),
        Index(
            "patients_search_words", "search_words",
            postgresql_using="gin", postgresql_ops={"search_words": "gin_trgm_ops"},
        ),
    )  # fmt: skip

    id: UUID = Field(default_factory=new_id, primary_key=True)
    clinic_id: UUID
    record_number: str
    # As compared: without case and accents (`name_folding.search_key`).
    record_key: str = Field(sa_type=KEY)
    full_name: str
    name_key: str = Field(sa_type=KEY)
    # What a search is compared with (`search.search_words`).
    search_words: str = Field(default="", sa_column_kwargs={"server_default": ""})
    birth_date: date | None = None
    sex: str = ""
    fitzpatrick_type: int | None = Field(default=None, sa_type=SmallInteger)
    contact: str = ""
    risk_notes: str = ""
    version: int = 1
    created_at: datetime = Field(default_factory=now, sa_type=Moment)
    updated_at: datetime = Field(default_factory=now, sa_type=Moment)
    archived_at: datetime | None = Field(default=None, sa_type=Moment)
    # Whose record holds this one's since both were merged (`merges`).
    merged_into: UUID | None = None


class SearchTerm(Table, table=True):
    """A text whose beginning finds a patient (`search.search_terms`)."""

    __tablename__ = "patient_search_terms"
    __table_args__ = (
        ForeignKeyConstraint(["clinic_id", "patient_id"], ["patients.clinic_id", "patients.id"]),
        Index("patient_search_terms_by_clinic", "clinic_id", "term", "patient_id"),
    )

    patient_id: UUID = Field(primary_key=True)
    term: str = Field(primary_key=True, sa_type=KEY)
    clinic_id: UUID
