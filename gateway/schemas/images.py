"""Bodies of /images."""

from pydantic import Field

from gateway.schemas.detections import Detection
from gateway.schemas.fields import Body, Id, Moment
from gateway.schemas.messages import FromMessage
from gateway.schemas.reviews import Review


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


class ImageRecord(FromMessage):
    """Everything that was said of a photo, newest first."""

    image: Image
    detections: list[Detection] = Field(description="All of the models' answers, without heatmaps.")
    reviews: list[Review] = Field(description="All verdicts, corrected and withdrawn ones too.")
    standing_review_id: Id | None = Field(description="The verdict that stands.")


class ImageMove(Body):
    """The lesion an image belongs to, of the same patient; null for unsorted."""

    lesion_id: Id | None
