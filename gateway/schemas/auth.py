"""Bodies of /auth: from an address to a signed-in session."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, Field, model_validator

from dermis.auth.v1 import auth_pb2 as pb
from gateway.schemas.fields import (
    Body,
    Email,
    FullName,
    MailedToken,
    Moment,
    OneTimeCode,
    Password,
)
from service_kit.clock import from_timestamp

_JWT = "eyJhbGciOiJFZERTQSIsImtpZCI6IjEifQ.eyJzdWIiOiIwMWEy….c2lnbmVk"


class Registration(Body):
    """A new account: for a new clinic, by invitation, or at the clinic of an owner who approves."""

    email: Email
    password: Password
    full_name: FullName
    clinic_name: str = Field(default="", max_length=400, examples=["Harbour Dermatology"])
    invitation: str = Field(default="", max_length=2048, examples=[""])

    owner_email: str = Field(
        default="",
        max_length=254,
        description="An owner of the clinic to join; they approve.",
        examples=[""],
    )

    @model_validator(mode="after")
    def _one_membership(self) -> Self:
        if sum(map(bool, (self.clinic_name, self.invitation, self.owner_email))) != 1:
            raise ValueError("give a clinic name, an invitation or an owner's address")
        return self


class EmailOnly(Body):
    """An address."""

    email: Email


class TokenOnly(Body):
    """A token from a mail."""

    token: MailedToken


class PasswordReset(Body):
    """A new password with the token from the mail."""

    token: MailedToken
    new_password: Password


class Credentials(Body):
    """E-mail and password."""

    email: Email
    password: Password


class SecondFactor(Body):
    """A code from the app, or a recovery code."""

    challenge_token: MailedToken
    code: OneTimeCode = ""
    recovery_code: str = Field(default="", max_length=64, examples=[""])

    @model_validator(mode="after")
    def _one_factor(self) -> Self:
        if bool(self.code) == bool(self.recovery_code):
            raise ValueError("give a code or a recovery code")
        return self


class SignedIn(BaseModel):
    """The access token; the refresh token is in an HttpOnly cookie."""

    status: Literal["authenticated"] = "authenticated"
    access_token: str = Field(examples=[_JWT])
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105  the name of a kind of token
    expires_at: Moment

    @classmethod
    def of(cls, tokens: pb.Tokens) -> Self:
        """From auth_service's tokens."""
        return cls(
            access_token=tokens.access_token, expires_at=from_timestamp(tokens.access_expires_at)
        )


class TwoFactorRequired(BaseModel):
    """The password was correct; send a code within five minutes."""

    status: Literal["two_factor_required"] = "two_factor_required"
    challenge_token: str = Field(examples=["c2Vjb25kLXN0ZXA"])
    expires_at: Moment


class TwoFactorSetupRequired(BaseModel):
    """The password was correct; the account must enrol first, with this as bearer token."""

    status: Literal["two_factor_setup_required"] = "two_factor_setup_required"
    enrolment_token: str = Field(examples=[_JWT])
    expires_at: Moment


SignInStep = Annotated[
    SignedIn | TwoFactorRequired | TwoFactorSetupRequired, Field(discriminator="status")
]


class SigningKey(BaseModel):
    """An Ed25519 public key (RFC 8037)."""

    kty: Literal["OKP"] = "OKP"
    crv: Literal["Ed25519"] = "Ed25519"
    use: Literal["sig"] = "sig"
    alg: Literal["EdDSA"] = "EdDSA"
    kid: str = Field(examples=["2026-03-01"])
    x: str = Field(examples=["11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"])


class SigningKeys(BaseModel):
    """The keys that access tokens are signed with (RFC 7517)."""

    keys: list[SigningKey]
