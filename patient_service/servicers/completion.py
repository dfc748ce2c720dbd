"""CompletionService."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

from dermis.patient.v1 import patient_pb2 as pb
from dermis.patient.v1 import patient_pb2_grpc
from patient_service import completion, image_objects
from patient_service.servicers.messages import outcome
from service_kit import clock
from service_kit.blobs import Blobs
from service_kit.database import current_session
from service_kit.errors import Code, DomainError
from service_kit.ids import parse_id


class CompletionServicer(patient_pb2_grpc.CompletionServiceServicer):
    """Pending detections of every clinic, for another Dermis service."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs

    async def ClaimPendingDetections(
        self, request: pb.ClaimPendingDetectionsRequest, context: Any
    ) -> pb.ClaimPendingDetectionsResponse:
        """Take due pending detections for a while."""
        claims = await completion.claim(
            current_session(), limit=request.limit, lease_seconds=request.lease_seconds
        )
        return pb.ClaimPendingDetectionsResponse(claims=[_claim(claim) for claim in claims])

    async def GetClaimedImage(
        self, request: pb.GetClaimedImageRequest, context: Any
    ) -> AsyncIterator[pb.GetClaimedImageResponse]:
        """Read the photo of a claimed detection."""
        image = await completion.view_image(current_session(), parse_id(request.lease, "lease"))
        # The audit must not wait for a slow reader, and the connection is no longer needed.
        await current_session().commit()
        yield pb.GetClaimedImageResponse(patient_id=str(image.patient_id))
        async for chunk in image_objects.stream(self._blobs, image):
            yield pb.GetClaimedImageResponse(chunk=chunk)

    async def FinishDetection(
        self, request: pb.FinishDetectionRequest, context: Any
    ) -> pb.FinishDetectionResponse:
        """Finish a claimed detection, or give it back."""
        lease = parse_id(request.lease, "lease")
        if request.WhichOneof("outcome") == "retry_after_seconds":
            await completion.give_back(
                current_session(), lease, timedelta(seconds=request.retry_after_seconds)
            )
            return pb.FinishDetectionResponse()
        ended = outcome(request)
        if ended is None:
            raise DomainError(
                Code.INVALID_ARGUMENT, "OUTCOME_REQUIRED", "Say how the detection ended."
            )
        await completion.finish(current_session(), lease, ended)
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
