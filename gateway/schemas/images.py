"""Bodies of /images."""

from pydantic import Field

from dermis.patient.v1 import patient_pb2 as pb
from gateway.schemas.detections import Detection
from gateway.schemas.fields import Body, Id, Moment, SentMoment
from gateway.schemas.messages import FromMessage
from gateway.schemas.overviews import OverviewRegion
from gateway.schemas.reviews import Review
from service_kit.clock import to_timestamp


class Image(FromMessage):
    """A stored photo; its bytes are at /images/{id}."""

    id: Id
    patient_id: Id
    lesion_id: Id | None = Field(description="Null if unsorted.")
    media_type: str = Field(examples=["image/jpeg"])
    size: int = Field(description="Bytes as stored.", examples=[248_312])
    width: int = Field(description="Pixels, upright.", examples=[1024])
    height: int = Field(description="Pixels, upright.", examples=[768])
    sha256: str = Field(
        examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"]
    )
    quality: list[str] = Field(description="Warnings about the photo.", examples=[["BLURRED"]])
    duplicate_of: Id | None = Field(description="The patient's first image with the same bytes.")
    original_media_type: str | None = Field(
        default=None,
        description="Of the file as it was sent, where /images/{id}/original holds another than is "
        "stored: image/heic, image/webp, image/tiff.",
        examples=["image/heic"],
    )
    captured_at: Moment | None
    created_at: Moment
    version: int = Field(default=1, description="Also the ETag of a correction.", examples=[1])
    voided_at: Moment | None = Field(
        default=None, description="When it was marked as entered in error.", examples=[None]
    )
    void_reason: str | None = Field(default=None, examples=[None])
    also_of_patient_id: Id | None = Field(
        default=None,
        description="Another patient of the clinic who has a photo of the same bytes. Only in "
        "/images/{id}/record.",
        examples=[None],
    )
    voided_by: Id | None = Field(default=None, examples=[None])
    restorable_until: Moment | None = Field(default=None, examples=[None])
    overview: OverviewRegion | None = Field(
        default=None,
        description="Of an overview photo, the part of the body; null for a photo of a lesion.",
        examples=[None],
    )


class ImageRecord(FromMessage):
    """Everything that was said of a photo, newest first."""

    image: Image
    detections: list[Detection] = Field(description="All of the models' answers, without heatmaps.")
    reviews: list[Review] = Field(description="All verdicts, corrected and withdrawn ones too.")
    standing_review_id: Id | None = Field(description="The verdict that stands.")


class ImageCorrection(Body):
    """What is to be corrected of a photo; what is left out stays."""

    patient_id: Id | None = Field(
        default=None,
        description="Whom it shows. Without a lesion it then goes to the unsorted photos.",
    )
    lesion_id: Id | None = Field(
        default=None, description="Of that patient; null for the unsorted photos."
    )
    captured_at: SentMoment | None = Field(
        default=None, examples=["2026-03-14T09:20:00Z"], description="When it was taken."
    )

    overview: OverviewRegion | None = Field(
        default=None, description="Which part of the body an overview photo shows."
    )

    def message(self, image_id: str, version: int) -> pb.UpdateImageRequest:
        """As patient_service takes it."""
        request = pb.UpdateImageRequest(image_id=image_id, version=version)
        if self.patient_id:
            request.patient_id = self.patient_id
        if "lesion_id" in self.model_fields_set:
            request.lesion_id = self.lesion_id or ""
        if self.captured_at:
            request.captured_at.CopyFrom(to_timestamp(self.captured_at))
        if self.overview:
            request.overview.CopyFrom(self.overview.message())
        return request


class EnteredInError(Body):
    """Why a photo should not be in the record."""

    reason: str = Field(max_length=5000, examples=["Shows another patient."])
