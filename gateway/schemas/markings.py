"""Bodies of /images/{id}/markings, and of a patient's sizes."""

from typing import Annotated, Literal

from pydantic import Field

from dermis.patient.v1 import patient_pb2 as pb
from gateway.schemas.fields import Body, Id, Moment
from gateway.schemas.messages import FromMessage

MarkingKind = Literal["length", "outline", "angle", "arrow", "text", "ruler", "field_of_view"]
_SHARE = Field(allow_inf_nan=False, examples=[0.42])
_MOST_POINTS = 100


class MarkingPoint(FromMessage, Body):
    """A place on an upright photo, in shares of its width and height."""

    x: Annotated[float, _SHARE] = Field(description="From the left edge, 0 to 1.")
    y: Annotated[float, _SHARE] = Field(description="From the upper edge, 0 to 1.")


class MarkingDraft(Body):
    """Something to draw over a photo."""

    kind: MarkingKind = Field(
        description="A length, arrow or ruler has 2 points, an angle 3 (its corner second), an "
        "outline 3 to 100, a text 1, a field of view none.",
        examples=["length"],
    )
    points: list[MarkingPoint] = Field(
        default_factory=list,
        max_length=_MOST_POINTS,
        examples=[[{"x": 0.2, "y": 0.5}, {"x": 0.6, "y": 0.5}]],
    )
    text: str = Field(
        default="",
        max_length=2_000,
        description="Up to 200 characters; needed for a text.",
        examples=["regression?"],
    )
    millimetres: float = Field(
        default=0,
        allow_inf_nan=False,
        description="Between a ruler's points, or across the photo's longer side for a field of "
        "view: 0.1 to 2,000; 0 for anything else.",
        examples=[0],
    )

    def message(self, image_id: str) -> pb.AddMarkingRequest:
        """As patient_service takes it."""
        return pb.AddMarkingRequest(
            image_id=image_id,
            kind=pb.MarkingKind.Value(f"MARKING_KIND_{self.kind.upper()}"),
            points=[pb.MarkingPoint(x=point.x, y=point.y) for point in self.points],
            text=self.text,
            millimetres=self.millimetres,
        )


class Measures(FromMessage):
    """What follows from a marking's points, in pixels and degrees; 0 for what its kind has not."""

    length: float = Field(description="Of a length or a ruler, pixels.", examples=[306.0])
    area: float = Field(description="Of an outline, square pixels.", examples=[0])
    longest: float = Field(description="An outline's largest diameter, pixels.", examples=[0])
    across: float = Field(description="Its width at a right angle to that.", examples=[0])
    angle: float = Field(description="0 to 180 degrees.", examples=[0])


class Marking(FromMessage):
    """Something drawn over a photo; it never changes, but may be withdrawn."""

    id: Id
    image_id: Id
    kind: MarkingKind
    points: list[MarkingPoint]
    text: str = Field(examples=["regression?"])
    millimetres: float = Field(description="Of a scale; 0 otherwise.", examples=[0])
    measures: Measures
    author_id: Id
    created_at: Moment
    withdrawn_at: Moment | None = Field(
        default=None, description="When it was withdrawn, or a scale replaced.", examples=[None]
    )
    withdrawn_by: Id | None = Field(default=None, examples=[None])


class Markings(FromMessage):
    """A photo's markings, oldest first, and its scale."""

    markings: list[Marking]
    millimetres_per_pixel: float = Field(
        description="What one pixel shows; 0 where the photo has no scale.", examples=[0.0287]
    )
    usual_field_of_view: float = Field(
        description="Millimetres that I stated last, on any photo; 0 if never.", examples=[22]
    )


class Size(FromMessage):
    """How large the lesion on a photo is: of its newest outline, else of its newest length."""

    image_id: Id
    marking_id: Id
    longest: float = Field(description="Largest diameter, or length, mm.", examples=[6.4])
    across: float = Field(description="Across it, mm; 0 for a length.", examples=[4.9])
    area: float = Field(description="Square millimetres; 0 for a length.", examples=[24.1])
    author_id: Id
    created_at: Moment
