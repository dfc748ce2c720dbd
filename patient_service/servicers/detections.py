"""DetectionService: the model's answers, the verdicts on them, and the worklists."""

from dataclasses import asdict
from typing import Any

from dermis.patient.v1 import patient_pb2 as pb
from dermis.patient.v1 import patient_pb2_grpc
from patient_service.audit import trail
from patient_service.detections import answers, subjects
from patient_service.detections.subjects import Subject
from patient_service.images import image_records
from patient_service.servicers.detection_messages import detection_message, outcome
from patient_service.servicers.enum_words import BODY_SITE, WORKLIST_KIND
from patient_service.servicers.messages import image_message, optional_id
from patient_service.servicers.review_messages import review_message, verdict_content
from patient_service.servicers.worklist_messages import entry_message
from patient_service.verdicts import reviews
from patient_service.worklists import lists
from service_kit.clock import to_timestamp
from service_kit.cursors import Cursors
from service_kit.database import Database
from service_kit.ids import parse_id
from service_kit.paging import PageRequest
from service_kit.reasons import Reason


class DetectionServicer(patient_pb2_grpc.DetectionServiceServicer):
    """Detections of the caller's clinic and the verdicts on them."""

    def __init__(self, database: Database, cursors: Cursors) -> None:
        self._database = database
        self._cursors = cursors

    async def RecordDetection(
        self, request: pb.RecordDetectionRequest, context: Any
    ) -> pb.RecordDetectionResponse:
        """Record the model's answer, or that it is still to come."""
        image_id, answer = parse_id(request.image_id, "image"), outcome(request)
        if answer and not request.rediagnosis:
            finished, _ = await self._database.at_once(*answers.finishing(image_id, answer))
            for row in finished:
                message = detection_message(row, row.lesion_id)
                return pb.RecordDetectionResponse(detection=message)
        async with self._database.session() as session:
            detection, lesion_id = await answers.record(
                session, image_id, answer, rediagnosis=request.rediagnosis
            )
        return pb.RecordDetectionResponse(detection=detection_message(detection, lesion_id))

    async def GetDetection(
        self, request: pb.GetDetectionRequest, context: Any
    ) -> pb.GetDetectionResponse:
        """One detection with its reviews."""
        detection_id = parse_id(request.detection_id, "detection")
        found, given = await self._database.at_once(
            answers.view().to(detection_id=detection_id),
            reviews.OF_DETECTION.given(detection_id=detection_id),
        )
        for row in found:
            return pb.GetDetectionResponse(
                detection=detection_message(row, row.lesion_id),
                reviews=[review_message(reviews.from_row(one)) for one in reversed(given)],
                subject=_subject_message(subjects.of_row(row)),
            )
        async with self._database.session() as session:
            raise await trail.not_found(session, Reason.DETECTION_NOT_FOUND, detection_id)

    async def ListDetections(
        self, request: pb.ListDetectionsRequest, context: Any
    ) -> pb.ListDetectionsResponse:
        """Page through a patient's detections."""
        patient_id = parse_id(request.patient_id, "patient")
        lesion_id = optional_id(request.lesion_id, "lesion")
        image_id = optional_id(request.image_id, "image")
        collection = f"detections patient={patient_id} lesion={lesion_id} image={image_id}"
        asked = PageRequest.of(request, collection, self._cursors)
        page = await answers.page(
            self._database,
            patient_id,
            lesion_id=lesion_id,
            image_id=image_id,
            size=asked.size,
            position=asked.position,
        )
        return pb.ListDetectionsResponse(
            detections=[
                detection_message(detection, lesion, with_heatmap=False)
                for detection, lesion in page.rows
            ],
            next_cursor=asked.next_cursor(page),
        )

    async def ListWorklist(
        self, request: pb.ListWorklistRequest, context: Any
    ) -> pb.ListWorklistResponse:
        """Page through one of the clinic's worklists."""
        kind = WORKLIST_KIND.word(request.kind)
        collection = f"worklist {kind}"
        asked = PageRequest.of(request, collection, self._cursors)
        page = await lists.page(self._database, kind, size=asked.size, position=asked.position)
        return pb.ListWorklistResponse(
            entries=[entry_message(entry) for entry in page.rows],
            next_cursor=asked.next_cursor(page),
        )

    async def CountWorklist(
        self, request: pb.CountWorklistRequest, context: Any
    ) -> pb.CountWorklistResponse:
        """Count the clinic's worklists."""
        counts = await lists.count(self._database)
        return pb.CountWorklistResponse(
            unreviewed=counts.unreviewed,
            pending=counts.pending,
            follow_up=counts.follow_up,
            due=counts.due,
            archived_open=counts.archived_open,
        )

    async def CountOpen(self, request: pb.CountOpenRequest, context: Any) -> pb.CountOpenResponse:
        """What is still open of a patient."""
        async with self._database.session() as session:
            found = await lists.count_open(session, parse_id(request.patient_id, "patient"))
        return pb.CountOpenResponse(**asdict(found))

    async def GetImageRecord(
        self, request: pb.GetImageRecordRequest, context: Any
    ) -> pb.GetImageRecordResponse:
        """Everything that was said of an image."""
        async with self._database.session() as session:
            record = await image_records.view(session, parse_id(request.image_id, "image"))
        return pb.GetImageRecordResponse(
            image=image_message(record.image, record.also_of),
            detections=[
                detection_message(detection, lesion_id, with_heatmap=False)
                for detection, lesion_id in record.detections
            ],
            reviews=[review_message(given) for given in record.reviews],
            standing_review_id=str(record.standing.review.id) if record.standing else "",
        )

    async def AddReview(self, request: pb.AddReviewRequest, context: Any) -> pb.AddReviewResponse:
        """Add a verdict."""
        async with self._database.session() as session:
            review = await reviews.add(
                session,
                parse_id(request.detection_id, "detection"),
                verdict_content(request),
                optional_id(request.replaces, "verdict"),
            )
        return pb.AddReviewResponse(review=review_message(review))


def _subject_message(subject: Subject) -> pb.Subject:
    return pb.Subject(
        birth_date=subject.birth_date.isoformat() if subject.birth_date else "",
        fitzpatrick_type=subject.fitzpatrick_type or 0,
        body_site=BODY_SITE.number(subject.body_site),
        taken_at=to_timestamp(subject.taken_at),
    )
