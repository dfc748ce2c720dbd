"""Exports: reports as PDF, the record as FHIR."""

import asyncio
from collections.abc import Mapping

import orjson
from fastapi import APIRouter, Response

from dermis.patient.v1 import patient_pb2 as pb
from gateway.assessments import stored_images
from gateway.clients import Clients
from gateway.exports import authors, fhir, patient_record
from gateway.exports.report import ReportEntry, printable, report
from gateway.http.answers import answers
from gateway.photo_memory import PhotoMemory
from gateway.routers.dependencies import ClientsDep, PhotoMemoryDep, SettingsDep
from gateway.routers.guards import READ_PATIENTS, limited
from service_kit.errors import DomainError
from service_kit.reasons import Reason

# A report is for reading; whoever needs more exports the record.
MOST_DETECTIONS = 20
# Photos that one report reads at a time.
AT_ONCE = 4

PATIENT = (Reason.PATIENT_NOT_FOUND, Reason.INVALID_ID, 422)
STORED = (503, Reason.STORE_UNAVAILABLE, Reason.TOO_MANY_UPLOADS)

router = APIRouter(tags=["patients"], responses=answers(401, 403, 429, 503))


@router.get(
    "/patients/{patient_id}/report.pdf",
    dependencies=[READ_PATIENTS, limited("upload")],
    responses={
        200: {"content": {"application/pdf": {}}, "description": "The report."},
        **answers(*PATIENT, Reason.IMAGE_LOST, *STORED),
    },
    response_class=Response,
)
async def get_patient_report(
    patient_id: str, clients: ClientsDep, memory: PhotoMemoryDep
) -> Response:
    """A PDF report: a patient's latest results with photos, heatmaps and verdicts."""
    found, names = await asyncio.gather(
        patient_record.read(clients, patient_id), authors.names(clients)
    )
    complete = [d for d in found.detections if d.status == pb.DETECTION_STATUS_COMPLETE]
    room = asyncio.Semaphore(AT_ONCE)

    async def one(detection_id: str) -> ReportEntry:
        async with room:
            return await _report_entry(clients, detection_id, names, memory)

    entries = await asyncio.gather(*(one(d.id) for d in complete[:MOST_DETECTIONS]))
    left_out = max(0, len(complete) - MOST_DETECTIONS)
    return _pdf(await asyncio.to_thread(report, found.patient, entries, left_out))


@router.get(
    "/detections/{detection_id}/report.pdf",
    dependencies=[READ_PATIENTS, limited("upload")],
    responses={
        200: {"content": {"application/pdf": {}}, "description": "The report."},
        **answers(
            Reason.DETECTION_NOT_FOUND,
            Reason.INVALID_ID,
            422,
            Reason.NOT_DIAGNOSED,
            Reason.IMAGE_LOST,
            *STORED,
        ),
    },
    response_class=Response,
)
async def get_detection_report(
    detection_id: str, clients: ClientsDep, memory: PhotoMemoryDep
) -> Response:
    """A PDF report: one result with its photo, heatmap and verdicts."""
    entry = await _report_entry(clients, detection_id, await authors.names(clients), memory)
    patient_id = entry.detection.patient_id
    answer = await clients.patients.GetPatient(pb.GetPatientRequest(patient_id=patient_id))
    return _pdf(await asyncio.to_thread(report, answer.patient, [entry]))


@router.get(
    "/patients/{patient_id}/export",
    dependencies=[READ_PATIENTS, limited("upload")],
    responses={
        200: {
            "content": {fhir.MEDIA_TYPE: {"schema": {"type": "object"}}},
            "description": "A FHIR R4 Bundle.",
        },
        **answers(*PATIENT),
    },
    response_class=Response,
)
async def export_patient(patient_id: str, settings: SettingsDep, clients: ClientsDep) -> Response:
    """A patient's record as a FHIR R4 Bundle: Patient, Media, Observation, DiagnosticReport."""
    found = await patient_record.read(clients, patient_id)
    base = f"{settings.public_url.rstrip('/')}/api"
    return Response(orjson.dumps(fhir.bundle(found, base)), media_type=fhir.MEDIA_TYPE)


async def _report_entry(
    clients: Clients, detection_id: str, names: Mapping[str, str], memory: PhotoMemory
) -> ReportEntry:
    """One complete detection with everything its page shows.

    Raises:
        DomainError: FAILED_PRECONDITION NOT_DIAGNOSED; UNAVAILABLE TOO_MANY_UPLOADS.
    """
    answer = await clients.detections.GetDetection(
        pb.GetDetectionRequest(detection_id=detection_id)
    )
    if answer.detection.status != pb.DETECTION_STATUS_COMPLETE:
        raise DomainError(Reason.NOT_DIAGNOSED)
    with memory.hold() as held:
        _, photo = await stored_images.read(clients, answer.detection.image_id, held)
        photo = await asyncio.to_thread(printable, photo)
    return ReportEntry(answer.detection, photo, list(reversed(answer.reviews)), names)


def _pdf(content: bytes) -> Response:
    return Response(content, media_type="application/pdf")
