"""Exports: reports as PDF, the record as FHIR."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated

from fastapi import Query, Response
from fastapi.responses import StreamingResponse

from dermis.patient.v1 import patient_pb2 as pb
from gateway.assessments import stored_images
from gateway.assessments.cautions import cautions
from gateway.clients import Clients
from gateway.exports import archive, authors, fhir, letterheads, patient_record
from gateway.exports.fhir import Export
from gateway.exports.place_words import Language
from gateway.exports.report import Report, ReportEntry, printable, write
from gateway.http.answers import answers
from gateway.model_store.cards import ON_PAPER_SECONDS, ModelCards
from gateway.photo_memory import PhotoMemory
from gateway.routers.dependencies import CardsDep, ClientsDep, PhotoMemoryDep, VerifierDep
from gateway.routers.guards import READ_PATIENTS, Router, limited
from service_kit.errors import DomainError
from service_kit.principal import current_principal
from service_kit.reasons import Reason

# A report is for reading; whoever needs more exports the record.
MOST_DETECTIONS = 20
# Photos that one report reads at a time.
AT_ONCE = 4
# Of what is written while it is sent, so that whoever waits sees how far it is.
EXPECTED = "Expected-Bytes"

PATIENT = (Reason.PATIENT_NOT_FOUND, Reason.INVALID_ID, 422)
STORED = (503, Reason.STORE_UNAVAILABLE, Reason.TOO_MANY_UPLOADS)

ReaderLanguage = Annotated[Language, Query(description="Of the report.")]

router = Router(tags=["patients"], responses=answers(401, 403, 429, 503))


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
    patient_id: str,
    clients: ClientsDep,
    memory: PhotoMemoryDep,
    cards: CardsDep,
    language: ReaderLanguage = "en",
) -> Response:
    """A PDF report: a patient's latest results with photos, heatmaps and verdicts."""
    found, names, clinic = await asyncio.gather(
        patient_record.read(clients, patient_id),
        authors.names(clients),
        letterheads.letterhead(clients),
    )
    complete = [d for d in found.detections if d.status == pb.DETECTION_STATUS_COMPLETE]
    room = asyncio.Semaphore(AT_ONCE)

    async def one(detection: pb.Detection) -> ReportEntry:
        async with room:
            entry = await _report_entry(clients, detection.id, names, memory, cards)
            return replace(entry, image=found.images.get(detection.image_id, pb.Image()))

    entries = await asyncio.gather(*(one(d) for d in complete[:MOST_DETECTIONS]))
    report = Report(
        patient=found.patient,
        entries=entries,
        lesions=list(found.lesions.values()),
        letterhead=clinic,
        words=letterheads.words(language, clinic),
        left_out=max(0, len(complete) - MOST_DETECTIONS),
    )
    return _pdf(await asyncio.to_thread(write, report))


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
            Reason.IMAGE_VOIDED,
            Reason.IMAGE_LOST,
            *STORED,
        ),
    },
    response_class=Response,
)
async def get_detection_report(
    detection_id: str,
    clients: ClientsDep,
    memory: PhotoMemoryDep,
    cards: CardsDep,
    language: ReaderLanguage = "en",
) -> Response:
    """A PDF report: one result with its photo, heatmap and verdicts."""
    names, clinic = await asyncio.gather(authors.names(clients), letterheads.letterhead(clients))
    entry = await _report_entry(clients, detection_id, names, memory, cards)
    patient_id, image_id = entry.detection.patient_id, entry.detection.image_id
    answer, shown, lesions = await asyncio.gather(
        clients.patients.GetPatient(pb.GetPatientRequest(patient_id=patient_id)),
        clients.images.GetImageInfo(pb.GetImageInfoRequest(image_id=image_id)),
        patient_record.lesions(clients, patient_id),
    )
    report = Report(
        patient=answer.patient,
        entries=[replace(entry, image=shown.image)],
        lesions=lesions,
        letterhead=clinic,
        words=letterheads.words(language, clinic),
    )
    return _pdf(await asyncio.to_thread(write, report))


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
async def export_patient(patient_id: str, clients: ClientsDep, cards: CardsDep) -> Response:
    """A patient's whole record as a FHIR R4 Bundle, without the photos' bytes."""
    export = await _export(clients, patient_id, cards, beside=False)
    return StreamingResponse(fhir.pieces(export), media_type=fhir.MEDIA_TYPE)


@router.get(
    "/patients/{patient_id}/export.zip",
    dependencies=[READ_PATIENTS, limited("upload")],
    responses={
        200: {
            "content": {"application/zip": {}},
            "description": "`bundle.json` and photos.",
            "headers": {
                EXPECTED: {
                    "description": "Bytes of the photos, which are nearly all of the zip.",
                    "schema": {"type": "integer"},
                }
            },
        },
        **answers(*PATIENT),
    },
    response_class=Response,
)
async def export_patient_with_photos(
    patient_id: str,
    clients: ClientsDep,
    memory: PhotoMemoryDep,
    cards: CardsDep,
    verifier: VerifierDep,
) -> Response:
    """The same Bundle in a zip, with the photos as files beside it that it refers to."""
    export = await _export(clients, patient_id, cards, beside=True)
    photos = sum(image.size for image in export.record.images.values())
    reader = current_principal()
    return StreamingResponse(
        archive.pieces(export, clients, memory, lambda: verifier.require_session(reader)),
        media_type="application/zip",
        headers={EXPECTED: str(photos)},
    )


async def _export(clients: Clients, patient_id: str, cards: ModelCards, *, beside: bool) -> Export:
    found, names, clinic = await asyncio.gather(
        patient_record.read(clients, patient_id),
        authors.names(clients),
        letterheads.letterhead(clients),
    )
    versions = {d.finding.model_version for d in found.detections if d.finding.model_version}
    read = await asyncio.gather(*(cards.find(v, within=ON_PAPER_SECONDS) for v in versions))
    shown_for = {
        version: card.shown_for if card else None
        for version, card in zip(versions, read, strict=True)
    }
    return Export(found, clinic, names, beside, shown_for)


async def _report_entry(
    clients: Clients,
    detection_id: str,
    names: Mapping[str, str],
    memory: PhotoMemory,
    cards: ModelCards,
) -> ReportEntry:
    """One complete detection with everything its page shows.

    Raises:
        DomainError: FAILED_PRECONDITION with NOT_DIAGNOSED or IMAGE_VOIDED; UNAVAILABLE
            TOO_MANY_UPLOADS.
    """
    answer = await clients.detections.GetDetection(
        pb.GetDetectionRequest(detection_id=detection_id)
    )
    if answer.detection.status != pb.DETECTION_STATUS_COMPLETE:
        raise DomainError(Reason.NOT_DIAGNOSED)
    with memory.hold() as held:
        image, photo = await stored_images.read(clients, answer.detection.image_id, held)
        if image.HasField("voided_at"):
            raise DomainError(Reason.IMAGE_VOIDED)
        photo = await asyncio.to_thread(printable, photo)
    card, drawn = await asyncio.gather(
        cards.find(answer.detection.finding.model_version, within=ON_PAPER_SECONDS),
        clients.markings.ListMarkings(pb.ListMarkingsRequest(image_id=image.id)),
    )
    found = cautions(card.shown_for if card else None, answer.subject)
    reviews = list(reversed(answer.reviews))
    return ReportEntry(answer.detection, photo, reviews, names, cautions=found, markings=drawn)


def _pdf(content: bytes) -> Response:
    return Response(content, media_type="application/pdf")
