"""Bodies of /worklist."""

from datetime import date

from pydantic import BaseModel, Field

from gateway.schemas.detections import Detection, ModelName
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
