"""The gateway brings together who wants reminders and what is due."""

from dermis.auth.v1 import auth_pb2
from dermis.patient.v1 import patient_pb2
from gateway.reminders import Reminders
from gateway.tests.conftest import Gateway

CLINIC = "01a20817-f471-731e-896b-230f70989782"


async def test_a_clinics_people_are_reminded_of_what_is_due_there(gateway: Gateway) -> None:
    gateway.auth.answers["ListClinicsToRemind"] = auth_pb2.ListClinicsToRemindResponse(
        clinics=[
            auth_pb2.ClinicToRemind(clinic_id=CLINIC, reminded_on="2027-01-11", today="2027-01-12")
        ]
    )
    gateway.patients.answers["CountDue"] = patient_pb2.CountDueResponse(newly_due=2, due=9)
    gateway.auth.answers["SendReminders"] = auth_pb2.SendRemindersResponse(mails=3)
    reminders = Reminders(gateway.state.clients, gateway.state.service_token)
    assert await reminders.step() == 3
    assert gateway.patients.last("CountDue") == patient_pb2.CountDueRequest(
        clinic_id=CLINIC, reminded_on="2027-01-11", today="2027-01-12"
    )
    assert gateway.auth.last("SendReminders") == auth_pb2.SendRemindersRequest(
        clinic_id=CLINIC, newly_due=2, due=9
    )
