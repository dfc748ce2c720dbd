"""Bodies of /worklist."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, Field

from dermis.patient.v1 import patient_pb2 as pb
from gateway.schemas.body_places import BodySite
from gateway.schemas.detections import Detection, ModelName
from gateway.schemas.fields import Body, Id, Moment
from gateway.schemas.messages import FromMessage
from gateway.schemas.reviews import Review


class WorklistEntry(FromMessage):
    """A detection and its patient."""

    detection: Detection
    full_name: str = Field(description="The patient's.", examples=["Renée Ångström"])
    record_number: str = Field(examples=["H-2041"])
    review: Review | None = Field(default=None, description="The verdict that stands on the photo.")
    due_on: date | None = Field(
        default=None, description="By when to see the lesion again.", examples=["2026-06-14"]
    )
    birth_date: date | None = Field(
        default=None, description="The patient's.", examples=["1961-04-30"]
    )
    lesion_label: str = Field(
        default="",
        description="What the lesion is called; empty if it has no name or the photo no lesion.",
        examples=["left shoulder blade"],
    )
    body_site: BodySite | None = Field(default=None, description="Where the lesion is.")
    uploaded_by: Id = Field(default="", description="The account that uploaded the photo.")
    assigned_to: Id | None = Field(
        default=None, description="The colleague whose photo this is to review; null: nobody's."
    )


class WorklistCounts(BaseModel):
    """How long the lists are; 1000 means 1000 or more."""

    unreviewed: int = Field(description="Complete, awaiting a verdict.", examples=[4])
    pending: int = Field(description="Waiting for the model.", examples=[0])
    follow_up: int = Field(
        description="Considered malignant, biopsy result outstanding.", examples=[2]
    )
    due: int = Field(description="To be seen again within two weeks, or overdue.", examples=[1])
    archived_open: int = Field(
        description="Of archived patients, malignant by the model or a clinician, and still open.",
        examples=[0],
    )


class Assignment(Body):
    """Whom a photo is to wait for."""

    image_id: Id
    assigned_to: Id | None = Field(
        default=None, description="A colleague's account, or my own; null gives the photo back."
    )
    assigned_before: Id | None = Field(
        default=None, description="Whom it was assigned to when I saw it."
    )

    def message(self) -> pb.Assignment:
        """As patient_service takes it."""
        return pb.Assignment(
            image_id=self.image_id,
            assigned_to=self.assigned_to or "",
            assigned_before=self.assigned_before or "",
        )


class Assignments(Body):
    """Photos to assign, all of them or none."""

    assignments: list[Assignment] = Field(min_length=1, max_length=200)


class UrgentEntry(FromMessage):
    """A photo to look at first, and why."""

    entry: WorklistEntry
    urgency: Literal["assigned", "overdue", "considered_malignant", "not_assessable"] = Field(
        description="Assigned to me and open; to be seen again by a day that is past; malignant by "
        "the model and not reviewed; not assessable and not reviewed. The first that applies.",
        examples=["considered_malignant"],
    )


class Urgent(FromMessage):
    """What I should look at first, up to three of each reason."""

    entries: list[UrgentEntry]


class ColleagueCounts(FromMessage):
    """What is open of one colleague's."""

    account_id: Id
    unreviewed: int = Field(description="Awaiting a verdict.", examples=[4])
    follow_up: int = Field(
        description="Considered malignant, biopsy result outstanding.", examples=[1]
    )
    overdue: int = Field(description="To be seen again by a day that is past.", examples=[0])
    open: int = Field(description="All of these, each photo counted once.", examples=[5])


class OpenByColleague(FromMessage):
    """What is open, by the colleague it is assigned to."""

    colleagues: list[ColleagueCounts] = Field(
        description="Those with anything open, most first. Of more than 10,000 photos, 10,000 are "
        "counted."
    )
    unassigned: int = Field(
        description="Awaiting a verdict and nobody's; 1000 means 1000 or more.", examples=[12]
    )


class ClinicFigures(FromMessage):
    """What the photos of some time come to."""

    images: int = Field(description="Assessed, each by its newest answer.", examples=[412])
    verdicts: int = Field(description="On an answer that named a label.", examples=[390])
    agreed: int = Field(description="Verdicts that say what the answer says.", examples=[351])
    malignant: int = Field(
        description="Photos that a clinician or a biopsy says are malignant.", examples=[21]
    )
    hours: float | None = Field(
        default=None,
        description="From the answer to the verdict that was given on it, the median.",
        examples=[3.5],
    )


class WeekFigures(FromMessage):
    """One week's figures; it ends where the next one begins."""

    since: Moment
    figures: ClinicFigures


class ClinicWeeks(FromMessage):
    """How the clinic and the model did in the last eight weeks, archived patients among them."""

    all: ClinicFigures = Field(description="Of all eight.")
    weeks: list[WeekFigures] = Field(description="The oldest first; the last ends now.")
    is_cut: bool = Field(
        description="Only the newest 20,000 photos were counted: there are more.", examples=[False]
    )


class OpenOfPatient(FromMessage):
    """How many photos of one patient wait for somebody."""

    unreviewed: int = Field(description="Complete, awaiting a verdict.", examples=[14])
    considered_malignant: int = Field(
        description="Malignant by the model and not reviewed, or to be followed up.", examples=[3]
    )
    pending: int = Field(description="Waiting for the model.", examples=[0])
    due: int = Field(description="To be seen again by a date.", examples=[1])


class ModelInUse(BaseModel):
    """The model that assesses photos now; null if none does."""

    model: ModelName | None
    replicas: int = Field(description="TorchServe replicas that serve it.", examples=[2])
