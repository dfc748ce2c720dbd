"""Completes pending detections: what the model couldn't answer at once, it answers later.

Every gateway runs this loop. Detections are claimed with a lease, so two gateways never work on
the same one, and a gateway that dies gives its claims back when the lease ends.
"""

import asyncio
from collections.abc import Sequence

import grpc
import structlog
from prometheus_client import Counter

from dermis.patient.v1 import patient_pb2 as pb
from gateway.assessments.findings import finding_message, refusal_of
from gateway.clients import Clients, ServiceToken
from gateway.inference.model import Model
from service_kit.reasons import Reason
from service_kit.request_context import Request, set_current_request
from serving.contract.findings import Finding
from serving.contract.torchserve import HandlerFailed, ImageRefused, TorchServeError

log = structlog.get_logger()

FINISHED = Counter("dermis_completed_detections", "Pending detections taken up again.", ["outcome"])

POLL_SECONDS = 2.0
CLAIM_LIMIT = 4
LEASE_SECONDS = 60
IMAGE_SECONDS = 15.0
LONGEST_BACKOFF_SECONDS = 300
# A model that raises on a photo time after time will not stop doing so.
HANDLER_TRIES = 3

Metadata = Sequence[tuple[str, str]]


class Completion:
    """The loop of one gateway."""

    def __init__(self, clients: Clients, token: ServiceToken, model: Model) -> None:
        self._clients = clients
        self._token = token
        self._model = model

    async def run(self) -> None:
        """Finish pending detections until cancelled."""
        while True:
            try:
                found = await self.step() if self._model.is_live else 0
            except grpc.aio.AioRpcError as error:
                log.warning(
                    "pending detections not reached",
                    status=error.code().name,
                    details=error.details(),
                )
                found = 0
            except Exception:
                # The loop must outlive whatever one detection brings up.
                log.exception("completion step failed")
                found = 0
            if not found:
                await asyncio.sleep(POLL_SECONDS)

    async def step(self) -> int:
        """Claim and finish some; the number that was claimed."""
        set_current_request(Request())
        metadata = await self._token.metadata()
        claimed = await self._clients.completion.ClaimPendingDetections(
            pb.ClaimPendingDetectionsRequest(limit=CLAIM_LIMIT, lease_seconds=LEASE_SECONDS),
            metadata=metadata,
        )
        # Side by side, so that all are done within their lease.
        await asyncio.gather(*(self._complete(claim, metadata) for claim in claimed.claims))
        return len(claimed.claims)

    async def _complete(self, claim: pb.Claim, metadata: Metadata) -> None:
        try:
            finished, finding = await self._finish(claim, metadata)
            finished = await self._record(finished, finding, claim, metadata)
        except grpc.aio.AioRpcError as error:
            # Its lease ends by itself, and then it is claimed again; the others go on.
            log.warning("claim lost", detection_id=claim.detection_id, status=error.code().name)
            return
        except Exception:
            log.exception("claim failed", detection_id=claim.detection_id)
            return
        outcome = finished.WhichOneof("outcome") or ""
        FINISHED.labels(outcome).inc()
        log.info("pending detection", detection_id=claim.detection_id, outcome=outcome)

    async def _record(
        self,
        finished: pb.FinishDetectionRequest,
        finding: Finding | None,
        claim: pb.Claim,
        metadata: Metadata,
    ) -> pb.FinishDetectionRequest:
        """Record an outcome; an answer that can't be stored is asked for again later."""
        try:
            await self._clients.completion.FinishDetection(finished, metadata=metadata)
        except grpc.aio.AioRpcError as error:
            refusal = refusal_of(error)
            if finding is None or not refusal:
                raise
            await self._model.refused(finding, refusal)
            finished = _try_later(claim)
            await self._clients.completion.FinishDetection(finished, metadata=metadata)
        else:
            if finding:
                await self._model.used(finding)
        return finished

    async def _finish(
        self, claim: pb.Claim, metadata: Metadata
    ) -> tuple[pb.FinishDetectionRequest, Finding | None]:
        parts = [
            part
            async for part in self._clients.completion.GetClaimedImage(
                pb.GetClaimedImageRequest(lease=claim.lease),
                metadata=metadata,
                timeout=IMAGE_SECONDS,
            )
        ]
        try:
            finding = await self._model.assess(
                b"".join(part.chunk for part in parts), patient_id=parts[0].patient_id
            )
        except ImageRefused as refusal:
            failed = pb.FinishDetectionRequest(lease=claim.lease, failure_reason=refusal.reason)
            return failed, None
        except HandlerFailed:
            if claim.attempt >= HANDLER_TRIES:
                failed = pb.FinishDetectionRequest(
                    lease=claim.lease, failure_reason=Reason.MODEL_FAILED.name
                )
                return failed, None
            return _try_later(claim), None
        except TorchServeError:
            return _try_later(claim), None
        message = finding_message(finding)
        return pb.FinishDetectionRequest(lease=claim.lease, finding=message), finding


def _try_later(claim: pb.Claim) -> pb.FinishDetectionRequest:
    seconds = min(2**claim.attempt, LONGEST_BACKOFF_SECONDS)
    return pb.FinishDetectionRequest(lease=claim.lease, retry_after_seconds=seconds)
