"""What all tables share."""

from datetime import datetime

from sqlalchemy import DateTime, String, TypeDecorator
from sqlalchemy.orm import registry
from sqlmodel import SQLModel


class Moment(TypeDecorator[datetime]):
    """A moment in time, in UTC (`timestamptz`)."""

    impl = DateTime(timezone=True)
    cache_ok = True


# Compared byte by byte: the order of an index is then the order of its prefixes.
KEY = String(collation="C")


class Table(SQLModel, registry=registry()):
    """The base of this service's tables, which share one metadata with nobody else."""
