"""What an assessed image is waiting for; written by triggers only (migrations 0009 to 0022)."""

from datetime import date
from uuid import UUID

from sqlalchemy import Double, ForeignKeyConstraint, Index, text
from sqlmodel import Field

from patient_service.models.table import Table


class WorklistEntry(Table, table=True):
    """An assessed image with its newest detection."""

    __tablename__ = "worklist"
    __table_args__ = (
        ForeignKeyConstraint(
            ["clinic_id", "patient_id", "image_id"],
            ["images.clinic_id", "images.patient_id", "images.id"],
            onupdate="CASCADE",
        ),
        ForeignKeyConstraint(
            ["image_id", "detection_id"], ["detections.image_id", "detections.id"]
        ),
        Index("worklist_by_patient", "patient_id"),
        Index(
            "worklist_open", "patient_id", "risk",
            postgresql_where=text("is_pending OR needs_verdict OR needs_follow_up"),
        ),
        Index(
            "worklist_recent", "clinic_id", "detection_id",
            postgresql_where=text("active"),
        ),
        Index(
            "worklist_pending", "clinic_id", "detection_id",
            postgresql_where=text("active AND is_pending"),
        ),
        Index(
            "worklist_unreviewed", "clinic_id", "detection_id",
            postgresql_where=text("active AND needs_verdict"),
        ),
        Index(
            "worklist_follow_up", "clinic_id", "detection_id",
            postgresql_where=text("active AND needs_follow_up"),
        ),
        Index(
            "worklist_due", "clinic_id", "due_on", "detection_id",
            postgresql_where=text("active AND due_on IS NOT NULL"),
        ),
        Index(
            "worklist_archived_open", "clinic_id", "detection_id",
            postgresql_where=text("NOT active AND suspect"),
        ),
        Index(
            "worklist_assigned", "clinic_id", "assigned_to", "risk", "detection_id",
            postgresql_where=text(
                "active AND assigned_to IS NOT NULL"
                " AND (needs_verdict OR needs_follow_up OR due_on IS NOT NULL)"
            ),
        ),
        Index(
            "worklist_suspect", "clinic_id", "risk", "detection_id",
            postgresql_where=text("active AND needs_verdict AND suspect"),
        ),
        Index(
            "worklist_without_answer", "clinic_id", "detection_id",
            postgresql_where=text("active AND needs_verdict AND risk IS NULL"),
        ),
        Index(
            "worklist_archived", "clinic_id", "detection_id", postgresql_where=text("NOT active")
        ),
    )  # fmt: skip

    image_id: UUID = Field(primary_key=True)
    clinic_id: UUID
    patient_id: UUID
    detection_id: UUID
    # The patient isn't archived.
    active: bool
    # The newest detection has no outcome yet, or has one that awaits a verdict.
    is_pending: bool
    needs_verdict: bool
    # The last word on the image was malignant, and the lesion is still there.
    needs_follow_up: bool
    # The verdict that stands on the image.
    review_id: UUID | None = None
    # By when it says to look again, until another photo of the lesion has a later verdict.
    due_on: date | None = None
    # Called malignant and not reviewed, or to be followed up.
    suspect: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    # The probability of malignancy in the newest detection, where it has one.
    risk: float | None = Field(default=None, sa_type=Double)
    # Which colleague the photo waits for (`assignments`).
    assigned_to: UUID | None = None
