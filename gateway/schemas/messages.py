"""From the services' messages to what clients read: fields of the same name, whole objects at once.

A field that a message and its schema both have needs no line of code.
"""

from functools import cache
from typing import Any, NamedTuple, Self, get_args

from google.protobuf.descriptor import Descriptor, EnumDescriptor
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from pydantic import BaseModel, model_validator

from service_kit.clock import from_timestamp


class FromMessage(BaseModel):
    """A body that is made from a message, by itself or inside another."""

    @model_validator(mode="before")
    @classmethod
    def _read(cls, given: Any) -> Any:
        return cls.fields_of(given) if isinstance(given, Message) else given

    @classmethod
    def fields_of(cls, message: Any) -> dict[str, Any]:
        """What a message holds of this schema; overridden where the two are shaped differently."""
        return fields_of(message, cls)

    @classmethod
    def of(cls, message: Message) -> Self:
        """From a service's message."""
        return cls.model_validate(message)


def fields_of(message: Message, schema: type[BaseModel]) -> dict[str, Any]:
    """The fields that a message shares with a schema, as clients read them.

    Times become datetimes and enumerations their names in lower case. What is unset or unspecified
    is None, and so is empty text where the schema takes None.
    """
    return {field.name: _value(message, field) for field in _shared(message.DESCRIPTOR, schema)}


class _Field(NamedTuple):
    name: str
    takes_none: bool
    has_presence: bool
    enum: EnumDescriptor | None


@cache
def _shared(descriptor: Descriptor, schema: type[BaseModel]) -> list[_Field]:
    return [
        _Field(
            name,
            type(None) in get_args(schema.model_fields[name].annotation),
            field.has_presence,
            field.enum_type,
        )
        for name, field in descriptor.fields_by_name.items()
        if name in schema.model_fields
    ]


def _value(message: Message, field: _Field) -> Any:
    if field.has_presence and not message.HasField(field.name):
        return None
    value = getattr(message, field.name)
    if field.enum:
        return _enum_name(field.enum, value)
    if isinstance(value, Timestamp):
        return from_timestamp(value)
    return None if field.takes_none and value == "" else value


@cache
def _enum_name(enum: EnumDescriptor, number: int) -> str | None:
    """`VERDICT_BIOPSY_BENIGN` is "biopsy_benign"; every enumeration begins with UNSPECIFIED."""
    prefix = enum.values_by_number[0].name.removesuffix("UNSPECIFIED")
    return enum.values_by_number[number].name.removeprefix(prefix).lower() if number else None
