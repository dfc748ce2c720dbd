"""OverviewService: pins of lesions on overview photos."""

from typing import Any

from dermis.patient.v1 import patient_pb2 as pb
from dermis.patient.v1 import patient_pb2_grpc
from patient_service.models import Pin
from patient_service.overviews import pins
from patient_service.servicers.messages import optional_time
from service_kit.database import Database
from service_kit.ids import parse_id


class OverviewServicer(patient_pb2_grpc.OverviewServiceServicer):
    """Overview photos of the caller's clinic."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ListPins(self, request: pb.ListPinsRequest, context: Any) -> pb.ListPinsResponse:
        """The pins on one photo."""
        async with self._database.session() as session:
            found = await pins.view(session, parse_id(request.image_id, "image"))
        return pb.ListPinsResponse(pins=[_message(pin) for pin in found])

    async def PlacePin(self, request: pb.PlacePinRequest, context: Any) -> pb.PlacePinResponse:
        """Put a lesion's pin on a photo, or elsewhere on it."""
        image_id = parse_id(request.image_id, "image")
        lesion_id = parse_id(request.lesion_id, "lesion")
        async with self._database.session() as session:
            pin = await pins.place(session, image_id, lesion_id, request.x, request.y)
        return pb.PlacePinResponse(pin=_message(pin))

    async def RemovePin(self, request: pb.RemovePinRequest, context: Any) -> pb.RemovePinResponse:
        """Take a lesion's pin off a photo."""
        image_id = parse_id(request.image_id, "image")
        lesion_id = parse_id(request.lesion_id, "lesion")
        async with self._database.session() as session:
            await pins.remove(session, image_id, lesion_id)
        return pb.RemovePinResponse()


def _message(row: Pin) -> pb.Pin:
    return pb.Pin(
        id=str(row.id),
        image_id=str(row.image_id),
        lesion_id=str(row.lesion_id),
        x=row.x,
        y=row.y,
        author_id=str(row.author_id),
        created_at=optional_time(row.created_at),
    )
