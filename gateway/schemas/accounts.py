"""Bodies of /users and of accounts under /admin."""

from pydantic import BaseModel, Field

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
)
from gateway.schemas.messages import FromMessage


class ProfileChange(Body):
    """What to change; absent fields stay. A new address needs the password."""

    full_name: FullName | None = None
    email: Email | None = None
    current_password: Password = ""
    reminders: bool | None = Field(
        None, description="Whether a mail tells when lesions are due to be seen again."
    )


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
    code: str = Field(
        default="",
        max_length=64,
        description="To move to a new phone: a code of the old one, or a recovery code.",
        examples=["492039"],
    )


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


class User(FromMessage):
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
    owns_clinic: bool = Field(description="Keeps team and letterhead.", examples=[False])
    reminders: bool = Field(
        description="Whether a mail tells when lesions are due to be seen again.", examples=[False]
    )
    active: bool = Field(examples=[True])
    email_verified: bool = Field(examples=[True])
    two_factor_enabled: bool = Field(examples=[True])
    two_factor_required: bool = Field(examples=[True])
    recovery_codes_left: int = Field(examples=[10])
    created_at: Moment
    last_sign_in_at: Moment | None


class Colleague(FromMessage):
    """Someone at my own clinic, by name."""

    id: Id
    full_name: FullName
    has_left: bool = Field(
        default=False, description="Works here no longer; what they wrote stays.", examples=[False]
    )


class Session(FromMessage):
    """A place where someone is signed in."""

    id: Id
    created_at: Moment
    last_used_at: Moment
    expires_at: Moment
    address: Address
    agent: Agent
    current: bool = Field(description="The session making this request.", examples=[True])


class Sessions(BaseModel):
    """All my sessions; an account has at most 50."""

    items: list[Session]


class Ended(BaseModel):
    """How many sessions were ended."""

    ended: int = Field(examples=[2])


class SecurityEvent(FromMessage):
    """One of my sign-ins or security changes."""

    occurred_at: Moment
    event: str = Field(examples=["sign_in.succeeded"])
    address: Address
    agent: Agent
    details: dict[str, str] = Field(examples=[{"factor": "totp"}])
