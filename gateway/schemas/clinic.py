"""Bodies of /clinic: one's own clinic and its team."""

from base64 import b64encode
from typing import Self

from pydantic import Base64Bytes, BaseModel, Field

from dermis.auth.v1 import auth_pb2 as pb
from gateway.schemas.fields import Body, Email, FullName, Id, Moment
from gateway.schemas.messages import FromMessage

_LONGEST_LOGO = 3_000_000


class Letterhead(BaseModel):
    """What the clinic's reports bear."""

    clinic_id: Id
    name: str = Field(examples=["Harbour Dermatology"])
    address: str = Field(examples=["1 Quay Street\nBristol"])
    time_zone: str = Field(description="IANA's name.", examples=["Europe/London"])
    logo: str | None = Field(description="A PNG in base64.", examples=[None])

    @classmethod
    def of(cls, letterhead: pb.Letterhead) -> Self:
        """From auth_service's letterhead."""
        return cls(
            clinic_id=letterhead.clinic_id,
            name=letterhead.name,
            address=letterhead.address,
            time_zone=letterhead.time_zone,
            logo=b64encode(letterhead.logo).decode() or None,
        )


class LetterheadChange(Body):
    """What to change; absent fields stay."""

    name: str | None = Field(default=None, max_length=400, examples=["Harbour Dermatology"])
    address: str | None = Field(default=None, max_length=2000, examples=["1 Quay Street"])
    time_zone: str | None = Field(default=None, max_length=64, examples=["Europe/London"])
    logo: Base64Bytes | None = Field(
        default=None,
        max_length=_LONGEST_LOGO,
        description="PNG or JPEG in base64; empty removes it.",
        examples=[""],
    )


class Member(FromMessage):
    """Somebody with an account at my clinic."""

    id: Id
    full_name: FullName
    email: Email
    owns_clinic: bool = Field(examples=[False])
    active: bool = Field(description="False for who was removed.", examples=[True])
    last_sign_in_at: Moment | None


class PendingInvitation(FromMessage):
    """An invitation that can still be used."""

    id: Id
    email: Email
    expires_at: Moment


class JoinRequest(FromMessage):
    """Somebody who registered for my clinic; the address is verified."""

    id: Id
    full_name: FullName
    email: Email
    asked_at: Moment


class Team(BaseModel):
    """My clinic's people."""

    members: list[Member]
    invitations: list[PendingInvitation]
    join_requests: list[JoinRequest]


class MemberChange(Body):
    """What to change; absent fields stay."""

    active: bool | None = Field(default=None, description="False removes them.", examples=[False])
    owns_clinic: bool | None = Field(default=None, examples=[True])


class ColleagueInvitation(Body):
    """Whom to invite."""

    email: Email


class JoinDecision(Body):
    """Whether somebody may join."""

    approve: bool = Field(examples=[True])
