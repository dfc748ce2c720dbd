"""Lesions."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import REAL, ForeignKeyConstraint, UniqueConstraint
from sqlmodel import Field

from patient_service.models.table import Table
from service_kit.clock import now
from service_kit.ids import new_id
from service_kit.postgres_values import Moment


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
    # Within the site, as `pb.BodyRegion` and `pb.BodySide` in words; "" where not stated.
    region: str = ""
    side: str = ""
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
