"""What clinicians draw over photos."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, DOUBLE_PRECISION, ForeignKeyConstraint, Index, text
from sqlmodel import Field

from patient_service.models.table import Table
from service_kit.clock import now
from service_kit.ids import new_id
from service_kit.postgres_values import Moment

# The words of the kinds that say how large a pixel is.
SCALES = ("ruler", "field_of_view")
_IS_SCALE = "kind IN ('ruler', 'field_of_view')"


class Marking(Table, table=True):
    """A measure, arrow, outline, text or scale over a photo; never changed, but withdrawn."""

    __tablename__ = "markings"
    __table_args__ = (
        ForeignKeyConstraint(
            ["clinic_id", "patient_id", "image_id"],
            ["images.clinic_id", "images.patient_id", "images.id"],
            onupdate="CASCADE",
        ),
        Index("markings_by_image", "image_id", "id"),
        Index("markings_by_patient", "patient_id", "id"),
        Index(
            "markings_one_scale", "image_id",
            unique=True, postgresql_where=text(f"{_IS_SCALE} AND withdrawn_at IS NULL"),
        ),
        Index(
            "markings_fields_of_view", "author_id", "id",
            postgresql_where=text("kind = 'field_of_view'"),
        ),
    )  # fmt: skip

    id: UUID = Field(default_factory=new_id, primary_key=True)
    clinic_id: UUID
    patient_id: UUID
    image_id: UUID
    kind: str
    # x and y in turns, in shares of the upright photo, 0 to 1.
    points: list[float] = Field(sa_type=ARRAY(DOUBLE_PRECISION))
    text: str = ""
    # Between a ruler's points, or across the photo's longer side.
    millimetres: float | None = Field(default=None, sa_type=DOUBLE_PRECISION)
    author_id: UUID
    created_at: datetime = Field(default_factory=now, sa_type=Moment)
    withdrawn_at: datetime | None = Field(default=None, sa_type=Moment)
    withdrawn_by: UUID | None = None
