"""Bodies of /admin/logs."""

from typing import Any, Literal

import orjson
from pydantic import BaseModel, Field

from gateway.schemas.fields import Moment

Level = Literal["debug", "info", "warning", "error", "critical"]
LEVELS: tuple[Level, ...] = ("debug", "info", "warning", "error", "critical")


class LogLine(BaseModel):
    """One line that a service logged; secrets were masked there."""

    id: str = Field(description="Its position in the stream.", examples=["1774344413589-0"])
    at: Moment
    service: str = Field(examples=["gateway"])
    level: Level = Field(examples=["info"])
    event: str = Field(examples=["request"])
    request_id: str | None = Field(examples=["01a20817-f471-731e-896b-230f70989781"])
    fields: dict[str, Any] = Field(
        description="Everything else.", examples=[{"route": "/patients/", "status": 200}]
    )

    @classmethod
    def read(cls, entry_id: str, line: str) -> "LogLine | None":
        """From an entry of the stream; None where it is no line of ours."""
        try:
            fields = orjson.loads(line)
            return cls(
                id=entry_id,
                at=fields.pop("timestamp"),
                service=fields.pop("service"),
                level=fields.pop("level"),
                event=str(fields.pop("event", "")),
                request_id=fields.pop("request_id", None) or None,
                fields=fields,
            )
        except (ValueError, KeyError, TypeError, AttributeError):
            return None
