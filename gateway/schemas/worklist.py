"""Bodies of /worklist."""

from typing import Self

from pydantic import BaseModel, Field

from dermis.patient.v1 import patient_pb2 as pb
from gateway.schemas.detections import Detection, ModelName


class WorklistEntry(BaseModel):
    """A detection and its patient."""

    detection: Detection
    full_name: str = Field(description="The patient's.", examples=["Renée Ångström"])
    record_number: str = Field(examples=["H-2041"])

    @classmethod
    def of(cls, entry: pb.WorklistEntry) -> Self:
        """From patient_service's entry."""
        return cls(
            detection=Detection.of(entry.detection),
            full_name=entry.full_name,
            record_number=entry.record_number,
        )


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
