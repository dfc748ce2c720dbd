"""Identifiers: UUIDv7 (RFC 9562), so that the newest row comes last in its index."""

from datetime import datetime
from uuid import UUID

import uuid_utils.compat

from service_kit.errors import DomainError
from service_kit.reasons import Reason


def new_id() -> UUID:
    """Make an identifier that sorts by when it was made (to the millisecond)."""
    return uuid_utils.compat.uuid7()


def earliest_id(moment: datetime) -> UUID:
    """A lower bound of the identifiers made at `moment` or later."""
    milliseconds = int(moment.timestamp() * 1000)
    return UUID(int=milliseconds << 80)


def parse_id(text: str, noun: str) -> UUID:
    """Read an identifier from outside.

    Raises:
        DomainError: INVALID_ARGUMENT / INVALID_ID when `text` is not a UUID; `noun` says which one.
    """
    try:
        return UUID(text)
    except ValueError:
        raise DomainError(Reason.INVALID_ID, f"The {noun} identifier isn't a UUID.") from None
