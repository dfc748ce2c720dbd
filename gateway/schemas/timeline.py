"""Bodies of a patient's timeline."""

from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from dermis.patient.v1 import patient_pb2 as pb
from gateway.schemas.detections import Detection
from gateway.schemas.fields import Body, Id, Moment, Page
from gateway.schemas.fields import Note as NoteText
from gateway.schemas.images import Image
from gateway.schemas.messages import FromMessage
from gateway.schemas.reviews import Review
from service_kit.clock import from_timestamp

Kind = Literal["image", "detection", "review", "note", "change"]


class NoteDraft(Body):
    """A note on a patient or one of their lesions."""

    text: NoteText
    lesion_id: Id | None = None


class Note(FromMessage):
    """A note as it was written; notes can't be changed."""

    id: Id
    patient_id: Id
    lesion_id: Id | None
    text: NoteText
    author_id: Id
    created_at: Moment


class Change(FromMessage):
    """A change to a patient's or lesion's profile: which fields, not their contents."""

    id: Id
    lesion_id: Id | None
    action: str = Field(examples=["updated"])
    fields: list[str] = Field(examples=[["risk_notes"]])
    author_id: Id
    created_at: Moment


class ImageEntry(BaseModel):
    """A photo was stored."""

    kind: Literal["image"] = "image"
    at: Moment
    image: Image


class DetectionEntry(BaseModel):
    """The model assessed a photo."""

    kind: Literal["detection"] = "detection"
    at: Moment
    detection: Detection


class ReviewEntry(BaseModel):
    """A clinician gave a verdict."""

    kind: Literal["review"] = "review"
    at: Moment
    review: Review


class NoteEntry(BaseModel):
    """A note was written."""

    kind: Literal["note"] = "note"
    at: Moment
    note: Note


class ChangeEntry(BaseModel):
    """The patient or a lesion was added or changed."""

    kind: Literal["change"] = "change"
    at: Moment
    change: Change


TimelineEntry = Annotated[
    ImageEntry | DetectionEntry | ReviewEntry | NoteEntry | ChangeEntry,
    Field(discriminator="kind"),
]


class TimelinePage(Page[TimelineEntry]):
    """One page of a timeline, newest first."""


_ENTRIES: dict[str, Callable[[pb.TimelineEntry], Any]] = {
    "image": lambda e: ImageEntry(at=from_timestamp(e.at), image=Image.of(e.image)),
    "detection": lambda e: DetectionEntry(
        at=from_timestamp(e.at), detection=Detection.of(e.detection)
    ),
    "review": lambda e: ReviewEntry(at=from_timestamp(e.at), review=Review.of(e.review)),
    "note": lambda e: NoteEntry(at=from_timestamp(e.at), note=Note.of(e.note)),
    "change": lambda e: ChangeEntry(at=from_timestamp(e.at), change=Change.of(e.change)),
}


def timeline_entry(entry: pb.TimelineEntry) -> TimelineEntry:
    """From patient_service's entry."""
    found: TimelineEntry = _ENTRIES[str(entry.WhichOneof("subject"))](entry)
    return found
