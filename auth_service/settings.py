"""auth_service's settings, from the environment."""

from datetime import timedelta
from typing import Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator

from auth_service.credentials.encryption import parse_keys
from service_kit.settings import MIN_SECRET_LENGTH, DatabaseSettings


class Settings(DatabaseSettings):
    """auth_service's settings. A setting is an environment variable of the same name."""

    grpc_port: int = Field(default=50051, ge=0, le=65535, description="Port to listen on.")

    encryption_keys: SecretStr = Field(
        description="id:base64 of 32 bytes, comma-separated; the first encrypts, all decrypt."
    )
    service_secrets: SecretStr = Field(
        default=SecretStr(""),
        description="name:secret, comma-separated; the services that may ask for a service token. "
        "While a secret is replaced, a name stands there twice, and both count.",
    )

    require_two_factor: bool = Field(
        default=True, description="Every role must set up 2FA before anything else."
    )
    access_token_seconds: int = Field(default=600, ge=60, le=3600)
    session_idle_minutes: int = Field(
        default=60, ge=5, description="A session ends when unused for this long."
    )
    session_hours: int = Field(default=24, ge=1, description="The longest a session lasts.")

    public_url: str = Field(
        default="http://localhost:8000",
        description="Where people open Dermis; used for links in mails.",
    )
    smtp_host: str = Field(default="localhost", description="The mail server.")
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_security: Literal["none", "starttls", "tls"] = "starttls"
    smtp_username: str = ""
    smtp_password: SecretStr = SecretStr("")
    mails_per_hour_by_address: int = Field(
        default=50,
        ge=1,
        description="Mails that strangers at one address, such as a clinic's, can have sent.",
    )
    mail_from: str = Field(default="Dermis <no-reply@localhost>", description="Sender of mails.")

    @field_validator("encryption_keys")
    @classmethod
    def _are_keys(cls, value: SecretStr) -> SecretStr:
        parse_keys(value.get_secret_value())
        return value

    @model_validator(mode="after")
    def _refuse_weak_service_secrets(self) -> Self:
        for name, secrets in self.secrets_by_service.items():
            too_short = any(len(secret) < MIN_SECRET_LENGTH for secret in secrets)
            if self.environment == "production" and too_short:
                raise ValueError(f"the secret of {name} in SERVICE_SECRETS is too short")
        return self

    @property
    def secrets_by_service(self) -> dict[str, tuple[str, ...]]:
        """The secrets of each service that may ask for a service token; any of them counts."""
        secrets: dict[str, tuple[str, ...]] = {}
        for pair in self.service_secrets.get_secret_value().split(","):
            name, _, secret = (part.strip() for part in pair.partition(":"))
            if name:
                secrets[name] = (*secrets.get(name, ()), secret)
        return secrets

    @property
    def access_token_life(self) -> timedelta:
        """How long an access token is valid."""
        return timedelta(seconds=self.access_token_seconds)
