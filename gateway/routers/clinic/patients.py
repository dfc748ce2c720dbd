"""/patients: profiles, history and timeline."""

from typing import Annotated

from fastapi import Query, Response

from dermis.patient.v1 import patient_pb2 as pb
from gateway.http.answers import answers
from gateway.routers.dependencies import ClientsDep, Cursor, Limit, Version, set_etag
from gateway.routers.guards import READ_PATIENTS, WRITE_PATIENTS, Router, limited
from gateway.schemas.detections import Detection
from gateway.schemas.fields import Page
from gateway.schemas.patients import (
    Lookalike,
    LookalikeDraft,
    Patient,
    PatientPage,
    PatientProfile,
    Sort,
)
from gateway.schemas.timeline import Kind, Note, NoteDraft, TimelinePage, timeline_entry
from gateway.schemas.worklist import OpenOfPatient
from service_kit.reasons import Reason

# What routes about one patient answer, those that take a text, and those that take a profile.
ONE = (Reason.PATIENT_NOT_FOUND, Reason.INVALID_ID, 422)
TEXT = (Reason.TEXT_REQUIRED, Reason.TEXT_TOO_LONG, Reason.TEXT_NOT_ALLOWED, 422)
PROFILE = (*TEXT, Reason.DATE_TOO_EARLY, Reason.DATE_IN_FUTURE)

router = Router(prefix="/patients", tags=["patients"], responses=answers(401, 403, 422, 429, 503))


@router.post(
    "/",
    status_code=201,
    dependencies=[WRITE_PATIENTS, limited("api")],
    responses=answers(403, Reason.NO_CLINIC, Reason.RECORD_NUMBER_TAKEN, *PROFILE),
)
async def create_patient(body: PatientProfile, response: Response, clients: ClientsDep) -> Patient:
    """Add a patient to my clinic."""
    answer = await clients.patients.CreatePatient(pb.CreatePatientRequest(profile=body.message()))
    return _tagged(response, answer.patient)


@router.post(
    "/lookalikes",
    dependencies=[READ_PATIENTS, limited("api")],
    responses=answers(
        Reason.TEXT_TOO_LONG,
        Reason.TEXT_NOT_ALLOWED,
        Reason.DATE_TOO_EARLY,
        Reason.DATE_IN_FUTURE,
        422,
    ),
)
async def find_lookalikes(body: LookalikeDraft, clients: ClientsDep) -> Page[Lookalike]:
    """Who might be the person that I am about to add: a hint, nobody is refused for it."""
    answer = await clients.patients.FindLookalikes(
        pb.FindLookalikesRequest(
            record_number=body.record_number,
            full_name=body.full_name,
            birth_date=body.birth_date.isoformat() if body.birth_date else "",
        )
    )
    return Page.of([Lookalike.of(one) for one in answer.lookalikes], "")


@router.get(
    "/",
    dependencies=[READ_PATIENTS, limited("api")],
    responses=answers(422, Reason.CURSOR_INVALID, Reason.TEXT_NOT_ALLOWED),
)
async def list_patients(
    clients: ClientsDep,
    search: Annotated[
        str,
        Query(
            max_length=200,
            description="Parts of the name, record number or birth date, in any order.",
        ),
    ] = "",
    limit: Limit = 50,
    cursor: Cursor = "",
    archived: Annotated[bool, Query(description="Archived patients instead.")] = False,
    sort: Annotated[Sort, Query(description="A search lists the likest first.")] = "name",
    descending: Annotated[bool, Query(description="The newest, most or highest first.")] = False,
) -> PatientPage:
    """My clinic's patients: all in an order, or those that a search finds, the likest first."""
    page = await clients.patients.ListPatients(
        pb.ListPatientsRequest(
            search=search,
            limit=limit,
            cursor=cursor,
            archived=archived,
            sort=pb.PatientSort.Value(f"PATIENT_SORT_{sort.upper()}"),
            descending=descending,
        )
    )
    return PatientPage(
        items=[Patient.of(patient) for patient in page.patients],
        next_cursor=page.next_cursor or None,
        only_similar=page.only_similar,
    )


@router.get("/{patient_id}", dependencies=[READ_PATIENTS, limited("api")], responses=answers(*ONE))
async def get_patient(patient_id: str, response: Response, clients: ClientsDep) -> Patient:
    """One patient; send the ETag back in If-Match to change it."""
    answer = await clients.patients.GetPatient(pb.GetPatientRequest(patient_id=patient_id))
    return _tagged(response, answer.patient)


