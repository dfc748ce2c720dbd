"""What lists show of a patient and sort by; written by triggers only (migration 0018)."""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import Double, ForeignKeyConstraint, Index
from sqlmodel import Field

from patient_service.models.table import Table
from service_kit.postgres_values import Moment

# Instead of NULL, so that a page can go on from any row.
NO_PHOTO = datetime(1800, 1, 1, tzinfo=UTC)
NO_RISK = -1.0


class PatientFigures(Table, table=True):
    """One row for each patient."""

    __tablename__ = "patient_figures"
    __table_args__ = (
        ForeignKeyConstraint(["clinic_id", "patient_id"], ["patients.clinic_id", "patients.id"]),
        Index("patient_figures_last_photo", "clinic_id", "last_photo_at", "patient_id"),
        Index("patient_figures_open_items", "clinic_id", "open_items", "patient_id"),
        Index("patient_figures_highest_risk", "clinic_id", "highest_risk", "patient_id"),
    )

    patient_id: UUID = Field(primary_key=True)
    clinic_id: UUID
    # Closed ones too.
    lesions: int
    # The newest photo by when it was taken, or stored where that isn't known.
    last_image_id: UUID | None = None
    last_photo_at: datetime = Field(sa_type=Moment)
    # Photos that wait for the model, a verdict or a follow-up, and the highest probability of
    # malignancy in the newest answers on them.
    open_items: int
    highest_risk: float = Field(sa_type=Double)
