"""Bodies of verdicts."""

from datetime import date
from typing import Any, Literal

from pydantic import Field

from dermis.patient.v1 import patient_pb2 as pb
from gateway.schemas.fields import Body, Id, Moment, Note
from gateway.schemas.messages import FromMessage

Verdict = Literal["agrees", "benign", "malignant", "biopsy_benign", "biopsy_malignant", "withdrawn"]
Management = Literal["no_action", "monitor", "excise", "refer"]
ChecklistKind = Literal["seven_point", "abcd"]

# Rules about lengths and characters live in patient_service; here only a bound on what is taken in.
_LONGEST = 2000


class DiagnosisDraft(Body):
    """A diagnosis by code, in words, or both."""

    code: str | None = Field(
        default=None, max_length=64, description="Of Dermis' list.", examples=["nevus_atypical"]
    )
    text: str = Field(default="", max_length=_LONGEST, examples=["junctional"])

    def message(self) -> pb.Diagnosis:
        """As patient_service takes it."""
        return pb.Diagnosis(code=self.code or "", text=self.text)


class ChecklistDraft(Body):
    """A dermoscopic checklist with the points of each item."""

    kind: ChecklistKind = Field(examples=["abcd"])
    items: dict[str, int] = Field(
        max_length=16,
        examples=[{"asymmetry": 1, "border": 2, "colours": 3, "structures": 3}],
    )

    def message(self) -> pb.Checklist:
        """As patient_service takes it."""
        kind = pb.ChecklistKind.Value(f"CHECKLIST_KIND_{self.kind.upper()}")
        # What protobuf can't hold is no number of points; patient_service refuses it by the rules.
        items = {name: max(-1, min(points, 1000)) for name, points in self.items.items()}
        return pb.Checklist(kind=kind, items=items)


class HistologyDraft(Body):
    """What the pathologist found."""

    diagnosis: DiagnosisDraft = DiagnosisDraft()
    reported_on: date | None = Field(default=None, examples=["2026-03-20"])
    source: str = Field(
        default="",
        max_length=_LONGEST,
        description="Who reported it, and under which number.",
        examples=["Pathology Bergen, 26-4711"],
    )

    def message(self) -> pb.Histology:
        """As patient_service takes it."""
        return pb.Histology(
            diagnosis=self.diagnosis.message(),
            reported_on=self.reported_on.isoformat() if self.reported_on else "",
            source=self.source,
        )


class ReviewDraft(Body):
    """A clinician's own verdict on a photo."""

    verdict: Verdict = Field(examples=["agrees"])
    note: Note = ""
    diagnosis: DiagnosisDraft | None = None
    checklist: ChecklistDraft | None = None
    management: Management | None = Field(default=None, examples=["excise"])
    monitor_until: date | None = Field(
        default=None, description="From today on, and only with `monitor`.", examples=[None]
    )
    histology: HistologyDraft | None = Field(
        default=None, description="Only with a biopsy's verdict.", examples=[None]
    )
    replaces: Id | None = Field(
        default=None,
        description="The verdict that this one corrects or withdraws.",
        examples=[None],
    )

    def message(self, detection_id: str) -> pb.AddReviewRequest:
        """As patient_service takes it."""
        management = self.management or "unspecified"
        return pb.AddReviewRequest(
            detection_id=detection_id,
            verdict=pb.Verdict.Value(f"VERDICT_{self.verdict.upper()}"),
            note=self.note,
            diagnosis=self.diagnosis.message() if self.diagnosis else None,
            checklist=self.checklist.message() if self.checklist else None,
            management=pb.Management.Value(f"MANAGEMENT_{management.upper()}"),
            monitor_until=self.monitor_until.isoformat() if self.monitor_until else "",
            histology=self.histology.message() if self.histology else None,
            replaces=self.replaces or "",
        )


class Diagnosis(FromMessage):
    """A diagnosis, with its classifications where it has a code."""

    code: str | None = Field(examples=["nevus_atypical"])
    text: str = Field(examples=["junctional"])
    icd_o: str | None = Field(description="ICD-O-3 morphology.", examples=["8727/0"])
    icd_11: str | None = Field(examples=["2F20.1"])


class Checklist(FromMessage):
    """A dermoscopic checklist as filled in, and its score."""

    kind: ChecklistKind
    items: dict[str, int]
    score: float = Field(examples=[4.5])

    @classmethod
    def fields_of(cls, message: pb.Checklist) -> dict[str, Any]:
        """The items as a plain object."""
        return super().fields_of(message) | {"items": dict(message.items)}


class Histology(FromMessage):
    """What the pathologist found."""

    diagnosis: Diagnosis | None
    reported_on: date | None
    source: str


class GivenOn(FromMessage):
    """The answer that a verdict was given on; nulls where the model had not answered yet."""

    detection_id: Id
    model_name: str | None = Field(examples=["lesion"])
    model_version: str | None = Field(examples=["1.0.0"])
    label: Literal["benign", "malignant"] | None
    probability_malignant: float | None = Field(examples=[0.83])
    assessable: bool

    @classmethod
    def fields_of(cls, message: pb.GivenOn) -> dict[str, Any]:
        """No probability where there was no answer."""
        found = super().fields_of(message)
        return found if message.label else found | {"probability_malignant": None}


class Review(FromMessage):
    """A verdict as it was given; later ones don't change it, but may correct or withdraw it."""

    id: Id
    image_id: Id
    detection_id: Id
    verdict: Verdict = Field(examples=["agrees"])
    note: Note
    diagnosis: Diagnosis | None = None
    checklist: Checklist | None = None
    management: Management | None = Field(default=None, examples=["monitor"])
    monitor_until: date | None = Field(default=None, examples=["2026-06-14"])
    histology: Histology | None = None
    replaces: Id | None = None
    replaced_by: Id | None = Field(
        default=None, description="The verdict that corrects or withdraws this one."
    )
    given_on: GivenOn | None = None
    author_id: Id
    created_at: Moment
