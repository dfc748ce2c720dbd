"""That two patients were merged, and what it takes to part them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, ForeignKeyConstraint, Index, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from patient_service.models.table import Table
from service_kit.clock import now
from service_kit.ids import new_id
from service_kit.postgres_values import Moment


class Merge(Table, table=True):
    """That one patient's record was moved to another's."""

    __tablename__ = "patient_merges"
    __table_args__ = (
        ForeignKeyConstraint(["clinic_id", "patient_id"], ["patients.clinic_id", "patients.id"]),
        ForeignKeyConstraint(["clinic_id", "merged_id"], ["patients.clinic_id", "patients.id"]),
        Index("patient_merges_by_patient", "patient_id", "id"),
        Index(
            "patient_merges_standing", "merged_id",
            unique=True, postgresql_where=text("parted_at IS NULL"),
        ),
    )  # fmt: skip

    id: UUID = Field(default_factory=new_id, primary_key=True)
    clinic_id: UUID
    # Whose record stays, and whose moved there.
    patient_id: UUID
    merged_id: UUID
    author_id: UUID
    created_at: datetime = Field(default_factory=now, sa_type=Moment)
    parted_by: UUID | None = None
    parted_at: datetime | None = Field(default=None, sa_type=Moment)
    # What moved, but for what belongs to one of the lesions or photos.
    lesion_ids: list[UUID] = Field(sa_type=ARRAY(Uuid))
    unsorted_image_ids: list[UUID] = Field(sa_type=ARRAY(Uuid))
    note_ids: list[UUID] = Field(sa_type=ARRAY(Uuid))
    change_ids: list[UUID] = Field(sa_type=ARRAY(Uuid))
    # The labels of lesions that were renamed, and what the kept profile had before; by id and name.
    former_labels: dict[str, str] = Field(sa_type=JSONB)
    former_profile: dict[str, str | int | None] = Field(sa_type=JSONB)
    # Rows of the merged record by table: while it has as many, nothing was added.
    size_then: dict[str, int] = Field(sa_type=JSONB)
