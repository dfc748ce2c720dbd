"""patient_service's settings, from the environment."""

from pydantic import Field

from service_kit.settings import DatabaseSettings, ObjectStoreSettings


class Settings(DatabaseSettings, ObjectStoreSettings):
    """patient_service's settings. A setting is an environment variable of the same name."""

    grpc_port: int = Field(default=50052, ge=0, le=65535, description="Port to listen on.")
    image_store_url: str = Field(
        description="Where images are stored: file:///folder or s3://bucket/prefix.",
        pattern=r"^(file|s3|memory)://",
    )
