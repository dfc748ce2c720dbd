"""PatientService."""

from typing import Any

from dermis.patient.v1 import patient_pb2 as pb
from dermis.patient.v1 import patient_pb2_grpc
from patient_service import patient_lists, patients
from patient_service.free_text import checked
from patient_service.servicers.messages import patient_message, patient_profile
from service_kit.cursors import Cursors, page_size
from service_kit.database import current_session
from service_kit.ids import parse_id
from service_kit.paging import next_cursor

MAX_SEARCH_LENGTH = 200


class PatientServicer(patient_pb2_grpc.PatientServiceServicer):
    """Profiles of the caller's clinic."""

    def __init__(self, cursors: Cursors) -> None:
        self._cursors = cursors

    async def CreatePatient(
        self, request: pb.CreatePatientRequest, context: Any
    ) -> pb.CreatePatientResponse:
        """Add a patient."""
        patient = await patients.create(current_session(), patient_profile(request.profile))
        return pb.CreatePatientResponse(patient=patient_message(patient))

    async def ListPatients(
        self, request: pb.ListPatientsRequest, context: Any
    ) -> pb.ListPatientsResponse:
        """Page through the patients."""
        search = checked(request.search, "search", limit=MAX_SEARCH_LENGTH)
        collection = f"patients archived={request.archived} search={search}"
        page = await patient_lists.page(
            current_session(),
            search=search,
            archived=request.archived,
            size=page_size(request.limit),
            position=self._cursors.read(collection, request.cursor),
        )
        return pb.ListPatientsResponse(
            patients=[patient_message(patient) for patient in page.rows],
            next_cursor=next_cursor(self._cursors, collection, page),
        )

    async def GetPatient(
        self, request: pb.GetPatientRequest, context: Any
    ) -> pb.GetPatientResponse:
        """One patient."""
        patient = await patients.view(current_session(), parse_id(request.patient_id, "patient"))
        return pb.GetPatientResponse(patient=patient_message(patient))

    async def UpdatePatient(
        self, request: pb.UpdatePatientRequest, context: Any
    ) -> pb.UpdatePatientResponse:
        """Change a profile."""
        patient = await patients.update(
            current_session(),
            parse_id(request.patient_id, "patient"),
            request.version,
            patient_profile(request.profile),
        )
        return pb.UpdatePatientResponse(patient=patient_message(patient))

    async def ArchivePatient(
        self, request: pb.ArchivePatientRequest, context: Any
    ) -> pb.ArchivePatientResponse:
        """Take a patient out of the lists."""
        patient = await patients.archive(current_session(), parse_id(request.patient_id, "patient"))
        return pb.ArchivePatientResponse(patient=patient_message(patient))

    async def RestorePatient(
        self, request: pb.RestorePatientRequest, context: Any
    ) -> pb.RestorePatientResponse:
        """Bring an archived patient back."""
        patient = await patients.restore(current_session(), parse_id(request.patient_id, "patient"))
        return pb.RestorePatientResponse(patient=patient_message(patient))