@router.put(
    "/{patient_id}",
    dependencies=[WRITE_PATIENTS, limited("api")],
    responses=answers(
        *ONE,
        *PROFILE,
        Reason.PATIENT_ARCHIVED,
        Reason.PATIENT_MERGED,
        Reason.RECORD_NUMBER_TAKEN,
        Reason.VERSION_CONFLICT,
        Reason.IF_MATCH_REQUIRED,
    ),
)
async def update_patient(
    patient_id: str,
    body: PatientProfile,
    version: Version,
    response: Response,
    clients: ClientsDep,
) -> Patient:
    """Replace a patient's profile; 412 if somebody else has changed it meanwhile."""
    answer = await clients.patients.UpdatePatient(
        pb.UpdatePatientRequest(patient_id=patient_id, version=version, profile=body.message())
    )
    return _tagged(response, answer.patient)


@router.get(
    "/{patient_id}/open", dependencies=[READ_PATIENTS, limited("api")], responses=answers(*ONE)
)
async def count_open(patient_id: str, clients: ClientsDep) -> OpenOfPatient:
    """What is still open of a patient, for whoever is about to archive the record."""
    answer = await clients.detections.CountOpen(pb.CountOpenRequest(patient_id=patient_id))
    return OpenOfPatient.of(answer)


@router.post(
    "/{patient_id}/archive", dependencies=[WRITE_PATIENTS, limited("api")], responses=answers(*ONE)
)
async def archive_patient(patient_id: str, clients: ClientsDep) -> Patient:
    """Take a patient off the lists; nothing is deleted."""
    answer = await clients.patients.ArchivePatient(pb.ArchivePatientRequest(patient_id=patient_id))
    return Patient.of(answer.patient)


@router.post(
    "/{patient_id}/restore",
    dependencies=[WRITE_PATIENTS, limited("api")],
    responses=answers(*ONE, Reason.PATIENT_MERGED),
)
async def restore_patient(patient_id: str, clients: ClientsDep) -> Patient:
    """Bring an archived patient back."""
    answer = await clients.patients.RestorePatient(pb.RestorePatientRequest(patient_id=patient_id))
    return Patient.of(answer.patient)


@router.get(
    "/{patient_id}/detections",
    dependencies=[READ_PATIENTS, limited("api")],
    responses=answers(*ONE, Reason.LESION_NOT_FOUND, Reason.IMAGE_NOT_FOUND, Reason.CURSOR_INVALID),
)
async def list_detections(
    patient_id: str,
    clients: ClientsDep,
    lesion_id: Annotated[str, Query(max_length=64, description="Only this lesion's.")] = "",
    image_id: Annotated[str, Query(max_length=64, description="Only this image's.")] = "",
    limit: Limit = 50,
    cursor: Cursor = "",
) -> Page[Detection]:
    """A patient's detections, newest first, without heatmaps."""
    page = await clients.detections.ListDetections(
        pb.ListDetectionsRequest(
            patient_id=patient_id,
            lesion_id=lesion_id,
            image_id=image_id,
            limit=limit,
            cursor=cursor,
        )
    )
    return Page.of([Detection.of(detection) for detection in page.detections], page.next_cursor)


@router.get(
    "/{patient_id}/timeline",
    dependencies=[READ_PATIENTS, limited("api")],
    responses=answers(*ONE, Reason.LESION_NOT_FOUND, Reason.CURSOR_INVALID),
)
async def list_timeline(
    patient_id: str,
    clients: ClientsDep,
    lesion_id: Annotated[str, Query(max_length=64, description="Only this lesion's.")] = "",
    kind: Annotated[list[Kind] | None, Query(description="Only these kinds.")] = None,
    limit: Limit = 50,
    cursor: Cursor = "",
) -> TimelinePage:
    """Everything that happened to a patient, newest first."""
    page = await clients.timeline.ListTimeline(
        pb.ListTimelineRequest(
            patient_id=patient_id,
            lesion_id=lesion_id,
            kinds=[pb.TimelineKind.Value(f"TIMELINE_KIND_{name.upper()}") for name in kind or ()],
            limit=limit,
            cursor=cursor,
        )
    )
    return TimelinePage.of([timeline_entry(entry) for entry in page.entries], page.next_cursor)


@router.post(
    "/{patient_id}/notes",
    status_code=201,
    dependencies=[WRITE_PATIENTS, limited("api")],
    responses=answers(
        *ONE, Reason.LESION_NOT_FOUND, Reason.PATIENT_ARCHIVED, Reason.PATIENT_MERGED, *TEXT
    ),
)
async def add_note(patient_id: str, body: NoteDraft, clients: ClientsDep) -> Note:
    """Write a note; it stays in the timeline and can't be changed."""
    answer = await clients.timeline.AddNote(
        pb.AddNoteRequest(patient_id=patient_id, lesion_id=body.lesion_id or "", text=body.text)
    )
    return Note.of(answer.note)


def _tagged(response: Response, patient: pb.Patient) -> Patient:
    set_etag(response, patient.version)
    return Patient.of(patient)
