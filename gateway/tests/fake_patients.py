"""patient_service as the gateway sees it: photos, detections and leases, in memory."""

import hashlib
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

from dermis.patient.v1 import patient_pb2 as pb
from dermis.patient.v1 import patient_pb2_grpc as rpc
from gateway.tests.fake_service import FakeService
from imaging.decoding import clean
from service_kit.clock import now, to_timestamp
from service_kit.errors import STORE_AWAY, DomainError
from service_kit.reasons import Reason

CHUNK_BYTES = 4096


class FakePatients(FakeService):
    """Keeps photos and detections.

    Attributes:
        images, photos, detections: what is stored, by id.
        finished: what the completion loop has reported.
        store_is_away: photos are known, but their bytes not reached.
        refused_versions: whose findings are no findings.
    """

    def __init__(self) -> None:
        super().__init__(pb, rpc)
        self.images: dict[str, pb.Image] = {}
        self.photos: dict[str, bytes] = {}
        self.detections: dict[str, pb.Detection] = {}
        self.finished: list[pb.FinishDetectionRequest] = []
        self.store_is_away = False
        self.refused_versions: set[str] = set()
        self._left: set[str] = set()
        self._by_key: dict[str, str] = {}
        self.own = {
            "AddImage": self._add_image,
            "RecordDetection": self._record,
            "GetDetection": lambda r: pb.GetDetectionResponse(
                detection=_found(self.detections, r.detection_id)
            ),
            "GetImage": self._get_image,
            "ReadImages": self._read_images,
            "GetImageInfo": lambda r: pb.GetImageInfoResponse(
                image=_found(self.images, r.image_id)
            ),
            "GetImageRecord": lambda r: pb.GetImageRecordResponse(
                image=_found(self.images, r.image_id)
            ),
            "RestoreImage": lambda r: pb.RestoreImageResponse(
                image=_found(self.images, r.image_id)
            ),
            "WithdrawMarking": lambda r: pb.WithdrawMarkingResponse(
                marking=pb.Marking(
                    id=r.marking_id,
                    kind=pb.MARKING_KIND_ARROW,
                    measures=pb.Measures(),
                    created_at=to_timestamp(now()),
                )
            ),
            "PlacePin": lambda r: pb.PlacePinResponse(
                pin=pb.Pin(
                    image_id=r.image_id, lesion_id=r.lesion_id, created_at=to_timestamp(now())
                )
            ),
            "GetClinicFigures": lambda r: pb.GetClinicFiguresResponse(all=pb.ClinicFigures()),
            "PartPatients": lambda r: pb.PartPatientsResponse(
                merge=pb.Merge(id=r.merge_id, created_at=to_timestamp(now()))
            ),
            "ClaimPendingDetections": self._claim,
            "GetClaimedImage": self._get_claimed,
            "FinishDetection": self._finish,
        }

    def pending(self) -> list[pb.Detection]:
        return [d for d in self.detections.values() if d.status == pb.DETECTION_STATUS_PENDING]

    async def _add_image(self, parts: AsyncIterator[pb.AddImageRequest]) -> pb.AddImageResponse:
        received = [part async for part in parts]
        header = received[0].header
        data = b"".join(part.chunk for part in received[1:])
        assert header.size == len(data)
        if known := self._by_key.get(header.idempotency_key):
            if self.images[known].HasField("overview"):
                return pb.AddImageResponse(image=self.images[known], replayed=True)
            return pb.AddImageResponse(
                image=self.images[known], replayed=True, detection=self._detection_of(known)
            )
        photo = clean(data)
        image = pb.Image(
            id=str(uuid4()), patient_id=header.patient_id, lesion_id=header.lesion_id,
            media_type=photo.media_type, size=len(photo.data), width=photo.width,
            height=photo.height, sha256=photo.sha256, created_at=to_timestamp(now()),
        )  # fmt: skip
        if header.HasField("captured_at"):
            image.captured_at.CopyFrom(header.captured_at)
        if header.HasField("overview"):
            image.overview.CopyFrom(header.overview)
        self.images[image.id], self.photos[image.id] = image, photo.data
        if header.idempotency_key:
            self._by_key[header.idempotency_key] = image.id
        if header.HasField("overview"):
            return pb.AddImageResponse(image=image)
        return pb.AddImageResponse(image=image, detection=self._new_detection(image))

    def _record(self, request: pb.RecordDetectionRequest) -> pb.RecordDetectionResponse:
        self._check(request)
        image = self.images[request.image_id]
        detection = (
            self._new_detection(image) if request.rediagnosis else self._detection_of(image.id)
        )
        detection.rediagnosis = request.rediagnosis
        _end(detection, request)
        if request.WhichOneof("outcome") is None:
            self._left.add(detection.id)
        return pb.RecordDetectionResponse(detection=detection)

    async def _get_image(self, request: pb.GetImageRequest) -> AsyncIterator[pb.GetImageResponse]:
        image = _found(self.images, request.image_id)
        data = self.photos[image.id]
        yield pb.GetImageResponse(
            content=pb.ImageContent(
                image=image, media_type=image.media_type, size=len(data),
                etag=hashlib.sha256(data).hexdigest(),
            )
        )  # fmt: skip
        if self.store_is_away:
            raise STORE_AWAY
        for start in range(0, len(data), CHUNK_BYTES):
            yield pb.GetImageResponse(chunk=data[start : start + CHUNK_BYTES])

    async def _read_images(
        self, request: pb.ReadImagesRequest
    ) -> AsyncIterator[pb.ReadImagesResponse]:
        for image_id in request.image_ids:
            async for part in self._get_image(pb.GetImageRequest(image_id=image_id)):
                yield pb.ReadImagesResponse.FromString(part.SerializeToString())

    def _claim(
        self, request: pb.ClaimPendingDetectionsRequest
    ) -> pb.ClaimPendingDetectionsResponse:
        # As in the real service, whoever has just stored a photo has the first try.
        left = [d for d in self.pending() if d.id in self._left]
        claims = [pb.Claim(detection_id=d.id, lease=d.id, attempt=1) for d in left]
        return pb.ClaimPendingDetectionsResponse(claims=claims[: request.limit])

    async def _get_claimed(
        self, request: pb.GetClaimedImageRequest
    ) -> AsyncIterator[pb.GetClaimedImageResponse]:
        detection = self.detections[request.lease]
        data = _found(self.photos, detection.image_id)
        yield pb.GetClaimedImageResponse(patient_id=detection.patient_id)
        yield pb.GetClaimedImageResponse(chunk=data[:100])
        yield pb.GetClaimedImageResponse(chunk=data[100:])

    def _finish(self, request: pb.FinishDetectionRequest) -> pb.FinishDetectionResponse:
        self._check(request)
        self.finished.append(request)
        _end(self.detections[request.lease], request)
        return pb.FinishDetectionResponse()

    def _check(self, request: Any) -> None:
        if request.finding.model_version in self.refused_versions:
            raise DomainError(Reason.FINDING_INVALID)

    def _new_detection(self, image: pb.Image) -> pb.Detection:
        detection = pb.Detection(
            id=str(uuid4()), patient_id=image.patient_id, image_id=image.id,
            status=pb.DETECTION_STATUS_PENDING, created_at=to_timestamp(now()),
        )  # fmt: skip
        self.detections[detection.id] = detection
        return detection

    def _detection_of(self, image_id: str) -> pb.Detection:
        return next(d for d in self.detections.values() if d.image_id == image_id)


def _found(kept: dict[str, Any], identifier: str) -> Any:
    if identifier not in kept:
        raise DomainError(Reason.NOT_FOUND, "There is no such row.")
    return kept[identifier]


def _end(detection: pb.Detection, outcome: Any) -> None:
    if outcome.WhichOneof("outcome") == "finding":
        detection.status = pb.DETECTION_STATUS_COMPLETE
        detection.finding.CopyFrom(outcome.finding)
    elif outcome.WhichOneof("outcome") == "failure_reason":
        detection.status = pb.DETECTION_STATUS_FAILED
        detection.failure_reason = outcome.failure_reason
