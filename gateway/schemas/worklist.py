"""Bodies of /worklist."""

from pydantic import BaseModel, Field

from gateway.schemas.detections import Detection, ModelName
from gateway.schemas.messages import FromMessage


class WorklistEntry(FromMessage):
    """A detection and its patient."""

    detection: Detection
    full_name: str = Field(description="The patient's.", examples=["Renée Ångström"])
    record_number: str = Field(examples=["H-2041"])


class WorklistCounts(BaseModel):
    """How long the lists are; 1000 means 1000 or more."""

    unreviewed: int = Field(description="Complete, awaiting a verdict.", examples=[4])
    pending: int = Field(description="Waiting for the model.", examples=[0])
    follow_up: int = Field(
        description="Considered malignant, biopsy result outstanding.", examples=[2]
    )


class ModelInUse(BaseModel):
    """The model that assesses photos now; null if none does."""

    model: ModelName | None
    replicas: int = Field(description="TorchServe replicas that serve it.", examples=[2])
