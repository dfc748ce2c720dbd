"""What a photo shows: the patient and the lesion, as far as it tells for whom a model works."""

from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import func

from patient_service.models import Image, Lesion, Patient


class Subject(NamedTuple):
    """What the record says now.

    Attributes:
        lesion_id: None in the unsorted tray.
        body_site: the lesion's; "" where it is not known.
        birth_date: None where it is not known.
        fitzpatrick_type: 1 to 6; None where it is not known.
        taken_at: when the photo was taken, or else stored.
    """

    lesion_id: UUID | None
    body_site: str
    birth_date: date | None
    fitzpatrick_type: int | None
    taken_at: datetime


def of_row(row: Any) -> Subject:
    """What an image shows, from a row of a detection that was read with `COLUMNS`."""
    return Subject(
        row.lesion_id, row.body_site or "", row.birth_date, row.fitzpatrick_type, row.taken_at
    )


# Of an image, its patient, and its lesion where it has one.
COLUMNS: tuple[Any, ...] = (
    Image.lesion_id,
    Lesion.body_site,
    Patient.birth_date,
    Patient.fitzpatrick_type,
    func.coalesce(Image.captured_at, Image.created_at).label("taken_at"),
)
