"""DetectionService."""

from typing import Any

from dermis.patient.v1 import patient_pb2 as pb
from dermis.patient.v1 import patient_pb2_grpc
from patient_service import detections, reviews, worklists
from patient_service.servicers.enum_words import VERDICT, WORKLIST_KIND
from patient_service.servicers.messages import (
    detection_message,
    optional_id,
    outcome,
    review_message,
)
from service_kit.cursors import Cursors, page_size
from service_kit.database import current_session
from service_kit.ids import parse_id
from service_kit.paging import next_cursor


class DetectionServicer(patient_pb2_grpc.DetectionServiceServicer):
    """Detections of the caller's clinic and the verdicts on them."""

    def __init__(self, cursors: Cursors) -> None:
        self._cursors = cursors

    async def RecordDetection(
        self, request: pb.RecordDetectionRequest, context: Any
    ) -> pb.RecordDetectionResponse:
        """Record a diagnosis."""
        detection, lesion_id = await detections.record(
            current_session(),
            parse_id(request.image_id, "image"),
            outcome(request),
            rediagnosis=request.rediagnosis,
        )
        return pb.RecordDetectionResponse(detection=detection_message(detection, lesion_id))

    async def GetDetection(
        self, request: pb.GetDetectionRequest, context: Any
    ) -> pb.GetDetectionResponse:
        """One detection with its reviews."""
        detection_id = parse_id(request.detection_id, "detection")
        given = await reviews.of_detection(current_session(), detection_id)
        detection, lesion_id = await detections.view(current_session(), detection_id)
        return pb.GetDetectionResponse(
            detection=detection_message(detection, lesion_id),
            reviews=[review_message(review) for review in given],
        )

    async def ListDetections(
        self, request: pb.ListDetectionsRequest, context: Any
    ) -> pb.ListDetectionsResponse:
        """Page through a patient's detections."""
        patient_id = parse_id(request.patient_id, "patient")
        lesion_id = optional_id(request.lesion_id, "lesion")
        image_id = optional_id(request.image_id, "image")
        collection = f"detections patient={patient_id} lesion={lesion_id} image={image_id}"
        page = await detections.page(
            current_session(),
            patient_id,
            lesion_id=lesion_id,
            image_id=image_id,
            size=page_size(request.limit),
            position=self._cursors.read(collection, request.cursor),
        )
        return pb.ListDetectionsResponse(
            detections=[
                detection_message(detection, lesion, with_heatmap=False)
                for detection, lesion in page.rows
            ],
            next_cursor=next_cursor(self._cursors, collection, page),
        )

    async def ListWorklist(
        self, request: pb.ListWorklistRequest, context: Any
    ) -> pb.ListWorklistResponse:
        """Page through one of the clinic's worklists."""
        kind = WORKLIST_KIND.word(request.kind)
        collection = f"worklist {kind}"
        page = await worklists.page(
            current_session(),
            kind,
            size=page_size(request.limit),
            position=self._cursors.read(collection, request.cursor),
        )
        return pb.ListWorklistResponse(
            entries=[
                pb.WorklistEntry(
                    detection=detection_message(
                        entry.detection, entry.lesion_id, with_heatmap=False
                    ),
                    full_name=entry.full_name,
                    record_number=entry.record_number,
                )
                for entry in page.rows
            ],
            next_cursor=next_cursor(self._cursors, collection, page),
        )

    async def CountWorklist(
        self, request: pb.CountWorklistRequest, context: Any
    ) -> pb.CountWorklistResponse:
        """Count the clinic's worklists."""
        counts = await worklists.count(current_session())
        return pb.CountWorklistResponse(
            unreviewed=counts.unreviewed, pending=counts.pending, follow_up=counts.follow_up
        )

    async def AddReview(self, request: pb.AddReviewRequest, context: Any) -> pb.AddReviewResponse:
        """Add a verdict."""
        review = await reviews.add(
            current_session(),
            parse_id(request.detection_id, "detection"),
            VERDICT.word(request.verdict),
            request.note,
        )
        return pb.AddReviewResponse(review=review_message(review))
