"""TimelineService: a patient's history, and the notes in it."""

from typing import Any

from dermis.patient.v1 import patient_pb2 as pb
from dermis.patient.v1 import patient_pb2_grpc
from patient_service.patients import timeline
from patient_service.servicers.detection_messages import detection_message
from patient_service.servicers.enum_words import TIMELINE_KIND
from patient_service.servicers.messages import (
    change_message,
    image_message,
    note_message,
    optional_id,
)
from patient_service.servicers.review_messages import review_message
from patient_service.verdicts import reviews
from service_kit import clock
from service_kit.cursors import Cursors
from service_kit.database import Database
from service_kit.ids import parse_id
from service_kit.paging import PageRequest


class TimelineServicer(patient_pb2_grpc.TimelineServiceServicer):
    """Everything that happened to a patient."""

    def __init__(self, database: Database, cursors: Cursors) -> None:
        self._database = database
        self._cursors = cursors

    async def ListTimeline(
        self, request: pb.ListTimelineRequest, context: Any
    ) -> pb.ListTimelineResponse:
        """Page through a timeline."""
        patient_id = parse_id(request.patient_id, "patient")
        lesion_id = optional_id(request.lesion_id, "lesion")
        kinds = sorted({TIMELINE_KIND.word(kind) for kind in request.kinds} - {""})
        collection = f"timeline patient={patient_id} lesion={lesion_id} kinds={','.join(kinds)}"
        asked = PageRequest.of(request, collection, self._cursors)
        page = await timeline.page(
            self._database,
            patient_id,
            lesion_id=lesion_id,
            kinds=kinds,
            size=asked.size,
            position=asked.position,
        )
        return pb.ListTimelineResponse(
            entries=[_entry(entry) for entry in page.rows],
            next_cursor=asked.next_cursor(page),
        )

    async def AddNote(self, request: pb.AddNoteRequest, context: Any) -> pb.AddNoteResponse:
        """Add a note."""
        async with self._database.session() as session:
            note = await timeline.add_note(
                session,
                parse_id(request.patient_id, "patient"),
                optional_id(request.lesion_id, "lesion"),
                request.text,
            )
        return pb.AddNoteResponse(note=note_message(note))


def _entry(entry: timeline.Entry) -> pb.TimelineEntry:
    kind, row = entry
    message = pb.TimelineEntry(at=clock.to_timestamp(row.created_at))
    match kind:
        case "image":
            message.image.CopyFrom(image_message(row))
            message.at.CopyFrom(clock.to_timestamp(row.captured_at or row.created_at))
        case "detection":
            shown = detection_message(row, row.lesion_id, with_heatmap=False)
            message.detection.CopyFrom(shown)
        case "review":
            message.review.CopyFrom(review_message(reviews.from_row(row)))
        case "note":
            message.note.CopyFrom(note_message(row))
        case "change":
            message.change.CopyFrom(change_message(row))
    return message
