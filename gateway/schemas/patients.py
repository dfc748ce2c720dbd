"""Bodies of /patients."""

from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import Field

from dermis.patient.v1 import patient_pb2 as pb
from gateway.schemas.fields import Body, Id, Moment, Page
from gateway.schemas.messages import FromMessage
from service_kit.clock import from_timestamp

Sort = Literal["name", "last_visit", "open_items", "highest_risk"]
Sex = Literal["female", "male", "other", "unknown"]
Fitzpatrick = Annotated[int, Field(ge=1, le=6, examples=[2])]
BirthDate = Annotated[date, Field(examples=["1961-04-30"])]

# Rules about lengths and characters live in patient_service; here only a bound on what is taken in.
_LONGEST = 20_000


class PatientProfile(Body):
    """What is known about a patient, photos aside."""

    record_number: str = Field(max_length=1000, examples=["H-2041"])
    full_name: str = Field(max_length=_LONGEST, examples=["Renée Ångström"])
    birth_date: BirthDate | None = None
    sex: Sex | None = Field(default=None, examples=["female"])
    fitzpatrick_type: Fitzpatrick | None = None
    contact: str = Field(default="", max_length=_LONGEST, examples=["+46 8 123 456"])
    risk_notes: str = Field(default="", max_length=_LONGEST, examples=["Father had a melanoma."])

    @classmethod
    def of_message(cls, profile: pb.PatientProfile) -> "PatientProfile":
        """From patient_service's profile."""
        return PatientProfile.model_validate(_profile_fields(profile))

    def message(self) -> pb.PatientProfile:
        """As patient_service takes it."""
        return pb.PatientProfile(
            record_number=self.record_number,
            full_name=self.full_name,
            birth_date=self.birth_date.isoformat() if self.birth_date else "",
            sex=pb.Sex.Value(f"SEX_{(self.sex or 'unspecified').upper()}"),
            fitzpatrick_type=self.fitzpatrick_type or 0,
            contact=self.contact,
            risk_notes=self.risk_notes,
        )


class PatientSummary(FromMessage):
    """What a list says of a patient besides the profile."""

    lesions: int = Field(description="Closed ones too.", examples=[3])
    last_photo_at: Moment | None
    last_image_id: Id | None = Field(default=None, description="The newest photo.")
    open_items: int = Field(
        description="Photos that wait for the model, a verdict or a follow-up.", examples=[1]
    )
    highest_risk: float | None = Field(
        default=None,
        description="The highest probability of malignancy in the newest answers on these.",
        examples=[0.83],
    )


class Patient(PatientProfile):
    """A patient; `version` is also the ETag."""

    id: Id
    version: int = Field(examples=[1])
    created_at: Moment
    updated_at: Moment
    archived_at: Moment | None = None
    merged_into: Id | None = Field(
        default=None,
        description="The patient whose record holds this one's since both were merged.",
        examples=[None],
    )
    summary: PatientSummary | None = Field(default=None, description="Only in lists.")

    @classmethod
    def of(cls, patient: pb.Patient) -> Self:
        """From patient_service's patient."""
        return cls.model_validate(
            _profile_fields(patient.profile)
            | {
                "id": patient.id,
                "version": patient.version,
                "created_at": from_timestamp(patient.created_at),
                "updated_at": from_timestamp(patient.updated_at),
                "archived_at": from_timestamp(patient.archived_at)
                if patient.HasField("archived_at")
                else None,
                "merged_into": patient.merged_into or None,
                "summary": PatientSummary.of(patient.summary)
                if patient.HasField("summary")
                else None,
            }
        )


def _profile_fields(profile: pb.PatientProfile) -> dict[str, Any]:
    sex = pb.Sex.Name(profile.sex).removeprefix("SEX_").lower()
    return {
        "record_number": profile.record_number,
        "full_name": profile.full_name,
        "birth_date": profile.birth_date or None,
        "sex": None if sex == "unspecified" else sex,
        "fitzpatrick_type": profile.fitzpatrick_type or None,
        "contact": profile.contact,
        "risk_notes": profile.risk_notes,
    }


class LookalikeDraft(Body):
    """What is known of somebody who is about to be added; all of it may be missing."""

    record_number: str = Field(default="", max_length=1000, examples=["H-2041"])
    full_name: str = Field(default="", max_length=_LONGEST, examples=["Renee Angstrom"])
    birth_date: BirthDate | None = None


class Lookalike(FromMessage):
    """Somebody who might be the same person, and why."""

    patient: Patient
    same_record_number: bool = Field(examples=[False])
    like_person: bool = Field(
        description="A like name and the same birth date, or the same name where one has no date.",
        examples=[True],
    )

    @classmethod
    def fields_of(cls, message: Any) -> dict[str, Any]:
        """The patient is shaped differently."""
        return super().fields_of(message) | {"patient": Patient.of(message.patient)}


class PatientPage(Page[Patient]):
    """One page of patients."""

    # The search finds nobody; these patients' names are only like it.
    only_similar: bool = Field(examples=[False])
