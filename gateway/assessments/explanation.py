"""Where the model looked: the heatmap stored with a finding, or one for the other class."""

from dataclasses import dataclass

from dermis.patient.v1 import patient_pb2 as pb
from gateway.assessments import stored_images
from gateway.assessments.findings import finding_message
from gateway.clients import Clients
from gateway.inference.model import Model
from gateway.photo_memory import Held
from service_kit.errors import DomainError
from service_kit.reasons import Reason
from serving.contract.torchserve import ModelMissing, TorchServeError


@dataclass(frozen=True, slots=True)
class Explanation:
    """A heatmap, and the part of the photo that it lies on; None for the central square."""

    heatmap: pb.Heatmap
    seen: pb.SeenPart | None

    @classmethod
    def of(cls, finding: pb.Finding) -> "Explanation":
        """A finding's own."""
        return cls(finding.heatmap, finding.seen if finding.HasField("seen") else None)


async def explain(
    clients: Clients, model: Model, detection: pb.Detection, target: str | None, held: Held
) -> Explanation:
    """The stored heatmap, or a new one by the same model version for the other class.

    Raises:
        DomainError: FAILED_PRECONDITION NOT_DIAGNOSED or MODEL_RETIRED; UNAVAILABLE
            MODEL_UNAVAILABLE or TOO_MANY_UPLOADS.
        grpc.aio.AioRpcError: patient_service refused or is away.
    """
    if detection.status != pb.DETECTION_STATUS_COMPLETE:
        raise DomainError(Reason.NOT_DIAGNOSED)
    stored = detection.finding.heatmap
    if target is None or target == stored.target:
        return Explanation.of(detection.finding)
    _, photo = await stored_images.read(clients, detection.image_id, held)
    try:
        version = detection.finding.model_version
        finding = await model.explain(photo, target=target, version=version)
    except ModelMissing:
        raise DomainError(Reason.MODEL_RETIRED) from None
    except TorchServeError:
        raise model_unavailable() from None
    return Explanation.of(finding_message(finding))


def model_unavailable() -> DomainError:
    """The refusal of what only the model can answer, while it does not."""
    return DomainError(Reason.MODEL_UNAVAILABLE)
