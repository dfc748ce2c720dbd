"""An upload's multipart body, read only once its sender is known to be allowed to upload.

FastAPI would read the body of a route with form parameters before any of its dependencies run,
so a stranger could make us hold 20 MiB before the 401.
"""

from collections.abc import AsyncGenerator
from typing import Any, TypeVar

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from gateway.photo_memory import Held
from gateway.schemas.body_places import BodyRegion, BodySide, BodySite
from gateway.schemas.fields import SentMoment
from imaging.decoding import MAX_BYTES
from service_kit.errors import DomainError
from service_kit.reasons import Reason

_LONGEST_FIELD_BYTES = 1024


class BarePhotoForm(BaseModel):
    """A photo of nobody in particular."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    file: bytes = Field(
        strict=True,
        json_schema_extra={"format": "binary"},
        description="JPEG, PNG, HEIC, WebP or TIFF, ≤ 20 MiB.",
    )


class HandInForm(BarePhotoForm):
    """A photo that a hand-off's phone took; what it shows is known from its token."""

    captured_at: SentMoment | None = Field(default=None, description="When it was taken.")


class OverviewForm(HandInForm):
    """A photo of a whole part of the body."""

    body_site: BodySite = Field(examples=["posterior_torso"])
    region: BodyRegion | None = Field(default=None, description="Within the site.")
    side: BodySide | None = Field(default=None, description="The patient's.")


class PhotoForm(HandInForm):
    """A photo and what is known about it."""

    lesion_id: str = Field(default="", max_length=64, description="A lesion of this patient.")


# For OpenAPI, since the route has no form parameters that FastAPI could see.
def _request_body(form: type[BarePhotoForm]) -> dict[str, Any]:
    content = {"multipart/form-data": {"schema": form.model_json_schema()}}
    return {"requestBody": {"required": True, "content": content}}


REQUEST_BODY = _request_body(PhotoForm)
OVERVIEW_REQUEST_BODY = _request_body(OverviewForm)
HAND_IN_REQUEST_BODY = _request_body(HandInForm)
BARE_REQUEST_BODY = _request_body(BarePhotoForm)


Form = TypeVar("Form", bound=BarePhotoForm)


class _InMemory(MultiPartParser):
    """Photos are small: a temporary file on disk would cost more than it saves."""

    spool_max_size = MAX_BYTES


async def read_photo(request: Request, held: Held, form_type: type[Form]) -> Form:
    """Read the form; what has come of it is held, not what is still to come.

    Raises:
        DomainError: INVALID_ARGUMENT MULTIPART_INVALID or IMAGE_TOO_LARGE; UNAVAILABLE
            TOO_MANY_UPLOADS.
        RequestValidationError: a field is missing, unknown or not usable.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "multipart/form-data":
        raise _not_a_form("Send the photo as multipart/form-data in the field `file`.")
    declared = request.headers.get("content-length", "")
    held.require(int(declared) if declared.isdecimal() else 0)
    parser = _InMemory(
        request.headers, _counted(request, held), max_files=1, max_fields=8,
        max_part_size=_LONGEST_FIELD_BYTES,
    )  # fmt: skip
    try:
        form = await parser.parse()
    except (MultiPartException, KeyError):
        raise _not_a_form("The multipart body can't be read.") from None
    try:
        return form_type.model_validate({name: await _content(form[name]) for name in form})
    except ValidationError as error:
        raise RequestValidationError(
            [{**found, "loc": ("body", *found["loc"])} for found in error.errors()]
        ) from None
    finally:
        await form.close()


async def _counted(request: Request, held: Held) -> AsyncGenerator[bytes, None]:
    async for part in request.stream():
        held.add(len(part))
        yield part


async def _content(value: UploadFile | str) -> bytes | str:
    if isinstance(value, str):
        return value
    if value.size is not None and value.size > MAX_BYTES:
        raise DomainError(Reason.IMAGE_TOO_LARGE, metadata={"field": "file"})
    return await value.read()


def _not_a_form(message: str) -> DomainError:
    return DomainError(Reason.MULTIPART_INVALID, message)
