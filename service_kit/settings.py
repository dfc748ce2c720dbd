"""Settings from the environment, checked before anything starts."""

import sys
from pathlib import Path
from typing import Any, Literal, Self, TypeVar
from urllib.parse import unquote, urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

DEFAULT_SECRET_PREFIX = "change-me"  # noqa: S105  what .env.example writes; refused in production
MIN_SECRET_LENGTH = 32

SettingsT = TypeVar("SettingsT", bound="ServiceSettings")


class ServiceSettings(BaseSettings):
    """What every service needs to know. A setting is an environment variable of the same name."""

    # An empty variable is one that is not set: compose files and .env can't leave one out.
    model_config = SettingsConfigDict(
        env_file=None, env_ignore_empty=True, extra="ignore", frozen=True
    )

    environment: Literal["local", "test", "production"] = Field(
        default="production", description="Where this runs; production refuses default secrets."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="The least severe log line that is written."
    )
    redis_url: str = Field(
        description="redis://[:password@]host:port/0, revoked sessions and limits.",
        pattern=r"^rediss?://",
    )
    auth_address: str = Field(
        default="auth_service:50051", description="host:port of auth_service's gRPC."
    )
    metrics_port: int = Field(
        default=0, ge=0, le=65535, description="Prometheus metrics over HTTP; 0 turns them off."
    )
    otlp_endpoint: str = Field(
        default="", description="OpenTelemetry collector (gRPC); empty turns tracing off."
    )
    mtls_folder: Path | None = Field(
        default=None,
        description="Folder with tls.crt, tls.key and ca.crt; services then speak TLS and show "
        "certificates to each other. Unset: no TLS between them.",
    )
    token_issuer: str = Field(default="dermis", description="`iss` of every token.")
    token_audience: str = Field(default="dermis", description="`aud` of every token.")

    @field_validator("mtls_folder")
    @classmethod
    def _has_certificates(cls, folder: Path | None) -> Path | None:
        for name in ("tls.crt", "tls.key", "ca.crt") if folder else ():
            if not (Path(folder or "") / name).is_file():
                raise ValueError(f"there is no {name} in it")
        return folder

    @model_validator(mode="after")
    def _refuse_default_secrets(self) -> Self:
        if self.environment != "production":
            return self
        for name in type(self).model_fields:
            value: Any = getattr(self, name)
            if isinstance(value, SecretStr) and value.get_secret_value().startswith(
                DEFAULT_SECRET_PREFIX
            ):
                raise ValueError(
                    f"{name.upper()} still has its example value; "
                    "set a secret of your own, e.g. from `openssl rand -base64 32`"
                )
        return self


class DatabaseSettings(ServiceSettings):
    """What a service needs to know that keeps a database of its own."""

    database_url: str = Field(
        description="postgresql+psycopg://… as the service's own role, which must not own tables."
    )
    migration_database_url: str = Field(
        default="",
        description="The same database as the role that owns the tables, for operators' commands.",
    )
    secret_key: SecretStr = Field(
        description="At least 32 random characters; derives the service's keys, each its own."
    )

    @field_validator("secret_key")
    @classmethod
    def _long_enough(cls, value: SecretStr) -> SecretStr:
        if len(value.get_secret_value()) < MIN_SECRET_LENGTH:
            raise ValueError(f"needs at least {MIN_SECRET_LENGTH} characters")
        return value

    @property
    def app_role(self) -> str:
        """The database role that the service runs under."""
        return unquote(urlsplit(self.database_url).username or "")


def load(settings_class: type[SettingsT]) -> SettingsT:
    """Read the settings or end the process with one line for each that is missing or wrong."""
    try:
        return settings_class()
    except ValidationError as error:
        for problem in error.errors(include_url=False, include_input=False):
            sys.stderr.write(f"{_sentence(settings_class, problem)}\n")
        raise SystemExit(2) from None


def _sentence(settings_class: type[ServiceSettings], problem: Any) -> str:
    if not problem["loc"]:
        return f"Setting refused: {problem['msg'].removeprefix('Value error, ')}."
    name = str(problem["loc"][0])
    field = settings_class.model_fields.get(name)
    meaning = f" ({field.description})" if field and field.description else ""
    if problem["type"] == "missing":
        return f"Setting {name.upper()} is missing{meaning}: set it in the environment."
    return f"Setting {name.upper()} is not usable{meaning}: {problem['msg']}."
