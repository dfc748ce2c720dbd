"""Dates that people enter: ISO 8601, from 1900 on."""

import re
from datetime import date, timedelta

from service_kit.clock import now
from service_kit.errors import DomainError
from service_kit.reasons import Reason

_ISO = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
EARLIEST = date(1900, 1, 1)


def parse_date(text: str, field: str) -> date | None:
    """Read a date from 1900 on; None for an empty text.

    Raises:
        DomainError: INVALID_ARGUMENT with DATE_INVALID or DATE_TOO_EARLY.
    """
    if not text:
        return None
    try:
        day = date.fromisoformat(text) if _ISO.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None:
        raise _refused(Reason.DATE_INVALID, field, "must be a date in the form YYYY-MM-DD")
    if day < EARLIEST:
        raise _refused(Reason.DATE_TOO_EARLY, field, "must not be before 1900")
    return day


def parse_past_date(text: str, field: str) -> date | None:
    """Read a date from 1900 to today; None for an empty text.

    Raises:
        DomainError: INVALID_ARGUMENT with DATE_INVALID, DATE_TOO_EARLY or DATE_IN_FUTURE.
    """
    day = parse_date(text, field)
    # In the easternmost time zones it is already tomorrow.
    if day and day > now().date() + timedelta(days=1):
        raise _refused(Reason.DATE_IN_FUTURE, field, "must not be in the future")
    return day


def _refused(reason: Reason, field: str, rule: str) -> DomainError:
    return DomainError(reason, f"The field {field} {rule}.", metadata={"field": field})
