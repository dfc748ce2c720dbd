"""gRPC in, domain out, nothing else."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

from dermis.patient.v1 import patient_pb2 as pb
from dermis.patient.v1 import patient_pb2_grpc
from patient_service import detections, images, patients
from patient_service.images import Upload
from patient_service.messages import (
    captured_at,
    detection_message,
    finding_from,
    image_message,
    patient_message,
    profile_from,
)
from service_kit.blobs import Blobs
from service_kit.cursors import Cursors, page_size
from service_kit.errors import Code, DomainError
from service_kit.ids import parse_id
from service_kit.lesion_image import MAX_BYTES

MAX_CLAIMS = 50
SHORTEST_LEASE, LONGEST_LEASE = 5, 600


class PatientServicer(patient_pb2_grpc.PatientServiceServicer):
    """The record of the caller's clinic."""

    def __init__(self, blobs: Blobs, cursors: Cursors) -> None:
        self._blobs = blobs
        self._cursors = cursors

    async def CreatePatient(
        self, request: pb.CreatePatientRequest, context: Any
    ) -> pb.CreatePatientResponse:
        """Add a patient."""
        patient = await patients.create(profile_from(request.profile))
        return pb.CreatePatientResponse(patient=patient_message(patient))

    async def ListPatients(
        self, request: pb.ListPatientsRequest, context: Any
    ) -> pb.ListPatientsResponse:
        """Page through the patients."""
        collection = f"patients?{request.search}"
        position = self._cursors.read(collection, request.cursor)
        rows, following = await patients.page(request.search, page_size(request.limit), position)
        return pb.ListPatientsResponse(
            patients=[patient_message(row) for row in rows],
            next_cursor=self._cursors.write(collection, following) if following else "",
        )

    async def GetPatient(
        self, request: pb.GetPatientRequest, context: Any
    ) -> pb.GetPatientResponse:
        """One patient."""
        patient = await patients.get(parse_id(request.patient_id, "patient"))
        return pb.GetPatientResponse(patient=patient_message(patient))

    async def UpdatePatient(
        self, request: pb.UpdatePatientRequest, context: Any
    ) -> pb.UpdatePatientResponse:
        """Change a patient."""
        patient = await patients.update(
            parse_id(request.patient_id, "patient"),
            request.version,
            profile_from(request.profile),
        )
        return pb.UpdatePatientResponse(patient=patient_message(patient))

    async def AddImage(
        self, request_iterator: AsyncIterator[pb.AddImageRequest], context: Any
    ) -> pb.AddImageResponse:
        """Store a photo."""
        upload = await _upload(request_iterator)
        image, replayed = await images.add(upload, self._blobs)
        detection = await detections.of_image(image.id) if replayed else None
        return pb.AddImageResponse(
            image=image_message(image),
            replayed=replayed,
            detection=detection_message(detection) if detection else None,
        )

    async def GetImage(
        self, request: pb.GetImageRequest, context: Any
    ) -> AsyncIterator[pb.GetImageResponse]:
        """Read a photo."""
        image = await images.view(parse_id(request.image_id, "image"))
        yield pb.GetImageResponse(image=image_message(image))
        async for chunk in images.read(image, self._blobs):
            yield pb.GetImageResponse(chunk=chunk)

    async def RecordDetection(
        self, request: pb.RecordDetectionRequest, context: Any
    ) -> pb.RecordDetectionResponse:
        """Record a diagnosis."""
        finding = finding_from(request.finding) if request.HasField("finding") else None
        detection = await detections.record(parse_id(request.image_id, "image"), finding)
        return pb.RecordDetectionResponse(detection=detection_message(detection))

    async def GetDetection(
        self, request: pb.GetDetectionRequest, context: Any
    ) -> pb.GetDetectionResponse:
        """One detection."""
        detection = await detections.get(parse_id(request.detection_id, "detection"))
        return pb.GetDetectionResponse(detection=detection_message(detection))

    async def ListDetections(
        self, request: pb.ListDetectionsRequest, context: Any
    ) -> pb.ListDetectionsResponse:
        """Page through a patient's detections."""
        patient_id = parse_id(request.patient_id, "patient")
        collection = f"detections/{patient_id}"
        position = self._cursors.read(collection, request.cursor)
        rows, following = await detections.page(patient_id, page_size(request.limit), position)
        return pb.ListDetectionsResponse(
            detections=[detection_message(row) for row in rows],
            next_cursor=self._cursors.write(collection, following) if following else "",
        )


class CompletionServicer(patient_pb2_grpc.CompletionServiceServicer):
    """Pending detections of all clinics, for the services that finish them."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs

    async def ClaimPendingDetections(
        self, request: pb.ClaimPendingDetectionsRequest, context: Any
    ) -> pb.ClaimPendingDetectionsResponse:
        """Take pending detections."""
        claims = await detections.claim(
            min(max(request.limit, 1), MAX_CLAIMS),
            min(max(request.lease_seconds, SHORTEST_LEASE), LONGEST_LEASE),
        )
        return pb.ClaimPendingDetectionsResponse(
            claims=[
                pb.Claim(
                    detection_id=str(claim.detection_id),
                    lease=str(claim.lease),
                    attempt=claim.attempt,
                )
                for claim in claims
            ]
        )

    async def GetClaimedImage(
        self, request: pb.GetClaimedImageRequest, context: Any
    ) -> AsyncIterator[pb.GetClaimedImageResponse]:
        """Read the photo of a claimed detection."""
        _, image = await detections.open_lease(parse_id(request.lease, "lease"))
        async for chunk in images.read(image, self._blobs):
            yield pb.GetClaimedImageResponse(chunk=chunk)

    async def FinishDetection(
        self, request: pb.FinishDetectionRequest, context: Any
    ) -> pb.FinishDetectionResponse:
        """Finish a claimed detection or give it back."""
        outcome = request.WhichOneof("outcome")
        await detections.finish(
            parse_id(request.lease, "lease"),
            finding=finding_from(request.finding) if outcome == "finding" else None,
            failure_reason=request.failure_reason,
            retry_after=timedelta(seconds=request.retry_after_seconds),
        )
        return pb.FinishDetectionResponse()


async def _upload(parts: AsyncIterator[pb.AddImageRequest]) -> Upload:
    """Collect a streamed photo, holding it once.

    Raises:
        DomainError: INVALID_ARGUMENT UPLOAD_MALFORMED when the header is not the first and only
            one; INVALID_ARGUMENT IMAGE_TOO_LARGE as soon as the bytes pass the limit.
    """
    header: pb.ImageHeader | None = None
    data = bytearray()
    async for part in parts:
        is_header = part.HasField("header")
        if is_header != (header is None):
            raise DomainError(
                Code.INVALID_ARGUMENT,
                "UPLOAD_MALFORMED",
                "An upload is one header and then chunks.",
            )
        if is_header:
            header = part.header
        data += part.chunk
        if len(data) > MAX_BYTES:
            raise DomainError(
                Code.INVALID_ARGUMENT,
                "IMAGE_TOO_LARGE",
                "The file is larger than 20 MiB; export it smaller.",
                metadata={"field": "file"},
            )
    if header is None:
        raise DomainError(Code.INVALID_ARGUMENT, "UPLOAD_MALFORMED", "The upload was empty.")
    return Upload(
        patient_id=parse_id(header.patient_id, "patient"),
        data=bytes(data),
        captured_at=captured_at(header),
        idempotency_key=header.idempotency_key,
    )
