"""What all tables share."""

from sqlalchemy import String
from sqlalchemy.orm import registry
from sqlmodel import SQLModel

# Compared byte by byte: the order of an index is then the order of its prefixes.
KEY = String(collation="C")


class Table(SQLModel, registry=registry()):
    """The base of this service's tables, which share their metadata with no other service."""
