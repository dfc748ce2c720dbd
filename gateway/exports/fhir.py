"""A patient's record as a FHIR R4 Bundle (http://hl7.org/fhir/R4), resource by resource.

The mapping is the table of docs/decisions/0044-the-whole-record-leaves-as-fhir.md. Every resource
has an id of ours, or one derived from ours, so that importing twice adds nothing.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field

import orjson

from dermis.auth.v1 import auth_pb2
from dermis.patient.v1 import patient_pb2 as pb
from gateway.assessments.cautions import caution_texts, cautions, subject_of
from gateway.assessments.quality import quality_text
from gateway.exports import fhir_answers, fhir_sizes, fhir_subject
from gateway.exports.fhir_terms import Resource, derived_id
from gateway.exports.patient_record import Record
from service_kit.clock import now
from serving.archives.card import ShownFor

MEDIA_TYPE = "application/fhir+json"
# What is made at a time: some milliseconds, after which others get their turn.
_PIECE_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Export:
    """What is exported.

    Attributes:
        names: of who gave verdicts and measured, by account.
        beside: the photos' bytes are in files beside the bundle.
        shown_for: by version of the model, for whom its card says it was shown to work.
    """

    record: Record
    letterhead: auth_pb2.Letterhead = field(default_factory=auth_pb2.Letterhead)
    names: Mapping[str, str] = field(default_factory=dict)
    beside: bool = False
    shown_for: Mapping[str, ShownFor | None] = field(default_factory=dict)


def bundle(export: Export) -> Iterator[bytes]:
    """The record as a collection, in pieces: one of 10,000 photos is never in memory as a whole."""
    record_id = export.record.patient.id
    head = {
        "resourceType": "Bundle",
        "id": derived_id(record_id, "bundle"),
        "type": "collection",
        "timestamp": now().isoformat(),
    }
    yield orjson.dumps(head)[:-1] + b',"entry":['
    for number, resource in enumerate(resources(export)):
        entry = {"fullUrl": f"urn:uuid:{resource['id']}", "resource": resource}
        yield (b"," if number else b"") + orjson.dumps(entry)
    yield b"]}"


async def pieces(export: Export) -> AsyncIterator[bytes]:
    """The same in pieces of some 64 KiB, between which everybody else is served."""
    piece = bytearray()
    for part in bundle(export):
        piece += part
        if len(piece) >= _PIECE_BYTES:
            yield bytes(piece)
            piece.clear()
            await asyncio.sleep(0)
    yield bytes(piece)


def resources(export: Export) -> Iterator[Resource]:
    """Every resource once, each after those that it refers to."""
    record, patient_id = export.record, export.record.patient.id
    yield from fhir_subject.subject(record.patient, export.letterhead, record.merged)
    for lesion in record.lesions.values():
        places = [(record.images[pin.image_id], pin) for pin in record.pins.get(lesion.id, [])]
        yield fhir_subject.lesion(lesion, patient_id, places)
    for image in record.images.values():
        shown = record.lesions.get(image.lesion_id)
        yield fhir_subject.photo(image, patient_id, shown, beside=export.beside)
    for image in record.in_error:
        # Told to whoever has imported it before; its file is not sent.
        shown = record.lesions.get(image.lesion_id)
        yield fhir_subject.photo(image, patient_id, shown, beside=False)
    complete = [d for d in record.detections if d.status == pb.DETECTION_STATUS_COMPLETE]
    reviews = [review for of_image in record.reviews.values() for review in of_image]
    devices = {one["id"]: one for one in (fhir_answers.device(d.finding) for d in complete)}
    yield from devices.values()
    authors = [one.author_id for one in reviews] + [one.author_id for one in record.sizes]
    for account_id in filter(None, dict.fromkeys(authors)):
        yield fhir_answers.practitioner(account_id, export.names)
    for review in reviews:
        image = record.images.get(review.image_id, pb.Image())
        yield fhir_answers.verdict(review, image, patient_id)
    for found in record.sizes:
        image = record.images.get(found.image_id, pb.Image())
        yield fhir_sizes.size(found, image, patient_id)
    for detection in complete:
        image = record.images.get(detection.image_id, pb.Image())
        said = record.reviews.get(detection.image_id, [])
        notes = _notes(export, detection, image)
        yield fhir_answers.answer(detection, image, patient_id, notes)
        yield fhir_answers.report(detection, said, patient_id, export.letterhead.clinic_id)
    yield from fhir_answers.provenances(complete, reviews)


def _notes(export: Export, detection: pb.Detection, image: pb.Image) -> list[str]:
    """Warnings about the photo, and for whom the version wasn't shown to work."""
    finding = detection.finding
    notes = [f"About the photo: {quality_text(finding.quality)}."] if finding.quality else []
    if finding.zone:
        notes.append(f"Zone around the threshold: {finding.zone}.")
    if finding.assessable and finding.model_version in export.shown_for:
        lesion = export.record.lesions.get(image.lesion_id)
        subject = subject_of(export.record.patient, lesion, image)
        notes += caution_texts(cautions(export.shown_for[finding.model_version], subject))
    return notes
