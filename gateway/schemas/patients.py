"""Bodies of /patients."""

from datetime import date, datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, Field

from dermis.patient.v1 import patient_pb2 as pb
from gateway.schemas.auth import Body
from service_kit.clock import from_timestamp

Sex = Literal["", "female", "male", "other", "unknown"]
Fitzpatrick = Annotated[int, Field(ge=1, le=6)]


class PatientProfile(Body):
    """What is known of a patient apart from pictures."""

    record_number: str = Field(max_length=1000, examples=["H-2041"])
    full_name: str = Field(max_length=20_000, examples=["Renée Ångström"])
    birth_date: date | None = Field(default=None, examples=["1961-04-30"])
    sex: Sex = ""
    fitzpatrick_type: Fitzpatrick | None = Field(default=None, examples=[2])
    contact: str = Field(default="", max_length=20_000)
    risk_notes: str = Field(default="", max_length=20_000, examples=["Father had a melanoma."])

    def message(self) -> pb.PatientProfile:
        """As patient_service takes it."""
        return pb.PatientProfile(
            record_number=self.record_number,
            full_name=self.full_name,
            birth_date=self.birth_date.isoformat() if self.birth_date else "",
            sex=pb.Sex.Value(f"SEX_{self.sex.upper() or 'UNSPECIFIED'}"),
            fitzpatrick_type=self.fitzpatrick_type or 0,
            contact=self.contact,
            risk_notes=self.risk_notes,
        )


class Patient(PatientProfile):
    """A patient; `version` is also the ETag."""

    id: str
    version: int
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None = None

    @classmethod
    def of(cls, patient: pb.Patient) -> Self:
        """From patient_service's patient."""
        profile = patient.profile
        return cls(
            id=patient.id,
            version=patient.version,
            record_number=profile.record_number,
            full_name=profile.full_name,
            birth_date=date.fromisoformat(profile.birth_date) if profile.birth_date else None,
            sex=_sex(profile.sex),
            fitzpatrick_type=profile.fitzpatrick_type or None,
            contact=profile.contact,
            risk_notes=profile.risk_notes,
            created_at=from_timestamp(patient.created_at),
            updated_at=from_timestamp(patient.updated_at),
            archived_at=from_timestamp(patient.archived_at)
            if patient.HasField("archived_at")
            else None,
        )


class PatientPage(BaseModel):
    """A page of patients in order of name."""

    items: list[Patient]
    next_cursor: str | None


def _sex(value: pb.Sex.ValueType) -> Sex:
    name = pb.Sex.Name(value).removeprefix("SEX_").lower()
    return "" if name == "unspecified" else name  # type: ignore[return-value]
