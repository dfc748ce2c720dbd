"""LesionService: the lesions of a patient, and two images of one side by side."""

from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from dermis.patient.v1 import patient_pb2 as pb
from dermis.patient.v1 import patient_pb2_grpc
from patient_service import lesions
from patient_service.audit import trail
from patient_service.audit.events import Event
from patient_service.detections import answers
from patient_service.models import Image
from patient_service.servicers.detection_messages import detection_message
from patient_service.servicers.messages import image_message, lesion_message, lesion_profile
from patient_service.servicers.review_messages import review_message
from patient_service.verdicts import reviews
from service_kit.cursors import Cursors
from service_kit.database import Database
from service_kit.ids import parse_id
from service_kit.paging import PageRequest


class LesionServicer(patient_pb2_grpc.LesionServiceServicer):
    """Lesions of the caller's clinic."""

    def __init__(self, database: Database, cursors: Cursors) -> None:
        self._database = database
        self._cursors = cursors

    async def CreateLesion(
        self, request: pb.CreateLesionRequest, context: Any
    ) -> pb.CreateLesionResponse:
        """Add a lesion."""
        async with self._database.session() as session:
            lesion = await lesions.create(
                session,
                parse_id(request.patient_id, "patient"),
                lesion_profile(request.profile),
            )
        return pb.CreateLesionResponse(lesion=lesion_message(lesion))

    async def ListLesions(
        self, request: pb.ListLesionsRequest, context: Any
    ) -> pb.ListLesionsResponse:
        """Page through a patient's lesions."""
        patient_id = parse_id(request.patient_id, "patient")
        collection = f"lesions patient={patient_id}"
        asked = PageRequest.of(request, collection, self._cursors)
        async with self._database.session() as session:
            page = await lesions.page(
                session,
                patient_id,
                size=asked.size,
                position=asked.position,
            )
        return pb.ListLesionsResponse(
            lesions=[lesion_message(lesion, count) for lesion, count in page.rows],
            next_cursor=asked.next_cursor(page),
        )

    async def GetLesion(self, request: pb.GetLesionRequest, context: Any) -> pb.GetLesionResponse:
        """One lesion."""
        async with self._database.session() as session:
            lesion = await lesions.view(session, parse_id(request.lesion_id, "lesion"))
        return pb.GetLesionResponse(lesion=lesion_message(lesion))

    async def UpdateLesion(
        self, request: pb.UpdateLesionRequest, context: Any
    ) -> pb.UpdateLesionResponse:
        """Change a lesion."""
        async with self._database.session() as session:
            lesion = await lesions.update(
                session,
                parse_id(request.lesion_id, "lesion"),
                request.version,
                lesion_profile(request.profile),
            )
        return pb.UpdateLesionResponse(lesion=lesion_message(lesion))

    async def CompareImages(
        self, request: pb.CompareImagesRequest, context: Any
    ) -> pb.CompareImagesResponse:
        """Two images of one lesion with their newest detections."""
        async with self._database.session() as session:
            lesion, left, right = await lesions.compare(
                session,
                parse_id(request.lesion_id, "lesion"),
                parse_id(request.left_image_id, "image"),
                parse_id(request.right_image_id, "image"),
            )
            response = pb.CompareImagesResponse(
                lesion=lesion_message(lesion),
                left=await _side(session, left),
                right=await _side(session, right),
            )
            await trail.append(
                session,
                Event.IMAGES_COMPARED,
                patient_id=lesion.patient_id,
                subject_id=lesion.id,
                left=str(left.id),
                right=str(right.id),
            )
        return response


async def _side(session: AsyncSession, image: Image) -> pb.ComparedImage:
    detection = await answers.newest_of(session, image.id)
    review = await reviews.standing_on(session, image.id)
    return pb.ComparedImage(
        image=image_message(image),
        detection=detection_message(detection, image.lesion_id) if detection else None,
        review=review_message(review) if review else None,
    )
