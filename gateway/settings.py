"""What the gateway needs to know, from the environment."""

from pathlib import Path
from typing import Annotated, Self

from limits import parse
from pydantic import Field, SecretStr, field_validator, model_validator

from service_kit.settings import ObjectStoreSettings
from serving.archives.signature_settings import SignatureSettings

# The one table of limits. By address before anybody is signed in, by account afterwards: a clinic's
# staff share one address, so whoever is known counts as themselves. These stop floods only. What a
# person could use up for others, guesses and mails, is counted in auth_service, narrowly and so
# that it costs only whoever makes them; these must stay wider
# (docs/decisions/0031-guesses-are-counted-by-account-and-place.md).
RATE_LIMITS = {
    "register": "200/hour",
    "login": "300/5 minutes",
    "two-factor": "300/5 minutes",
    "mailed-link": "300/5 minutes",
    "forgot": "200/hour",
    "refresh": "120/minute",
    "upload": "600/minute",
    # Photos that phones hand in without a sign-in: by the account in whose name, besides "upload",
    # and codes that somebody tries.
    "hand-in": "60/minute",
    "hand-in-code": "60/5 minutes",
    "api": "3000/minute",
    # Every call without a valid token, on any path, in each gateway for itself. A page of the web
    # client is some 30 calls where no nginx serves it.
    "anonymous": "3000/minute",
}


class Settings(ObjectStoreSettings, SignatureSettings):
    """The gateway's settings. A setting is an environment variable of the same name."""

    host: str = Field(default="0.0.0.0", description="Address to listen on.")  # noqa: S104  a container's port is opened by its platform
    port: int = Field(default=8000, ge=0, le=65535, description="Port to listen on.")
    patient_address: str = Field(
        default="patient_service:50052", description="host:port of patient_service's gRPC."
    )
    service_secret: SecretStr = Field(
        description="The secret that auth_service knows for the service `gateway`."
    )
    public_url: str = Field(
        default="http://localhost:8000",
        description="Where people open Dermis; requests must name it as Origin.",
    )
    cors_origins: list[str] = Field(
        default_factory=list, description="JSON list of other sites that may call the API."
    )
    cookie_secure: bool = Field(
        default=True, description="Send the refresh cookie over HTTPS only; false for local HTTP."
    )
    trusted_proxies: int = Field(
        default=0, ge=0, le=5, description="How many of our own proxies stand in front (nginx: 1)."
    )
    model_name: str = Field(default="lesion", description="The model that assesses photos.")
    model_store: str = Field(
        default="",
        description="Where archives and releases lie: file:///folder or s3://bucket/prefix; "
        "empty leaves releases to the command line.",
        pattern=r"^$|^(file|s3|memory)://",
    )
    release_needs_trial: bool = Field(
        default=False,
        description="Release only versions that passed a trial on a replica and failed on none.",
    )
    release_needs_approval: bool = Field(
        default=False,
        description="Release only versions that somebody else than the releaser has approved.",
    )
    metric_margins: dict[str, Annotated[float, Field(ge=0)]] = Field(
        default_factory=dict,
        description='JSON, how much worse than live a figure may be: {"auc": 0.01}. Empty: '
        "figures are not compared.",
    )
    metric_evaluation: str = Field(
        default="all sources, held out",
        description="The evaluation of the model cards whose figures are compared.",
    )
    canary_min_requests: int = Field(
        default=30, ge=1, le=500, description="Fewer requests than this never judge a canary."
    )
    canary_error_margin: float = Field(
        default=0.05,
        ge=0,
        le=1,
        description="A canary ends when its share of failed requests is higher by more than this.",
    )
    canary_latency_ratio: float = Field(
        default=1.5,
        ge=1,
        le=100,
        description="A canary ends when its median time exceeds the live version's by this factor.",
    )
    call_seconds: float = Field(
        default=5, gt=0, le=60, description="How long a call to another service may take."
    )
    photo_memory_mb: int = Field(
        default=128,
        ge=72,
        le=65536,
        description="MiB of photos that this gateway holds at once. One account gets up to a "
        "third, one clinic or address up to half.",
    )
    prediction_seconds: float = Field(
        default=8, gt=0, le=20, description="How long an upload waits for the model."
    )
    rate_limits: dict[str, str] = Field(
        default=RATE_LIMITS,
        description='JSON, where limits differ from gateway/settings.py: {"login": "20/minute"}.',
    )
    web_client: Path | None = Field(
        default=None,
        description="Folder of the built web client, where no nginx serves it.",
    )
    docs_folder: Path | None = Field(
        default=None, description="Folder of the built documentation, to be shown at /docs/."
    )
    dev_mailbox: Path | None = Field(
        default=None, description="Local stack only: folder of mails shown at /dev/mailbox."
    )

    @model_validator(mode="after")
    def _mailbox_stays_local(self) -> Self:
        if self.dev_mailbox and self.environment == "production":
            raise ValueError("DEV_MAILBOX would show everybody's mails; unset it in production")
        return self

    @field_validator("rate_limits")
    @classmethod
    def _are_limits(cls, given: dict[str, str]) -> dict[str, str]:
        if unknown := given.keys() - RATE_LIMITS.keys():
            raise ValueError(f"there is no limit named {', '.join(sorted(unknown))}")
        for name, text in given.items():
            try:
                allowed = parse(text).amount
            except ValueError:
                allowed = 0
            if allowed < 1:
                raise ValueError(f'{name} needs a limit like "30/5 minutes"')
        return RATE_LIMITS | given

    @field_validator("cors_origins")
    @classmethod
    def _no_star(cls, origins: list[str]) -> list[str]:
        if "*" in origins:
            raise ValueError("name the sites; `*` would open signed-in sessions to every site")
        return origins
