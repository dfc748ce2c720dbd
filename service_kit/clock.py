"""Time: always UTC, always aware; the one place that asks the machine what time it is."""

from datetime import UTC, datetime

from google.protobuf.timestamp_pb2 import Timestamp


def now() -> datetime:
    """The present moment in UTC."""
    return datetime.now(UTC)


def to_timestamp(moment: datetime) -> Timestamp:
    """Put an aware datetime into a protobuf Timestamp (microseconds are kept)."""
    timestamp = Timestamp()
    timestamp.FromDatetime(moment)
    return timestamp


def from_timestamp(timestamp: Timestamp) -> datetime:
    """Read a protobuf Timestamp as an aware datetime in UTC."""
    return timestamp.ToDatetime(tzinfo=UTC)
