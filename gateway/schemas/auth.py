"""Bodies of /auth and /users."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from dermis.auth.v1 import auth_pb2 as pb
from dermis.options.v1 import access_pb2
from service_kit.clock import from_timestamp

Email = Annotated[str, Field(min_length=3, max_length=254, examples=["ada@clinic.example"])]
# Rules about passwords live in auth_service; here only a bound on what is taken in.
Password = Annotated[str, Field(max_length=512, examples=["correct horse battery staple"])]
Token = Annotated[str, Field(min_length=1, max_length=2048)]
FullName = Annotated[str, Field(max_length=400, examples=["Ada Okafor"])]


class Body(BaseModel):
    """A body that a client sends: unknown fields are refused, since a typo would be lost."""

    model_config = ConfigDict(extra="forbid")


class Registration(Body):
    """A new account, for a new clinic or by invitation."""

    email: Email
    password: Password
    full_name: FullName
    clinic_name: str = Field(default="", max_length=400, examples=["Harbour Dermatology"])
    invitation: str = Field(default="", max_length=2048)

    @model_validator(mode="after")
    def _one_membership(self) -> Self:
        if bool(self.clinic_name) == bool(self.invitation):
            raise ValueError("give a clinic name or an invitation")
        return self


class EmailOnly(Body):
    """An address."""

    email: Email


class TokenOnly(Body):
    """A token from a mail."""

    token: Token


class PasswordReset(Body):
    """A new password with the token from the mail."""

    token: Token
    new_password: Password


class Credentials(Body):
    """E-mail and password."""

    email: Email
    password: Password


class SecondFactor(Body):
    """A code from the app, or a recovery code."""

    challenge_token: Token
    code: str = Field(default="", max_length=16, examples=["492039"])
    recovery_code: str = Field(default="", max_length=64)

    @model_validator(mode="after")
    def _one_factor(self) -> Self:
        if bool(self.code) == bool(self.recovery_code):
            raise ValueError("give a code or a recovery code")
        return self


class PasswordAgain(Body):
    """The present password, asked again before a change."""

    password: Password


class Code(Body):
    """Six digits from the app."""

    code: str = Field(max_length=16, examples=["492039"])


class PasswordChange(Body):
    """The present and the new password."""

    current_password: Password
    new_password: Password


class ProfileChange(Body):
    """What to change; absent fields stay."""

    full_name: FullName | None = None
    email: Email | None = None
    current_password: Password = ""


class SignedIn(BaseModel):
    """The access token; the refresh token is in an HttpOnly cookie."""

    status: Literal["authenticated"] = "authenticated"
    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105
    expires_at: datetime

    @classmethod
    def of(cls, tokens: pb.Tokens) -> Self:
        """From auth_service's tokens."""
        return cls(
            access_token=tokens.access_token, expires_at=from_timestamp(tokens.access_expires_at)
        )


class TwoFactorRequired(BaseModel):
    """The password was right; a code is needed within five minutes."""

    status: Literal["two_factor_required"] = "two_factor_required"
    challenge_token: str
    expires_at: datetime


class TwoFactorSetupRequired(BaseModel):
    """The password was right; the account must enrol first, with this token as bearer token."""

    status: Literal["two_factor_setup_required"] = "two_factor_setup_required"
    enrolment_token: str
    expires_at: datetime


SignInStep = Annotated[
    SignedIn | TwoFactorRequired | TwoFactorSetupRequired, Field(discriminator="status")
]


class TwoFactorSetup(BaseModel):
    """What the authenticator app needs."""

    otpauth_uri: str
    secret: str
    qr_svg: str


class RecoveryCodes(BaseModel):
    """Ten codes, each good once; shown only now. With full tokens after an enrolment."""

    recovery_codes: list[str]
    tokens: SignedIn | None = None


class User(BaseModel):
    """An account."""

    id: str
    email: str
    pending_email: str
    full_name: str
    role: Literal["clinician", "ml_engineer", "admin"]
    clinic_id: str
    clinic_name: str
    active: bool
    two_factor_enabled: bool
    two_factor_required: bool
    recovery_codes_left: int
    created_at: datetime

    @classmethod
    def of(cls, user: pb.User) -> Self:
        """From auth_service's account."""
        return cls(
            id=user.id,
            email=user.email,
            pending_email=user.pending_email,
            full_name=user.full_name,
            role=access_pb2.Role.Name(user.role).removeprefix("ROLE_").lower(),
            clinic_id=user.clinic_id,
            clinic_name=user.clinic_name,
            active=user.active,
            two_factor_enabled=user.two_factor_enabled,
            two_factor_required=user.two_factor_required,
            recovery_codes_left=user.recovery_codes_left,
            created_at=from_timestamp(user.created_at),
        )


class SigningKey(BaseModel):
    """An Ed25519 public key (RFC 8037)."""

    kty: Literal["OKP"] = "OKP"
    crv: Literal["Ed25519"] = "Ed25519"
    use: Literal["sig"] = "sig"
    alg: Literal["EdDSA"] = "EdDSA"
    kid: str
    x: str


class SigningKeys(BaseModel):
    """The keys that access tokens are signed with (RFC 7517)."""

    keys: list[SigningKey]
