"""A patient's whole record, read for the report and the FHIR export."""

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field

from dermis.patient.v1 import patient_pb2 as pb
from gateway.clients import Clients, every_page

_PAGE = 200
_KINDS = [pb.TIMELINE_KIND_IMAGE, pb.TIMELINE_KIND_DETECTION, pb.TIMELINE_KIND_REVIEW]


@dataclass(slots=True)
class Record:
    """Everything of one patient but the photos' bytes; lists are newest first.

    Attributes:
        patient: the profile.
        lesions: by id.
        images: by id.
        detections: without heatmaps.
        reviews: by the image's id, newest first, corrected and withdrawn ones too.
        sizes: of the lesions on photos that were measured.
        pins: on overview photos, by the lesion's id, newest photo first.
        in_error: images entered in error, which nothing else of the record refers to.
        merged: patients whose records were merged into this one.
    """

    patient: pb.Patient
    lesions: dict[str, pb.Lesion] = field(default_factory=dict)
    images: dict[str, pb.Image] = field(default_factory=dict)
    detections: list[pb.Detection] = field(default_factory=list)
    reviews: defaultdict[str, list[pb.Review]] = field(default_factory=lambda: defaultdict(list))
    sizes: list[pb.Size] = field(default_factory=list)
    pins: defaultdict[str, list[pb.Pin]] = field(default_factory=lambda: defaultdict(list))
    in_error: list[pb.Image] = field(default_factory=list)
    merged: list[pb.Patient] = field(default_factory=list)


def standing(reviews: Sequence[pb.Review]) -> pb.Review | None:
    """The verdict that stands on a photo, of all on it, newest first."""
    return next(
        (
            review
            for review in reviews
            if not review.replaced_by and review.verdict != pb.VERDICT_WITHDRAWN
        ),
        None,
    )


async def read(clients: Clients, patient_id: str) -> Record:
    """Read a record, page by page; that of a merged patient is where it was merged into.

    Raises:
        grpc.aio.AioRpcError: NOT_FOUND, or patient_service is away.
    """
    record = Record(await _holder(clients, patient_id))
    patient_id = record.patient.id
    merges = await clients.merges.ListMerges(pb.ListMergesRequest(patient_id=patient_id))
    record.merged = [merge.moved for merge in merges.merges]
    measured = await clients.markings.ListSizes(pb.ListSizesRequest(patient_id=patient_id))
    record.sizes = list(measured.sizes)
    record.in_error = [image async for image in _in_error(clients, patient_id)]
    async for lesion in _lesions(clients, patient_id):
        record.lesions[lesion.id] = lesion
    async for entry in _timeline(clients, patient_id):
        if entry.HasField("image"):
            record.images[entry.image.id] = entry.image
        elif entry.HasField("detection"):
            record.detections.append(entry.detection)
        elif entry.HasField("review"):
            record.reviews[entry.review.image_id].append(entry.review)
    overviews = (image.id for image in record.images.values() if image.HasField("overview"))
    async for pin in _pins(clients, overviews):
        record.pins[pin.lesion_id].append(pin)
    return record


async def _holder(clients: Clients, patient_id: str) -> pb.Patient:
    found = await clients.patients.GetPatient(pb.GetPatientRequest(patient_id=patient_id))
    while found.patient.merged_into:
        request = pb.GetPatientRequest(patient_id=found.patient.merged_into)
        found = await clients.patients.GetPatient(request)
    return found.patient


async def lesions(clients: Clients, patient_id: str) -> list[pb.Lesion]:
    """A patient's lesions, oldest first.

    Raises:
        grpc.aio.AioRpcError: as `read`.
    """
    return [lesion async for lesion in _lesions(clients, patient_id)]


async def _lesions(clients: Clients, patient_id: str) -> AsyncIterator[pb.Lesion]:
    async for page in every_page(
        lambda cursor: clients.lesions.ListLesions(
            pb.ListLesionsRequest(patient_id=patient_id, limit=_PAGE, cursor=cursor)
        )
    ):
        for lesion in page.lesions:
            yield lesion


async def _in_error(clients: Clients, patient_id: str) -> AsyncIterator[pb.Image]:
    async for page in every_page(
        lambda cursor: clients.images.ListImages(
            pb.ListImagesRequest(patient_id=patient_id, voided=True, limit=_PAGE, cursor=cursor)
        )
    ):
        for image in page.images:
            yield image


async def _pins(clients: Clients, image_ids: Iterable[str]) -> AsyncIterator[pb.Pin]:
    for image_id in image_ids:
        found = await clients.overviews.ListPins(pb.ListPinsRequest(image_id=image_id))
        for pin in found.pins:
            yield pin


async def _timeline(clients: Clients, patient_id: str) -> AsyncIterator[pb.TimelineEntry]:
    async for page in every_page(
        lambda cursor: clients.timeline.ListTimeline(
            pb.ListTimelineRequest(patient_id=patient_id, kinds=_KINDS, limit=_PAGE, cursor=cursor)
        )
    ):
        for entry in page.entries:
            yield entry
