"""Bodies of /admin: accounts and the audit."""

from typing import Literal, Self

from pydantic import BaseModel, Field, model_validator

from dermis.auth.v1 import auth_pb2
from dermis.patient.v1 import patient_pb2
from gateway.schemas.fields import Address, Agent, Body, Email, Id, Moment, RoleName
from gateway.schemas.messages import FromMessage
from service_kit.clock import from_timestamp

# Identity (auth_service) and the clinical record (patient_service) each keep a chain of their own.
Chain = Literal["identity", "record"]


class UserChange(Body):
    """What to change; absent fields stay."""

    role: RoleName | None = Field(default=None, examples=["clinician"])
    active: bool | None = Field(
        default=None, description="False disables the account.", examples=[True]
    )
    owns_clinic: bool | None = Field(
        default=None, description="A clinician keeps the clinic's team.", examples=[True]
    )
    require_two_factor: bool | None = Field(default=None, examples=[True])
    clinic_id: Id | None = Field(default=None, description="For someone who becomes a clinician.")


class InvitationDraft(Body):
    """Whom to invite; a clinician is invited to a clinic."""

    email: Email
    role: RoleName = Field(examples=["clinician"])
    clinic_id: Id | None = None

    @model_validator(mode="after")
    def _clinic_of_clinician(self) -> Self:
        if self.role == "clinician" and not self.clinic_id:
            raise ValueError("a clinician belongs to a clinic")
        return self


class Invitation(BaseModel):
    """An invitation sent by mail."""

    id: Id
    expires_at: Moment


class Clinic(FromMessage):
    """A clinic that people can be invited to; two may share a name."""

    id: Id
    name: str = Field(examples=["Harbour Dermatology"])
    clinicians: int = Field(description="Active clinicians.", examples=[4])


class AuditEntry(BaseModel):
    """One line of the audit: who did what to whom, when and from where."""

    chain: Chain
    position: int = Field(examples=[4711])
    occurred_at: Moment
    event: str = Field(examples=["patient.viewed"])
    actor_id: Id | None
    subject_id: Id | None = Field(description="The account or row it was done to.")
    patient_id: Id | None
    clinic_id: Id | None
    address: Address
    agent: Agent
    request_id: Id
    details: dict[str, str] = Field(examples=[{}])
    hash: str = Field(examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"])

    @classmethod
    def of_identity(cls, entry: auth_pb2.AuditEntry) -> Self:
        """From auth_service's chain."""
        return cls(
            chain="identity",
            position=entry.sequence,
            occurred_at=from_timestamp(entry.occurred_at),
            event=entry.event,
            actor_id=entry.actor_id or None,
            subject_id=entry.subject_id or None,
            patient_id=None,
            clinic_id=None,
            address=entry.address,
            agent=entry.agent,
            request_id=entry.request_id,
            details=dict(entry.details),
            hash=entry.hash,
        )

    @classmethod
    def of_record(cls, entry: patient_pb2.AuditEntry) -> Self:
        """From patient_service's chain."""
        return cls(
            chain="record",
            position=entry.position,
            occurred_at=from_timestamp(entry.at),
            event=entry.event,
            actor_id=entry.actor_id or None,
            subject_id=entry.subject_id or None,
            patient_id=entry.patient_id or None,
            clinic_id=entry.clinic_id or None,
            address=entry.client_address,
            agent="",
            request_id=entry.request_id,
            details=dict(entry.detail),
            hash=entry.hash,
        )


class ChainState(BaseModel):
    """Whether one chain is unchanged."""

    chain: Chain
    intact: bool = Field(examples=[True])
    entries: int = Field(description="Entries that were checked.", examples=[48_210])
    broken_at: int | None = Field(description="First position that doesn't match.", examples=[None])


class AuditState(BaseModel):
    """Whether the whole audit is unchanged."""

    intact: bool = Field(examples=[True])
    chains: list[ChainState]
