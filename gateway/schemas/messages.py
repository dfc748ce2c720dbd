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
    plain, others = _shared(message.DESCRIPTOR, schema)
    found = {name: getattr(message, name) for name in plain}
    for field in others:
        found[field.name] = _value(message, field)
    return found


class _Field(NamedTuple):
    name: str
    has_presence: bool
    enum: EnumDescriptor | None


@cache
def _shared(descriptor: Descriptor, schema: type[BaseModel]) -> tuple[list[str], list[_Field]]:
    """The shared fields whose values stay as they are, and the others."""
    plain, others = [], []
    for name, field in descriptor.fields_by_name.items():
        if name not in schema.model_fields:
            continue
        takes_none = type(None) in get_args(schema.model_fields[name].annotation)
        if field.has_presence or field.enum_type or takes_none:
            others.append(_Field(name, field.has_presence, field.enum_type))
        else:
            plain.append(name)
    return plain, others


def _value(message: Message, field: _Field) -> Any:
    if field.has_presence and not message.HasField(field.name):
        return None
    value = getattr(message, field.name)
    if isinstance(value, Timestamp):
        return from_timestamp(value)
    if field.enum:
        return _enum_name(field.enum, value)
    return None if value == "" else value


@cache
def _enum_name(enum: EnumDescriptor, number: int) -> str | None:
    """`VERDICT_BIOPSY_BENIGN` is "biopsy_benign"; every enumeration begins with UNSPECIFIED."""
    prefix = enum.values_by_number[0].name.removesuffix("UNSPECIFIED")
    return enum.values_by_number[number].name.removeprefix(prefix).lower() if number else None
