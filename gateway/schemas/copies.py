"""Bodies of look-ups of photos before they are sent."""

from typing import Annotated

from pydantic import BaseModel, Field

from gateway.schemas.body_places import BodySite
from gateway.schemas.fields import Body, Id, Moment
from gateway.schemas.messages import FromMessage

Digest = Annotated[
    str,
    Field(
        pattern="^[0-9a-f]{64}$",
        examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"],
    ),
]


class FileDigests(Body):
    """Files that somebody is about to send."""

    digests: list[Digest] = Field(
        min_length=1, max_length=50, description="Hex SHA-256 of each, each once."
    )


class Copy(FromMessage):
    """A stored photo of the same bytes as a file."""

    digest: Digest
    image_id: Id
    patient_id: Id
    full_name: str = Field(description="That patient's.", examples=["Renee Angstrom"])
    record_number: str = Field(description="That patient's.", examples=["H-2041"])
    lesion_id: Id | None = Field(description="Null if unsorted.")
    lesion_label: str = Field(description="The lesion's.", examples=["left shoulder blade"])
    body_site: BodySite | None = Field(description="The lesion's.", examples=["upper_extremity"])
    created_at: Moment = Field(description="Since when it is stored.")


class Copies(BaseModel):
    """The clinic's photos of these files: in their order, then the oldest first."""

    items: list[Copy]


class KnownDigests(BaseModel):
    """Those of the phone's files that its lesion has."""

    digests: list[Digest]
