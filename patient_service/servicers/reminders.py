"""ReminderService: how many lesions of a clinic are due, for another Dermis service."""

from typing import Any

from dermis.patient.v1 import patient_pb2 as pb
from dermis.patient.v1 import patient_pb2_grpc
from patient_service.fields.calendar_dates import parse_date
from service_kit.database import Database
from service_kit.ids import parse_id
from service_kit.pipelines import Statement

# PostgreSQL reveals only these numbers of a clinic (migration 0020).
_COUNT = "SELECT newly_due, due FROM count_due(%(clinic_id)s, %(reminded_on)s, %(today)s)"


class ReminderServicer(patient_pb2_grpc.ReminderServiceServicer):
    """Numbers of every clinic, for another Dermis service."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def CountDue(self, request: pb.CountDueRequest, context: Any) -> pb.CountDueResponse:
        """Count a clinic's lesions that are due."""
        parameters = {
            "clinic_id": parse_id(request.clinic_id, "clinic"),
            "reminded_on": parse_date(request.reminded_on, "reminded_on"),
            "today": parse_date(request.today, "today"),
        }
        ((row,),) = await self._database.at_once(Statement(_COUNT, parameters))
        return pb.CountDueResponse(newly_due=row.newly_due, due=row.due)
