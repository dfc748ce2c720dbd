"""What PostgreSQL asks of values: moments with their time zone, text without NUL."""

from datetime import datetime

from sqlalchemy import DateTime, TypeDecorator


class Moment(TypeDecorator[datetime]):
    """The column type of a moment in time, in UTC (`timestamptz`)."""

    impl = DateTime(timezone=True)
    cache_ok = True


def without_nul(text: str) -> str:
    """The same text without NUL, which PostgreSQL refuses and no stored text contains."""
    return text.replace("\0", "\ufffd")
