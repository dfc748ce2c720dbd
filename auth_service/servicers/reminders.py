"""ReminderService: reminders by mail of what is due."""

from typing import Any

from auth_service.clinic import reminders
from dermis.auth.v1 import auth_pb2 as pb
from dermis.auth.v1 import auth_pb2_grpc
from service_kit.database import Database
from service_kit.ids import parse_id


class ReminderServicer(auth_pb2_grpc.ReminderServiceServicer):
    """gRPC in, rules called, gRPC out."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ListClinicsToRemind(
        self, request: pb.ListClinicsToRemindRequest, context: Any
    ) -> pb.ListClinicsToRemindResponse:
        """Clinics where somebody has not been reminded yet today."""
        async with self._database.session() as session:
            found = await reminders.clinics_to_remind(session)
        return pb.ListClinicsToRemindResponse(
            clinics=[
                pb.ClinicToRemind(
                    clinic_id=str(clinic.clinic_id),
                    reminded_on=clinic.reminded_on.isoformat(),
                    today=clinic.today.isoformat(),
                )
                for clinic in found
            ]
        )

    async def SendReminders(
        self, request: pb.SendRemindersRequest, context: Any
    ) -> pb.SendRemindersResponse:
        """Remind a clinic's clinicians."""
        clinic_id = parse_id(request.clinic_id, "clinic")
        async with self._database.session() as session:
            mails = await reminders.send(
                session, clinic_id, newly_due=request.newly_due, due=request.due
            )
        return pb.SendRemindersResponse(mails=mails)
