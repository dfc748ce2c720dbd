"""Bodies of merges: two records of one person made one."""

from typing import Any, Literal

from pydantic import Field

from gateway.schemas.fields import Body, Id, Moment
from gateway.schemas.messages import FromMessage
from gateway.schemas.patients import Patient, PatientProfile

# As many digits as an ETag has.
MOST = 999_999_999

Added = Literal[
    "lesions", "images", "reviews", "markings", "pins", "notes", "changes", "merges"
]  # fmt: skip


class MergeDraft(Body):
    """Whose record moves, and the versions that were looked at."""

    other_patient_id: Id
    version: int = Field(
        default=0, ge=0, le=MOST, description="Of the patient who stays; 0 for any.", examples=[1]
    )
    other_version: int = Field(
        default=0, ge=0, le=MOST, description="Of the other patient; 0 for any.", examples=[1]
    )


class RecordSize(FromMessage):
    """How much a record holds."""

    lesions: int = Field(examples=[2])
    images: int = Field(description="Without those entered in error.", examples=[7])
    voided_images: int = Field(description="Entered in error.", examples=[0])
    reviews: int = Field(description="Clinicians' verdicts.", examples=[3])
    notes: int = Field(examples=[1])


class MergeSide(FromMessage):
    """One of the two patients."""

    patient: Patient
    record: RecordSize

    @classmethod
    def fields_of(cls, message: Any) -> dict[str, Any]:
        """The patient is shaped differently."""
        return {"patient": Patient.of(message.patient), "record": message.record}


class RenamedLesion(FromMessage):
    """A lesion that is called like one of the other record, and so gets a name of its own."""

    lesion_id: Id
    label: str = Field(examples=["left forearm"])
    new_label: str = Field(examples=["left forearm (H-2042)"])


class MergePreview(FromMessage):
    """What a merge would bring together."""

    kept: MergeSide = Field(description="Whose record stays.")
    moved: MergeSide = Field(description="Whose record moves there.")
    profile: PatientProfile = Field(
        description="Afterwards: what is empty is filled from the other, risk notes are joined."
    )
    renamed: list[RenamedLesion]

    @classmethod
    def fields_of(cls, message: Any) -> dict[str, Any]:
        """The profile is shaped differently."""
        return {
            "kept": message.kept,
            "moved": message.moved,
            "profile": PatientProfile.of_message(message.profile),
            "renamed": list(message.renamed),
        }


class Merge(FromMessage):
    """That two patients were merged."""

    id: Id
    kept: Patient
    moved: Patient = Field(description="With the profile of then.")
    author_id: Id
    created_at: Moment
    added: list[Added] = Field(
        description="What was added or changed since, so that they can't be parted.", examples=[[]]
    )
    parted_at: Moment | None

    @classmethod
    def fields_of(cls, message: Any) -> dict[str, Any]:
        """Patients are shaped differently."""
        fields = super().fields_of(message)
        return fields | {"kept": Patient.of(message.kept), "moved": Patient.of(message.moved)}
