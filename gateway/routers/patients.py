"""/patients: profiles and history."""

from typing import Annotated

from fastapi import APIRouter, Header, Query, Response

from dermis.options.v1 import access_pb2
from dermis.patient.v1 import patient_pb2 as pb
from gateway.errors import answers
from gateway.rate_limit import limited
from gateway.routers.dependencies import ClientsDep, Cursor, Limit
from gateway.schemas.detections import Detection, DetectionPage
from gateway.schemas.patients import Patient, PatientPage, PatientProfile
from gateway.security import permit
from service_kit.errors import Code, DomainError

READ = permit(access_pb2.PERMISSION_READ_PATIENTS)
WRITE = permit(access_pb2.PERMISSION_WRITE_PATIENTS)

router = APIRouter(prefix="/patients", tags=["patients"], responses=answers(401, 403, 422))


@router.post("/", status_code=201, dependencies=[WRITE, limited("api")], responses=answers(409))
async def create_patient(body: PatientProfile, response: Response, clients: ClientsDep) -> Patient:
    """Add a patient to my clinic."""
    answer = await clients.patients.CreatePatient(pb.CreatePatientRequest(profile=body.message()))
    return _tagged(response, answer.patient)


@router.get("/", dependencies=[READ, limited("api")])
async def list_patients(
    clients: ClientsDep,
    search: Annotated[str, Query(max_length=200, description="Beginnings of words.")] = "",
    limit: Limit = 50,
    cursor: Cursor = "",
    archived: Annotated[bool, Query(description="Archived patients instead.")] = False,
) -> PatientPage:
    """My clinic's patients, by name or record number."""
    page = await clients.patients.ListPatients(
        pb.ListPatientsRequest(search=search, limit=limit, cursor=cursor, archived=archived)
    )
    return PatientPage(
        items=[Patient.of(patient) for patient in page.patients],
        next_cursor=page.next_cursor or None,
    )


@router.get("/{patient_id}", dependencies=[READ, limited("api")], responses=answers(404))
async def get_patient(patient_id: str, response: Response, clients: ClientsDep) -> Patient:
    """One patient; the ETag goes into If-Match when it is changed."""
    answer = await clients.patients.GetPatient(pb.GetPatientRequest(patient_id=patient_id))
    return _tagged(response, answer.patient)


@router.put(
    "/{patient_id}", dependencies=[WRITE, limited("api")], responses=answers(404, 409, 412, 428)
)
async def update_patient(
    patient_id: str,
    body: PatientProfile,
    response: Response,
    clients: ClientsDep,
    if_match: Annotated[str, Header(description="The ETag the change was made from.")] = "",
) -> Patient:
    """Replace a patient's profile; 412 where somebody changed it meanwhile."""
    answer = await clients.patients.UpdatePatient(
        pb.UpdatePatientRequest(
            patient_id=patient_id, version=_version(if_match), profile=body.message()
        )
    )
    return _tagged(response, answer.patient)


@router.post("/{patient_id}/archive", dependencies=[WRITE, limited("api")], responses=answers(404))
async def archive_patient(patient_id: str, clients: ClientsDep) -> Patient:
    """Take a patient out of the lists; nothing is deleted."""
    answer = await clients.patients.ArchivePatient(pb.ArchivePatientRequest(patient_id=patient_id))
    return Patient.of(answer.patient)


@router.post("/{patient_id}/restore", dependencies=[WRITE, limited("api")], responses=answers(404))
async def restore_patient(patient_id: str, clients: ClientsDep) -> Patient:
    """Bring an archived patient back."""
    answer = await clients.patients.RestorePatient(pb.RestorePatientRequest(patient_id=patient_id))
    return Patient.of(answer.patient)


@router.get("/{patient_id}/detections", dependencies=[READ, limited("api")], responses=answers(404))
async def list_detections(
    patient_id: str, clients: ClientsDep, limit: Limit = 50, cursor: Cursor = ""
) -> DetectionPage:
    """A patient's history, newest first."""
    page = await clients.detections.ListDetections(
        pb.ListDetectionsRequest(patient_id=patient_id, limit=limit, cursor=cursor)
    )
    return DetectionPage(
        items=[Detection.of(detection) for detection in page.detections],
        next_cursor=page.next_cursor or None,
    )


def _tagged(response: Response, patient: pb.Patient) -> Patient:
    response.headers["ETag"] = f'"{patient.version}"'
    return Patient.of(patient)


def _version(if_match: str) -> int:
    try:
        return int(if_match.strip().removeprefix("W/").strip('"'))
    except ValueError:
        raise DomainError(
            Code.FAILED_PRECONDITION,
            "IF_MATCH_REQUIRED",
            "Send the patient's ETag in If-Match, so that nobody's change is lost.",
        ) from None
