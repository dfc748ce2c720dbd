"""The settings of every service in one local system: addresses, ports and secrets."""

import os
from dataclasses import dataclass, field
from pathlib import Path

from local_stack.components.ports import free_port
from local_stack.components.postgres import ServiceDatabase
from local_stack.components.torchserve import TorchServe
from local_stack.secrets_file import Secrets

Settings = dict[str, str]

# Services that use TLS once there are certificates.
TLS_SERVICES = ("auth_service", "gateway", "patient_service")
# Where `make web` puts the built client.
WEB_CLIENT = Path(__file__).parents[1] / "frontend" / "dist"
# Where `make docs` puts the documentation; the system runs without it as well.
DOCUMENTATION = Path(__file__).parents[1] / "site"


@dataclass(frozen=True, slots=True)
class ServiceSettings:
    """What the services of one system need to know about each other. All listen on loopback.

    Attributes:
        folder: the system's data.
        secrets: of this system.
        redis_url: with its password.
        gateway, auth, patient, mail: ports.
    """

    folder: Path
    secrets: Secrets
    redis_url: str
    gateway: int
    auth: int = field(default_factory=free_port)
    patient: int = field(default_factory=free_port)
    mail: int = field(default_factory=free_port)

    @property
    def url(self) -> str:
        """Where users open the system."""
        return f"http://localhost:{self.gateway}"

    @property
    def mails(self) -> Path:
        """Where the mail sink stores messages."""
        return self.folder / "mails"

    @property
    def certificates(self) -> Path:
        """Where `make certs` puts the services' certificates; once it exists, they use TLS."""
        return self.folder / "certificates"

    @property
    def models(self) -> Path:
        """The object store of archives and releases."""
        return self.folder / "models"

    def auth_service(self, database: ServiceDatabase) -> Settings:
        """Settings of auth_service."""
        return self._shared("auth_service") | {
            "DATABASE_URL": database.app_url,
            "MIGRATION_DATABASE_URL": database.owner_url,
            "GRPC_HOST": "127.0.0.1",
            "GRPC_PORT": str(self.auth),
            "SECRET_KEY": self.secrets.secret_key,
            "ENCRYPTION_KEYS": self.secrets.encryption_keys,
            "SERVICE_SECRETS": f"gateway:{self.secrets.gateway_secret}",
            "PUBLIC_URL": self.url,
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": str(self.mail),
            "SMTP_SECURITY": "none",
        }

    def patient_service(self, database: ServiceDatabase) -> Settings:
        """Settings of patient_service."""
        return self._shared("patient_service") | {
            "DATABASE_URL": database.app_url,
            "MIGRATION_DATABASE_URL": database.owner_url,
            "GRPC_HOST": "127.0.0.1",
            "GRPC_PORT": str(self.patient),
            "SECRET_KEY": self.secrets.secret_key,
            "IMAGE_STORE_URL": (self.folder / "images").as_uri(),
        }

    def follower(self, torchserve: TorchServe) -> Settings:
        """Settings of TorchServe's follower."""
        return self._shared() | {
            "MODEL_STORE": self.models.as_uri(),
            "REPLICA_ID": "local",
            "TORCHSERVE_FOLDER": str(torchserve.folder),
            "INFERENCE_ADDRESS": torchserve.inference_address,
            "MANAGEMENT_ADDRESS": torchserve.management_address,
            "TORCHSERVE_METRICS_ADDRESS": torchserve.metrics_address,
        }

    def gateway_service(self) -> Settings:
        """Settings of the gateway."""
        return self._shared("gateway") | {
            "HOST": "127.0.0.1",
            "PORT": str(self.gateway),
            "PATIENT_ADDRESS": f"127.0.0.1:{self.patient}",
            "SERVICE_SECRET": self.secrets.gateway_secret,
            "MODEL_STORE": self.models.as_uri(),
            "PUBLIC_URL": self.url,
            # No TLS on this machine: browsers would never send a Secure cookie back.
            "COOKIE_SECURE": "false",
            "WEB_CLIENT": str(WEB_CLIENT),
            "DOCS_FOLDER": str(DOCUMENTATION) if DOCUMENTATION.exists() else "",
            "DEV_MAILBOX": str(self.mails),
        }

    def tls_folder(self, service: str) -> Path | None:
        """A service's certificates, if there are any."""
        folder = self.certificates / service
        return folder if folder.exists() else None

    def _shared(self, service: str = "") -> Settings:
        folder = self.tls_folder(service) if service else None
        return {
            "MTLS_FOLDER": str(folder or ""),
            "ENVIRONMENT": "local",
            # To see traces: OTLP_ENDPOINT=http://localhost:4317 make run
            "OTLP_ENDPOINT": os.environ.get("OTLP_ENDPOINT", ""),
            "REDIS_URL": self.redis_url,
            "AUTH_ADDRESS": f"127.0.0.1:{self.auth}",
        }
