"""Bodies of hand-offs: links by which a phone hands in photos of one lesion."""

from pydantic import BaseModel, Field

from gateway.schemas.body_places import BodySite
from gateway.schemas.fields import Agent, Body, Id, Moment
from gateway.schemas.messages import FromMessage


class Handoff(FromMessage):
    """A link that is open; it shows its secret only once, as it is made."""

    id: Id
    lesion_id: Id
    expires_at: Moment
    claimed_at: Moment | None = Field(description="When a phone claimed it.")
    agent: Agent | None = Field(description="That phone's browser.")
    photos: int = Field(default=0, description="How many have come by it.", examples=[2])


class MadeHandoff(FromMessage):
    """A new link; whoever opens it first hands in photos."""

    handoff: Handoff
    link: str = Field(examples=["https://dermis.clinic.example/hand-in#mYdR3k…kq9s"])
    qr_svg: str = Field(description="The same as a QR code.", examples=["<svg …>…</svg>"])


class HandoffList(BaseModel):
    """One's own open hand-offs, the newest first."""

    items: list[Handoff]


class HandoffClaim(Body):
    """What a phone shows for its token."""

    secret: str = Field(
        min_length=1, max_length=128, description="The link's fragment.", examples=["mYdR3k…kq9s"]
    )
    key: str = Field(
        min_length=32,
        max_length=128,
        description="Random, made by the phone; with it, it may claim the link again.",
        examples=["p0wG2w-5mCxAKL1D5T3Q0vYxD8m1wqVzT7cW2b5uXk4"],
    )


class ClaimedHandoff(FromMessage):
    """A bearer token that opens /hand-in and nothing else."""

    token: str = Field(examples=["eyJhbGciOiJFZERTQSIsImtpZCI6IjIwMjYtMDMtMDEifQ.eyJzdWIi….Zm9v"])
    expires_at: Moment = Field(description="When the hand-off ends by itself.")


class HandInLesion(FromMessage):
    """All that a hand-off's phone learns of the record."""

    body_site: BodySite | None = Field(description="Of the lesion.", examples=["upper_extremity"])
