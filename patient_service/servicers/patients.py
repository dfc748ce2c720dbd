"""PatientService: profiles, search and archiving."""

from typing import Any

from dermis.patient.v1 import patient_pb2 as pb
from dermis.patient.v1 import patient_pb2_grpc
from patient_service.fields.text_fields import checked_text
from patient_service.patients import lists, lookalikes, profiles
from patient_service.servicers.enum_words import PATIENT_SORT
from patient_service.servicers.messages import patient_message, patient_profile
from service_kit.cursors import Cursors
from service_kit.database import Database
from service_kit.ids import parse_id
from service_kit.paging import PageRequest

MAX_SEARCH_LENGTH = 200


class PatientServicer(patient_pb2_grpc.PatientServiceServicer):
    """Profiles of the caller's clinic."""

    def __init__(self, database: Database, cursors: Cursors) -> None:
        self._database = database
        self._cursors = cursors

    async def CreatePatient(
        self, request: pb.CreatePatientRequest, context: Any
    ) -> pb.CreatePatientResponse:
        """Add a patient."""
        async with self._database.session() as session:
            patient = await profiles.create(session, patient_profile(request.profile))
        return pb.CreatePatientResponse(patient=patient_message(patient))

    async def FindLookalikes(
        self, request: pb.FindLookalikesRequest, context: Any
    ) -> pb.FindLookalikesResponse:
        """Who might be the same person."""
        person = lookalikes.Person.checked(
            record_number=request.record_number,
            full_name=request.full_name,
            birth_date=request.birth_date,
        )
        async with self._database.session() as session:
            found = await lookalikes.find(session, person)
        return pb.FindLookalikesResponse(
            lookalikes=[
                pb.Lookalike(
                    patient=patient_message(one.patient),
                    same_record_number=one.same_record_number,
                    like_person=one.like_person,
                )
                for one in found
            ]
        )

    async def ListPatients(
        self, request: pb.ListPatientsRequest, context: Any
    ) -> pb.ListPatientsResponse:
        """Page through the patients."""
        search = checked_text(request.search, "search", limit=MAX_SEARCH_LENGTH)
        order = lists.Order(PATIENT_SORT.word(request.sort) or "name", request.descending)
        collection = f"patients archived={request.archived} search={search} {order}"
        asked = PageRequest.of(request, collection, self._cursors)
        page, only_similar = await lists.page(
            self._database,
            search=search,
            archived=request.archived,
            order=order,
            size=asked.size,
            position=asked.position,
        )
        return pb.ListPatientsResponse(
            patients=[patient_message(one, summary) for one, summary in page.rows],
            next_cursor=asked.next_cursor(page),
            only_similar=only_similar,
        )

    async def GetPatient(
        self, request: pb.GetPatientRequest, context: Any
    ) -> pb.GetPatientResponse:
        """One patient."""
        patient_id = parse_id(request.patient_id, "patient")
        ((*found,),) = await self._database.at_once(profiles.VIEW.to(patient_id=patient_id))
        if not found:
            async with self._database.session() as session:
                found = [await profiles.view(session, patient_id)]
        return pb.GetPatientResponse(patient=patient_message(found[0]))

    async def UpdatePatient(
        self, request: pb.UpdatePatientRequest, context: Any
    ) -> pb.UpdatePatientResponse:
        """Change a profile."""
        async with self._database.session() as session:
            patient = await profiles.update(
                session,
                parse_id(request.patient_id, "patient"),
                request.version,
                patient_profile(request.profile),
            )
        return pb.UpdatePatientResponse(patient=patient_message(patient))

    async def ArchivePatient(
        self, request: pb.ArchivePatientRequest, context: Any
    ) -> pb.ArchivePatientResponse:
        """Archive a patient."""
        async with self._database.session() as session:
            patient = await profiles.archive(session, parse_id(request.patient_id, "patient"))
        return pb.ArchivePatientResponse(patient=patient_message(patient))

    async def RestorePatient(
        self, request: pb.RestorePatientRequest, context: Any
    ) -> pb.RestorePatientResponse:
        """Restore an archived patient."""
        async with self._database.session() as session:
            patient = await profiles.restore(session, parse_id(request.patient_id, "patient"))
        return pb.RestorePatientResponse(patient=patient_message(patient))
