"""Bodies of /lesions."""

from datetime import date
from typing import Literal, Self

from pydantic import BaseModel, Field

from dermis.patient.v1 import patient_pb2 as pb
from gateway.schemas.body_places import BodyRegion, BodySide, BodySite, BodyView
from gateway.schemas.detections import Detection
from gateway.schemas.fields import Body, Id, Moment
from gateway.schemas.images import Image
from gateway.schemas.messages import FromMessage
from gateway.schemas.reviews import Review
from service_kit.clock import from_timestamp

LesionStatus = Literal["observed", "excised", "closed"]


class BodyPosition(Body):
    """A point on the body map."""

    view: BodyView = Field(examples=["back"])
    x: float = Field(ge=0, le=1, description="From the drawing's left edge.", examples=[0.42])
    y: float = Field(ge=0, le=1, description="From the drawing's top edge.", examples=[0.31])

    def message(self) -> pb.BodyPosition:
        """As patient_service takes it."""
        view = pb.BodyView.Value(f"BODY_VIEW_{self.view.upper()}")
        return pb.BodyPosition(view=view, x=self.x, y=self.y)


class LesionProfile(Body):
    """What is known about a lesion."""

    body_site: BodySite | None = Field(
        default=None, description="ISIC's general anatomic sites.", examples=["posterior_torso"]
    )
    region: BodyRegion | None = Field(
        default=None,
        description="Within the site: DICOM's sites of dermatology (PS3.16, CID 4029).",
        examples=["upper_back"],
    )
    side: BodySide | None = Field(
        default=None, description="The patient's, of what the body has twice.", examples=["left"]
    )
    position: BodyPosition | None = None
    label: str = Field(default="", max_length=2000, examples=["left shoulder blade, upper"])
    first_noted: date | None = Field(default=None, examples=["2025-11-02"])
    status: LesionStatus = Field(default="observed", examples=["observed"])

    def message(self) -> pb.LesionProfile:
        """As patient_service takes it."""
        return pb.LesionProfile(
            body_site=pb.BodySite.Value(f"BODY_SITE_{(self.body_site or 'unspecified').upper()}"),
            region=pb.BodyRegion.Value(f"BODY_REGION_{(self.region or 'unspecified').upper()}"),
            side=pb.BodySide.Value(f"BODY_SIDE_{(self.side or 'unspecified').upper()}"),
            position=self.position.message() if self.position else None,
            label=self.label,
            first_noted=self.first_noted.isoformat() if self.first_noted else "",
            status=pb.LesionStatus.Value(f"LESION_STATUS_{self.status.upper()}"),
        )


class Lesion(LesionProfile):
    """A place on the skin, followed over time; `version` is also the ETag."""

    id: Id
    patient_id: Id
    version: int = Field(examples=[1])
    image_count: int | None = Field(
        default=None, description="How many images show it; only in lists.", examples=[3]
    )
    created_at: Moment
    updated_at: Moment

    @classmethod
    def of(cls, lesion: pb.Lesion, *, counted: bool = False) -> Self:
        """From patient_service's lesion; `counted` where its images were counted."""
        profile = lesion.profile
        return cls.model_validate(
            {
                "id": lesion.id,
                "patient_id": lesion.patient_id,
                "version": lesion.version,
                "body_site": _stated(pb.BodySite.Name(profile.body_site), "BODY_SITE_"),
                "region": _stated(pb.BodyRegion.Name(profile.region), "BODY_REGION_"),
                "side": _stated(pb.BodySide.Name(profile.side), "BODY_SIDE_"),
                "position": _position(profile.position) if profile.HasField("position") else None,
                "label": profile.label,
                "first_noted": profile.first_noted or None,
                "status": pb.LesionStatus.Name(profile.status)
                .removeprefix("LESION_STATUS_")
                .lower(),
                "image_count": lesion.image_count if counted else None,
                "created_at": from_timestamp(lesion.created_at),
                "updated_at": from_timestamp(lesion.updated_at),
            }
        )


class ComparedImage(FromMessage):
    """One side of a comparison: the image, its newest detection and the verdict that stands."""

    image: Image
    detection: Detection | None
    review: Review | None = None


class Comparison(BaseModel):
    """Two images of one lesion."""

    lesion: Lesion
    left: ComparedImage
    right: ComparedImage


def _stated(name: str, prefix: str) -> str | None:
    """A name of the contract as the API's word; None where it says that nothing is stated."""
    word = name.removeprefix(prefix).lower()
    return None if word == "unspecified" else word


def _position(position: pb.BodyPosition) -> dict[str, object]:
    view = pb.BodyView.Name(position.view).removeprefix("BODY_VIEW_").lower()
    # A float32 from the contract: 0.42 must not come back as 0.41999998688697815.
    return {"view": view, "x": round(position.x, 6), "y": round(position.y, 6)}
