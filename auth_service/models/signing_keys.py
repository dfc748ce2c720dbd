"""The keys that sign access tokens."""

from datetime import datetime

from sqlmodel import Field

from auth_service.models.table import Table
from service_kit.clock import now
from service_kit.postgres_values import Moment


class SigningKey(Table, table=True):
    """An Ed25519 key that signs access tokens."""

    __tablename__ = "signing_keys"

    kid: str = Field(primary_key=True)
    public_key: bytes
    private_key: bytes
    created_at: datetime = Field(default_factory=now, sa_type=Moment)
    # It signs from here on; by then every service knows it.
    signs_from: datetime = Field(sa_type=Moment)
