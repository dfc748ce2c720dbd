"""What a list says of each patient besides the profile: lesions, the last photo, what waits."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from patient_service.models import PatientFigures
from patient_service.models.figures import NO_RISK


@dataclass(frozen=True, slots=True)
class Summary:
    """Of one patient.

    Attributes:
        lesions: how many, closed ones too.
        last_photo_at: when the newest photo was taken, or stored where that isn't known.
        last_image_id: that photo.
        open_items: photos that wait for the model, a verdict or a follow-up.
        highest_risk: the highest probability of malignancy in the newest answers on these; None
            where there is none.
    """

    lesions: int = 0
    last_photo_at: datetime | None = None
    last_image_id: UUID | None = None
    open_items: int = 0
    highest_risk: float | None = None


# Of a row that makes a summary.
COLUMNS: tuple[Any, ...] = (
    PatientFigures.lesions,
    PatientFigures.last_photo_at,
    PatientFigures.last_image_id,
    PatientFigures.open_items,
    PatientFigures.highest_risk,
)


def from_row(row: Any) -> Summary:
    """The summary that a row with these columns says."""
    return Summary(
        lesions=row.lesions,
        last_photo_at=row.last_photo_at if row.last_image_id else None,
        last_image_id=row.last_image_id,
        open_items=row.open_items,
        highest_risk=row.highest_risk if row.highest_risk != NO_RISK else None,
    )
