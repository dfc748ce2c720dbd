"""Field types that several bodies share, each with an example for the API's description."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any, Generic, Literal, Self, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
)

from dermis.options.v1 import access_pb2

Item = TypeVar("Item")


class Body(BaseModel):
    """A body that a client sends; unknown fields are refused, or a typo would go unnoticed."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class Page(BaseModel, Generic[Item]):
    """One page of a list; `next_cursor` asks for the next, and is null on the last."""

    items: list[Item]
    next_cursor: str | None = Field(examples=["b2xkZXN0LXNlZW4"])

    @classmethod
    def of(cls, items: list[Item], next_cursor: str) -> Self:
        """From a service's page, whose cursor is empty on the last."""
        return cls(items=items, next_cursor=next_cursor or None)

    @classmethod
    def model_parametrized_name(cls, params: tuple[Any, ...]) -> str:
        """`PatientPage` reads better in generated clients than `Page[Patient]`."""
        return f"{getattr(params[0], '__name__', 'Item')}Page"


def _rfc3339(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("must lie in the years 1 to 9999 in UTC") from None


def _without_gaps(code: str) -> str:
    return re.sub(r"[\s-]", "", code)


Id = Annotated[str, Field(examples=["01a20817-f471-731e-896b-230f70989781"])]
Moment = Annotated[
    AwareDatetime,
    PlainSerializer(_rfc3339, when_used="json"),
    Field(examples=["2026-03-14T09:26:53.589Z"]),
]
# A moment that a client sends.
SentMoment = Annotated[AwareDatetime, AfterValidator(_in_utc)]

Email = Annotated[str, Field(min_length=3, max_length=254, examples=["ada@clinic.example"])]
# Rules about passwords live in auth_service; here only a bound on what is taken in.
Password = Annotated[str, Field(max_length=512, examples=["seven-lemons-in-autumn-rain"])]
MailedToken = Annotated[str, Field(min_length=1, max_length=2048, examples=["mYdR3k…kq9s"])]
FullName = Annotated[str, Field(max_length=400, examples=["Ada Okafor"])]
# Apps show "492 039", and people write "492-039".
OneTimeCode = Annotated[
    str, AfterValidator(_without_gaps), Field(max_length=16, examples=["492039"])
]
Address = Annotated[str, Field(examples=["198.51.100.7"])]
Agent = Annotated[str, Field(examples=["Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"])]
Note = Annotated[str, Field(max_length=20_000, examples=["Regular network, no change."])]

RoleName = Literal["clinician", "ml_engineer", "admin"]


def role_value(name: RoleName) -> access_pb2.Role.ValueType:
    """A role as the contracts number it."""
    return access_pb2.Role.Value(f"ROLE_{name.upper()}")
