"""The audit of identity."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, Identity
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from auth_service.models.table import Table
from service_kit.postgres_values import Moment


class AuditEntry(Table, table=True):
    """One event of the audit; the service's role may insert and read it, nothing else."""

    __tablename__ = "audit"

    seq: int | None = Field(
        default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True)
    )
    at: datetime = Field(sa_type=Moment)
    event: str = Field(max_length=64, index=True)
    actor_id: UUID | None = Field(default=None, index=True)
    subject_id: UUID | None = Field(default=None, index=True)
    clinic_id: UUID | None = Field(default=None)
    request_id: str = Field(max_length=64)
    client_address: str = Field(max_length=64)
    detail: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    previous_hash: str = Field(max_length=64)
    hash: str = Field(max_length=64, unique=True)


class AuditHead(Table, table=True):
    """How long the audit is and what its newest entry was: one row, so a cut-off tail shows."""

    __tablename__ = "audit_head"

    id: int = Field(default=1, primary_key=True)
    entries: int = Field(sa_type=BigInteger)
    hash: str = Field(max_length=64)
