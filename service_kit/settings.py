"""Settings from the environment and from files, checked before anything starts."""

import re
import sys
from pathlib import Path
from typing import Any, Literal, Self, TypeVar
from urllib.parse import unquote, urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from service_kit import secret_files

DEFAULT_SECRET_PREFIX = "change-me"  # noqa: S105  what .env.example writes; refused in production
MIN_SECRET_LENGTH = 32

SettingsT = TypeVar("SettingsT", bound="ServiceSettings")


class ServiceSettings(BaseSettings):
    """The settings of every service.

    A setting is an environment variable of the same name, or a file (`service_kit.secret_files`).
    """

    # An empty variable is one that is not set: compose files and .env can't leave one out.
    model_config = SettingsConfigDict(
        env_file=None, env_ignore_empty=True, extra="ignore", frozen=True
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then the environment, then files."""
        folder = secret_files.folder()
        if not folder.is_dir():
            return init_settings, env_settings
        return init_settings, env_settings, secret_files.SecretFiles(settings_cls, folder)

    environment: Literal["local", "test", "production"] = Field(
        default="production", description="Where this runs; production refuses default secrets."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="The least severe level that is logged."
    )
    redis_url: str = Field(
        description="redis://[:password@]host:port/0, for revoked sessions and limits.",
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
                raise ValueError(f"it contains no {name}")
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
    """The settings of a gRPC service with a database of its own; each names its own port."""

    grpc_host: str = Field(default="0.0.0.0", description="Address to listen on.")  # noqa: S104  a container's port is opened by its platform
    grpc_port: int = Field(ge=0, le=65535, description="Port to listen on.")

    database_url: str = Field(
        description="postgresql+psycopg://… as the service's own role, which must not own tables."
    )
    migration_database_url: str = Field(
        default="",
        description="The same database as the role that owns the tables, for operators' commands.",
    )
    database_pool_size: int = Field(
        default=10, ge=1, le=200, description="Connections kept open; twice as many under load."
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
    def address(self) -> str:
        """host:port to listen on."""
        return f"{self.grpc_host}:{self.grpc_port}"

    @property
    def owner_url(self) -> str:
        """The database as the role that owns the tables; ends the process where none is set."""
        if not self.migration_database_url:
            raise SystemExit("Setting MIGRATION_DATABASE_URL is missing: this command needs it.")
        return self.migration_database_url

    @property
    def app_role(self) -> str:
        """The database role that the service runs under."""
        return unquote(urlsplit(self.database_url).username or "")


class ObjectStoreSettings(ServiceSettings):
    """The settings of a service that reads or writes objects in an S3-compatible store."""

    aws_endpoint: str = Field(
        default="",
        description="URL of an S3-compatible store; empty: Amazon's.",
        pattern=r"^$|^https?://",
    )
    aws_region: str = Field(default="", description="The store's region.")
    aws_access_key_id: str = Field(
        default="", description="Empty where the store knows the machine itself."
    )
    aws_secret_access_key: SecretStr = Field(
        default=SecretStr(""), description="The secret of AWS_ACCESS_KEY_ID."
    )

    @property
    def store_access(self) -> dict[str, str]:
        """What `service_kit.blobs.Blobs` needs besides a URL; only what is set."""
        access = {
            "aws_endpoint": self.aws_endpoint,
            "aws_region": self.aws_region,
            "aws_access_key_id": self.aws_access_key_id,
            "aws_secret_access_key": self.aws_secret_access_key.get_secret_value(),
        }
        return {name: value for name, value in access.items() if value}


def load(settings_class: type[SettingsT]) -> SettingsT:
    """Read the settings or end the process with one line for each that is missing or wrong."""
    try:
        return settings_class()
    except ValidationError as error:
        for problem in error.errors(include_url=False, include_input=False):
            sys.stderr.write(f"{_sentence(settings_class, problem)}\n")
    except SettingsError as error:
        sys.stderr.write(f"{_unread(error)}\n")
    raise SystemExit(2)


def _unread(error: SettingsError) -> str:
    """A value that couldn't even be read: a bad file, or text that isn't JSON."""
    found = re.search(r'field "(\w+)"', str(error))
    name = found[1].upper() if found else "?"
    if isinstance(error.__cause__, secret_files.SecretFileRefused):
        return f"Setting {name} can't be used: {error.__cause__}."
    return f"Setting {name} can't be used: it must be JSON; .env.example shows its form."


def _sentence(settings_class: type[ServiceSettings], problem: Any) -> str:
    if not problem["loc"]:
        return f"Setting refused: {problem['msg'].removeprefix('Value error, ')}."
    name = str(problem["loc"][0])
    field = settings_class.model_fields.get(name)
    meaning = f" ({field.description})" if field and field.description else ""
    if problem["type"] == "missing":
        file = secret_files.folder() / name
        return (
            f"Setting {name.upper()} is missing{meaning}: "
            f"set it in the environment or put it in the file {file}."
        )
    return f"Setting {name.upper()} can't be used{meaning}: {problem['msg']}."
