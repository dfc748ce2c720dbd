"""WorklistService: who looks at what, what first, and how the last weeks went."""

from dataclasses import asdict
from typing import Any

from dermis.patient.v1 import patient_pb2 as pb
from dermis.patient.v1 import patient_pb2_grpc
from patient_service.servicers.enum_words import URGENCY
from patient_service.servicers.messages import optional_id
from patient_service.servicers.worklist_messages import entry_message
from patient_service.worklists import assignments, figures, team, urgency
from patient_service.worklists.assignments import Handover
from service_kit.clock import to_timestamp
from service_kit.database import Database
from service_kit.ids import parse_id


class WorklistServicer(patient_pb2_grpc.WorklistServiceServicer):
    """What waits in the caller's clinic."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def AssignImages(
        self, request: pb.AssignImagesRequest, context: Any
    ) -> pb.AssignImagesResponse:
        """Assign photos, or give them back."""
        handovers = [
            Handover(
                image_id=parse_id(one.image_id, "image"),
                to=optional_id(one.assigned_to, "account"),
                before=optional_id(one.assigned_before, "account"),
            )
            for one in request.assignments
        ]
        async with self._database.session() as session:
            await assignments.assign(session, handovers)
        return pb.AssignImagesResponse()

    async def ListUrgent(
        self, request: pb.ListUrgentRequest, context: Any
    ) -> pb.ListUrgentResponse:
        """What the caller should look at first."""
        return pb.ListUrgentResponse(
            entries=[
                pb.UrgentEntry(
                    entry=entry_message(urgent.entry), urgency=URGENCY.number(urgent.urgency)
                )
                for urgent in await urgency.first(self._database)
            ]
        )

    async def CountByColleague(
        self, request: pb.CountByColleagueRequest, context: Any
    ) -> pb.CountByColleagueResponse:
        """What is open, by colleague."""
        counted, unassigned = await team.open_by_colleague(self._database)
        return pb.CountByColleagueResponse(
            colleagues=[
                pb.ColleagueCounts(**{**asdict(one), "account_id": str(one.account_id)})
                for one in counted
            ],
            unassigned=unassigned,
        )

    async def GetClinicFigures(
        self, request: pb.GetClinicFiguresRequest, context: Any
    ) -> pb.GetClinicFiguresResponse:
        """The last eight weeks."""
        found = await figures.of_last_weeks(self._database)
        return pb.GetClinicFiguresResponse(
            all=pb.ClinicFigures(**asdict(found.all)),
            weeks=[
                pb.WeekFigures(since=to_timestamp(since), figures=pb.ClinicFigures(**asdict(week)))
                for since, week in found.weeks
            ],
            is_cut=found.is_cut,
        )
