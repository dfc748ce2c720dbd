"""Time: always UTC, always with its time zone; the one place that reads the system clock."""

from datetime import UTC, datetime, timedelta

from google.protobuf.timestamp_pb2 import Timestamp

# A sender's clock may be ahead by this much.
CLOCK_SKEW = timedelta(minutes=5)


def now() -> datetime:
    """The current time in UTC."""
    return datetime.now(UTC)


def to_timestamp(moment: datetime) -> Timestamp:
    """Put an aware datetime into a protobuf Timestamp (to the microsecond)."""
    timestamp = Timestamp()
    timestamp.FromDatetime(moment)
    return timestamp


def from_timestamp(timestamp: Timestamp) -> datetime:
    """Read a protobuf Timestamp as an aware datetime in UTC."""
    return timestamp.ToDatetime(tzinfo=UTC)
