"""CompletionService: pending detections, finished by another Dermis service."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

from dermis.patient.v1 import patient_pb2 as pb
from dermis.patient.v1 import patient_pb2_grpc
from patient_service.detections import completion
from patient_service.images import objects
from patient_service.servicers.detection_messages import outcome
from service_kit import clock
from service_kit.blobs import Blobs
from service_kit.database import Database
from service_kit.errors import DomainError
from service_kit.ids import parse_id
from service_kit.reasons import Reason


class CompletionServicer(patient_pb2_grpc.CompletionServiceServicer):
    """Pending detections of every clinic, for another Dermis service."""

    def __init__(self, database: Database, blobs: Blobs) -> None:
        self._database = database
        self._blobs = blobs

    async def ClaimPendingDetections(
        self, request: pb.ClaimPendingDetectionsRequest, context: Any
    ) -> pb.ClaimPendingDetectionsResponse:
        """Claim due pending detections for a while."""
        async with self._database.session() as session:
            claims = await completion.claim(
                session, limit=request.limit, lease_seconds=request.lease_seconds
            )
        return pb.ClaimPendingDetectionsResponse(claims=[_claim(claim) for claim in claims])

    async def GetClaimedImage(
        self, request: pb.GetClaimedImageRequest, context: Any
    ) -> AsyncIterator[pb.GetClaimedImageResponse]:
        """Read the photo of a claimed detection."""
        async with self._database.session() as session:
            image = await completion.view_image(session, parse_id(request.lease, "lease"))
        # Outside the transaction: neither audit nor connection may wait for a slow reader.
        yield pb.GetClaimedImageResponse(patient_id=str(image.patient_id))
        async for chunk in objects.stream(self._blobs, image):
            yield pb.GetClaimedImageResponse(chunk=chunk)

    async def FinishDetection(
        self, request: pb.FinishDetectionRequest, context: Any
    ) -> pb.FinishDetectionResponse:
        """Finish a claimed detection, or give it back."""
        lease = parse_id(request.lease, "lease")
        retry_after = timedelta(seconds=request.retry_after_seconds)
        async with self._database.session() as session:
            if request.WhichOneof("outcome") == "retry_after_seconds":
                await completion.give_back(session, lease, retry_after)
            elif ended := outcome(request):
                await completion.finish(session, lease, ended)
            else:
                raise DomainError(Reason.OUTCOME_REQUIRED)
        return pb.FinishDetectionResponse()


def _claim(claim: completion.Claim) -> pb.Claim:
    return pb.Claim(
        detection_id=str(claim.detection_id),
        lease=str(claim.lease),
        attempt=claim.attempt,
        image_size=claim.image_size,
        media_type=claim.media_type,
        created_at=clock.to_timestamp(claim.created_at),
    )
