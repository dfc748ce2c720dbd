"""patient_service's settings, from the environment."""

from pydantic import Field

from service_kit.settings import DatabaseSettings, ObjectStoreSettings


class Settings(DatabaseSettings, ObjectStoreSettings):
    """patient_service's settings. A setting is an environment variable of the same name."""

    database_pool_size: int = Field(
        default=10, ge=1, le=200, description="Connections kept open; twice as many under load."
    )
    grpc_host: str = Field(default="0.0.0.0", description="Address to listen on.")  # noqa: S104
    grpc_port: int = Field(default=50052, ge=0, le=65535, description="Port to listen on.")
    image_store_url: str = Field(
        description="Where images are stored: file:///folder or s3://bucket/prefix.",
        pattern=r"^(file|s3|memory)://",
    )

    @property
    def owner_url(self) -> str:
        """The database as the role that owns the tables; ends the process where none is set."""
        if not self.migration_database_url:
            raise SystemExit("Setting MIGRATION_DATABASE_URL is missing: this command needs it.")
        return self.migration_database_url

    @property
    def address(self) -> str:
        """host:port to listen on."""
        return f"{self.grpc_host}:{self.grpc_port}"
