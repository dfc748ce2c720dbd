"""MarkingService: what clinicians draw over photos, and how large lesions are."""

from typing import Any

from dermis.patient.v1 import patient_pb2 as pb
from dermis.patient.v1 import patient_pb2_grpc
from patient_service.markings import markings, measures, sizes
from patient_service.markings.drawings import Drawing
from patient_service.markings.sizes import Size
from patient_service.models import Image, Marking
from patient_service.servicers.enum_words import MARKING_KIND
from patient_service.servicers.messages import optional_id, optional_time
from service_kit.database import Database
from service_kit.ids import parse_id


class MarkingServicer(patient_pb2_grpc.MarkingServiceServicer):
    """Markings on the images of the caller's clinic."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ListMarkings(
        self, request: pb.ListMarkingsRequest, context: Any
    ) -> pb.ListMarkingsResponse:
        """The markings of one image."""
        image_id = parse_id(request.image_id, "image")
        async with self._database.session() as session:
            found = await markings.view(session, image_id, withdrawn=request.withdrawn)
        return pb.ListMarkingsResponse(
            markings=[_message(found.image, marking) for marking in found.markings],
            millimetres_per_pixel=measures.millimetres_per_pixel(found.scale, found.image),
            usual_field_of_view=found.usual_field_of_view or 0,
        )

    async def AddMarking(
        self, request: pb.AddMarkingRequest, context: Any
    ) -> pb.AddMarkingResponse:
        """Draw something over an image."""
        drawing = Drawing(
            MARKING_KIND.word(request.kind),
            [value for point in request.points for value in (point.x, point.y)],
            request.text,
            request.millimetres,
        )
        async with self._database.session() as session:
            image_id = parse_id(request.image_id, "image")
            image, marking = await markings.add(session, image_id, drawing)
        return pb.AddMarkingResponse(marking=_message(image, marking))

    async def WithdrawMarking(
        self, request: pb.WithdrawMarkingRequest, context: Any
    ) -> pb.WithdrawMarkingResponse:
        """Take a marking back."""
        async with self._database.session() as session:
            marking_id = parse_id(request.marking_id, "marking")
            image, marking = await markings.withdraw(session, marking_id)
        return pb.WithdrawMarkingResponse(marking=_message(image, marking))

    async def ListSizes(self, request: pb.ListSizesRequest, context: Any) -> pb.ListSizesResponse:
        """How large the lesions on a patient's photos are."""
        async with self._database.session() as session:
            found = await sizes.view(
                session,
                parse_id(request.patient_id, "patient"),
                optional_id(request.lesion_id, "lesion"),
            )
        return pb.ListSizesResponse(sizes=[_size_message(size) for size in found])


def _message(image: Image, row: Marking) -> pb.Marking:
    found = measures.of(row, image)
    return pb.Marking(
        id=str(row.id),
        image_id=str(row.image_id),
        kind=MARKING_KIND.number(row.kind),
        points=[
            pb.MarkingPoint(x=x, y=y)
            for x, y in zip(row.points[::2], row.points[1::2], strict=True)
        ],
        text=row.text,
        millimetres=row.millimetres or 0,
        measures=pb.Measures(
            length=found.length,
            area=found.area,
            longest=found.longest,
            across=found.across,
            angle=found.angle,
        ),
        author_id=str(row.author_id),
        created_at=optional_time(row.created_at),
        withdrawn_at=optional_time(row.withdrawn_at),
        withdrawn_by=str(row.withdrawn_by or ""),
    )


def _size_message(size: Size) -> pb.Size:
    return pb.Size(
        image_id=str(size.marking.image_id),
        marking_id=str(size.marking.id),
        longest=size.longest,
        across=size.across,
        area=size.area,
        author_id=str(size.marking.author_id),
        created_at=optional_time(size.marking.created_at),
    )
