"""The history of profiles, for the timeline: which fields changed, who changed them and when."""

from collections.abc import Sequence
from typing import Any, Literal
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from patient_service.models import Change
from service_kit.principal import current_principal

Action = Literal[
    "created", "updated", "archived", "restored", "image_moved", "image_arrived", "image_left",
    "image_corrected", "image_voided", "image_restored", "merged", "parted",
]  # fmt: skip


def apply(row: Any, profile: dict[str, Any]) -> list[str]:
    """Write a profile's values to a row; returns the names of those that differed."""
    changed = [name for name, value in profile.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, profile[name])
    return changed


def record(
    session: AsyncSession,
    action: Action,
    *,
    clinic_id: UUID,
    patient_id: UUID,
    lesion_id: UUID | None = None,
    fields: Sequence[str] = (),
) -> None:
    """Put one change on the patient's timeline."""
    session.add(
        Change(
            clinic_id=clinic_id,
            patient_id=patient_id,
            lesion_id=lesion_id,
            action=action,
            fields=list(fields),
            author_id=current_principal().user_id,
        )
    )
