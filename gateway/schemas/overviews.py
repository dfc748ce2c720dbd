"""Bodies of overview photos and of the pins on them."""

from typing import Annotated

from pydantic import Field

from dermis.patient.v1 import patient_pb2 as pb
from gateway.schemas.body_places import BodyRegion, BodySide, BodySite
from gateway.schemas.fields import Body, Id, Moment
from gateway.schemas.messages import FromMessage

_SHARE = Field(ge=0, le=1, allow_inf_nan=False)


class OverviewRegion(FromMessage, Body):
    """Which part of the body an overview photo shows."""

    body_site: BodySite = Field(
        description="ISIC's general anatomic sites.", examples=["posterior_torso"]
    )
    region: BodyRegion | None = Field(
        default=None, description="Within the site; null for all of it.", examples=["upper_back"]
    )
    side: BodySide | None = Field(default=None, description="The patient's.", examples=[None])

    def message(self) -> pb.OverviewRegion:
        """As patient_service takes it."""
        return region_message(self.body_site, self.region, self.side)


class PinPlace(Body):
    """A place on an upright photo, in shares of its width and height."""

    x: Annotated[float, _SHARE] = Field(description="From the left edge.", examples=[0.42])
    y: Annotated[float, _SHARE] = Field(description="From the upper edge.", examples=[0.31])


class Pin(FromMessage):
    """Where an overview photo shows a lesion."""

    image_id: Id
    lesion_id: Id
    x: float = Field(description="From the left edge, 0 to 1.", examples=[0.42])
    y: float = Field(description="From the upper edge, 0 to 1.", examples=[0.31])
    author_id: Id
    created_at: Moment


def region_message(
    body_site: BodySite, region: BodyRegion | None, side: BodySide | None
) -> pb.OverviewRegion:
    """Part of the body as patient_service takes it."""
    return pb.OverviewRegion(
        body_site=pb.BodySite.Value(f"BODY_SITE_{body_site.upper()}"),
        region=pb.BodyRegion.Value(f"BODY_REGION_{(region or 'unspecified').upper()}"),
        side=pb.BodySide.Value(f"BODY_SIDE_{(side or 'unspecified').upper()}"),
    )
