"""The audit."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, FetchedValue, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from patient_service.models.table import Table
from service_kit.postgres_values import Moment


class AuditEntry(Table, table=True):
    """Who saw or changed what. PostgreSQL numbers and chains the rows (migration 0002)."""

    __tablename__ = "audit"
    __table_args__ = (
        Index("audit_by_clinic", "clinic_id", "seq"),
        Index("audit_by_patient", "patient_id", "seq"),
        Index("audit_by_actor", "actor_id", "seq"),
    )

    seq: int = Field(
        sa_column=Column(
            BigInteger, primary_key=True, autoincrement=False, server_default=FetchedValue()
        )
    )
    at: datetime = Field(sa_type=Moment)
    event: str
    actor_id: UUID | None = None
    patient_id: UUID | None = None
    subject_id: UUID | None = None
    clinic_id: UUID | None = None
    request_id: str
    client_address: str
    detail: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    previous_hash: str
    hash: str


class AuditEnd(Table, table=True):
    """The newest row of each clinic's chain, recorded by PostgreSQL (migration 0007)."""

    __tablename__ = "audit_ends"

    chain: UUID = Field(primary_key=True)
    seq: int = Field(sa_type=BigInteger)
    hash: str
