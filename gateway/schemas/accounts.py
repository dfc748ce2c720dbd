"""Bodies of /users and of accounts under /admin."""

from typing import Self

from pydantic import BaseModel, Field

from dermis.auth.v1 import auth_pb2 as pb
from gateway.schemas.auth import SignedIn
from gateway.schemas.fields import (
    Address,
    Agent,
    Body,
    Email,
    FullName,
    Id,
    Moment,
    OneTimeCode,
    Password,
    RoleName,
    role_name,
)
from service_kit.clock import from_timestamp


class ProfileChange(Body):
    """What to change; absent fields stay. A new address needs the password."""

    full_name: FullName | None = None
    email: Email | None = None
    current_password: Password = ""


class PasswordChange(Body):
    """The current and the new password."""

    current_password: Password
    new_password: Password


class PasswordAgain(Body):
    """The current password, asked for again before a change."""

    password: Password


class SetUpTwoFactor(Body):
    """The current password; not needed with an enrolment token, which was just issued for it."""

    password: Password = ""


class ConfirmTwoFactor(Body):
    """Six digits from the app."""

    code: OneTimeCode


class RemoveTwoFactor(Body):
    """The current password and six digits from the app to be removed."""

    password: Password
    code: OneTimeCode


class TwoFactorSetup(BaseModel):
    """What the authenticator app needs."""

    otpauth_uri: str = Field(
        examples=[
            "otpauth://totp/Dermis:ada%40clinic.example?secret=JBSWY3DPEHPK3PXP&issuer=Dermis"
        ]
    )
    secret: str = Field(examples=["JBSWY3DPEHPK3PXP"])
    qr_svg: str = Field(description="The same as a QR code.", examples=["<svg …>…</svg>"])


class RecoveryCodes(BaseModel):
    """Ten codes, each valid once and shown only now; with full tokens after an enrolment."""

    recovery_codes: list[str] = Field(examples=[["k4m2-9xqt", "p7dn-3wfz"]])
    tokens: SignedIn | None = None


class User(BaseModel):
    """An account."""

    id: Id
    email: Email
    pending_email: str | None = Field(
        description="A new address awaiting verification.", examples=[None]
    )
    full_name: FullName
    role: RoleName
    clinic_id: Id | None
    clinic_name: str | None = Field(examples=["Harbour Dermatology"])
    active: bool = Field(examples=[True])
    email_verified: bool = Field(examples=[True])
    two_factor_enabled: bool = Field(examples=[True])
    two_factor_required: bool = Field(examples=[True])
    recovery_codes_left: int = Field(examples=[10])
    created_at: Moment
    last_sign_in_at: Moment | None

    @classmethod
    def of(cls, user: pb.User) -> Self:
        """From auth_service's account."""
        return cls(
            id=user.id,
            email=user.email,
            pending_email=user.pending_email or None,
            full_name=user.full_name,
            role=role_name(user.role),
            clinic_id=user.clinic_id or None,
            clinic_name=user.clinic_name or None,
            active=user.active,
            email_verified=user.email_verified,
            two_factor_enabled=user.two_factor_enabled,
            two_factor_required=user.two_factor_required,
            recovery_codes_left=user.recovery_codes_left,
            created_at=from_timestamp(user.created_at),
            last_sign_in_at=from_timestamp(user.last_sign_in_at)
            if user.HasField("last_sign_in_at")
            else None,
        )


class Colleague(BaseModel):
    """Someone at my own clinic, by name."""

    id: Id
    full_name: FullName


class Session(BaseModel):
    """A place where someone is signed in."""

    id: Id
    created_at: Moment
    last_used_at: Moment
    expires_at: Moment
    address: Address
    agent: Agent
    current: bool = Field(description="The session making this request.", examples=[True])

    @classmethod
    def of(cls, session: pb.Session) -> Self:
        """From auth_service's session."""
        return cls(
            id=session.id,
            created_at=from_timestamp(session.created_at),
            last_used_at=from_timestamp(session.last_used_at),
            expires_at=from_timestamp(session.expires_at),
            address=session.address,
            agent=session.agent,
            current=session.current,
        )


class Sessions(BaseModel):
    """All my sessions; an account has at most 50."""

    items: list[Session]


class Ended(BaseModel):
    """How many sessions were ended."""

    ended: int = Field(examples=[2])


class SecurityEvent(BaseModel):
    """One of my sign-ins or security changes."""

    occurred_at: Moment
    event: str = Field(examples=["sign_in.succeeded"])
    address: Address
    agent: Agent
    details: dict[str, str] = Field(examples=[{"factor": "totp"}])

    @classmethod
    def of(cls, entry: pb.AuditEntry) -> Self:
        """From auth_service's audit."""
        return cls(
            occurred_at=from_timestamp(entry.occurred_at),
            event=entry.event,
            address=entry.address,
            agent=entry.agent,
            details=dict(entry.details),
        )
