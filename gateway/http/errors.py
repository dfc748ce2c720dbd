"""Every failure as an RFC 9457 problem document, by one table."""

from collections.abc import Awaitable, Callable, Iterable
from http import HTTPStatus
from typing import Annotated, Any, TypeVar, cast

import grpc
import structlog
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from obstore.exceptions import BaseError
from pydantic import BaseModel, Field
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from imaging.refusals import FileKind
from service_kit.codes import Code
from service_kit.errors import STORE_AWAY, DomainError
from service_kit.reasons import Reason
from service_kit.request_context import request_id
from serving.archives.reasons import ArchiveReason

log = structlog.get_logger()

Failure = TypeVar("Failure", bound=Exception)
AnyHandler = Callable[[Request, Exception], Awaitable[Response]]

STATUS = {
    Code.CANCELLED: 499,
    Code.UNKNOWN: 500,
    Code.INVALID_ARGUMENT: 422,
    Code.DEADLINE_EXCEEDED: 504,
    Code.NOT_FOUND: 404,
    Code.ALREADY_EXISTS: 409,
    Code.PERMISSION_DENIED: 403,
    Code.RESOURCE_EXHAUSTED: 429,
    Code.FAILED_PRECONDITION: 409,
    Code.ABORTED: 409,
    Code.OUT_OF_RANGE: 422,
    Code.UNIMPLEMENTED: 501,
    Code.INTERNAL: 500,
    Code.UNAVAILABLE: 503,
    Code.DATA_LOSS: 500,
    Code.UNAUTHENTICATED: 401,
}
# What the framework itself refuses.
_BY_STATUS = {400: Reason.BAD_REQUEST, 404: Reason.NOT_FOUND, 405: Reason.METHOD_NOT_ALLOWED}

MEDIA_TYPE = "application/problem+json"
DEFAULT_RETRY_SECONDS = 2
# Noted on an exception that has been logged.
_TOLD = "It has been logged."


def _named(names: Iterable[str]) -> dict[str, Any]:
    """A string's schema whose values are known, but not for ever: a newer service has more."""
    return {"enum": list(names), "x-extensible": True}


ReasonName = Annotated[
    str,
    Field(
        description="For programs; docs/reasons.md says what each means. More may come.",
        examples=[Reason.PATIENT_NOT_FOUND.name],
        json_schema_extra=_named(Reason.__members__),
    ),
]
FileKindName = Annotated[
    str, Field(json_schema_extra=_named(kind.name.lower() for kind in FileKind))
]
ArchiveReasonName = Annotated[str, Field(json_schema_extra=_named(ArchiveReason.__members__))]


class FieldError(BaseModel):
    """One field that was refused."""

    pointer: str = Field(examples=["/birth_date"])
    message: str = Field(examples=["The birth date is in the future."])
    # Of a defect of an archive; whatever else is refused has one reason, the problem's.
    reason: ArchiveReasonName | None = None


class Problem(BaseModel):
    """RFC 9457 with the fields that Dermis adds."""

    type: str = Field(examples=["about:blank"])
    title: str = Field(examples=["Not Found"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["There is no such patient."])
    reason: ReasonName
    request_id: str = Field(examples=["01a20817-f471-731e-896b-230f70989781"])
    errors: list[FieldError] | None = None
    # What a refused file is, so that a client can name it in its reader's language.
    kind: FileKindName | None = None


class ManyErrors(DomainError):
    """A refusal that names every fault at once."""

    def __init__(self, reason: Reason, message: str = "", *, errors: list[FieldError]) -> None:
        super().__init__(reason, message)
        self.errors = errors


class Refused(HTTPException):
    """A `DomainError` raised while a body is read.

    FastAPI turns whatever else is raised there into a 400 without a reason.
    """

    def __init__(self, error: DomainError) -> None:
        super().__init__(status_of(error))
        self.error = error


def status_of(error: DomainError) -> int:
    """The HTTP status of a refusal."""
    known = Reason.__members__.get(error.reason)
    return (known and known.http_status) or STATUS[error.code]


def problem(error: DomainError) -> Response:
    """The problem document of a rule that said no."""
    status = status_of(error)
    headers = {}
    if error.retry_after is not None or error.code == Code.UNAVAILABLE:
        headers["Retry-After"] = str(max(1, round(error.retry_after or DEFAULT_RETRY_SECONDS)))
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return _response(document(error), headers)


def document(error: DomainError) -> Problem:
    """The body of a refusal."""
    status = status_of(error)
    errors = error.errors if isinstance(error, ManyErrors) else None
    if field := error.metadata.get("field"):
        errors = [FieldError(pointer=f"/{field}", message=error.message)]
    return Problem(
        type="about:blank",
        title=HTTPStatus(status).phrase if status != 499 else "Client Closed Request",
        status=status,
        detail=error.message,
        reason=error.reason,
        request_id=request_id(),
        errors=errors,
        kind=error.metadata.get("kind"),
    )


def _refusal(error: grpc.aio.AioRpcError) -> DomainError:
    refusal = DomainError.from_rpc(error)
    if refusal.reason == refusal.code.name:
        # Nothing that a service said: what gRPC's transport has to say tells why.
        log.warning("call failed", status=refusal.code.name, details=error.details())
    return refusal


def install(app: Starlette) -> None:
    """Make every failure of the app a problem document."""
    _answer(app, DomainError, _domain_error)
    _answer(app, grpc.aio.AioRpcError, _failed_call)
    _answer(app, BaseError, _store_away)
    _answer(app, RequestValidationError, _invalid)
    _answer(app, HTTPException, _http_error)
    _answer(app, ClientDisconnect, _gone)
    _answer(app, Exception, _unexpected)


def _answer(
    app: Starlette, kind: type[Failure], handler: Callable[[Request, Failure], Awaitable[Response]]
) -> None:
    # Starlette types a handler as one of any exception, and calls it with this kind alone.
    app.add_exception_handler(kind, cast("AnyHandler", handler))


async def _domain_error(_: Request, error: DomainError) -> Response:
    return problem(error)


async def _failed_call(_: Request, error: grpc.aio.AioRpcError) -> Response:
    return problem(_refusal(error))


async def _invalid(_: Request, error: RequestValidationError) -> Response:
    errors = [
        FieldError(pointer=_pointer(found), message=_message(found)) for found in error.errors()
    ]
    return problem(ManyErrors(Reason.INVALID_REQUEST, errors=errors))


async def _http_error(_: Request, error: HTTPException) -> Response:
    if isinstance(error, Refused):
        return problem(error.error)
    refusal = DomainError(_BY_STATUS.get(error.status_code, Reason.INTERNAL))
    return _response(document(refusal), dict(error.headers or {}))


async def _gone(_: Request, __: ClientDisconnect) -> Response:
    # Nobody reads this; it keeps a closed browser tab from being logged as our failure.
    return problem(DomainError(Reason.CLIENT_GONE))


async def _unexpected(_: Request, error: Exception) -> Response:
    if _TOLD not in getattr(error, "__notes__", ()):
        # The API and the app around it both see it pass.
        error.add_note(_TOLD)
        log.error("unexpected error", exc_info=error)
    return problem(
        DomainError(
            Reason.INTERNAL, f"Something went wrong. Quote {request_id()} when you report it."
        )
    )


async def _store_away(_: Request, error: BaseError) -> Response:
    log.warning("object store unavailable", error=type(error).__name__)
    return problem(STORE_AWAY)


def _response(problem: Problem, headers: dict[str, str]) -> Response:
    body = problem.model_dump_json(exclude_none=True)
    return Response(body, problem.status, headers, media_type=MEDIA_TYPE)


def _pointer(found: Any) -> str:
    """An RFC 6901 pointer into what was sent; "body", "query" and the like are not part of it."""
    if found["type"] == "json_invalid":
        return ""  # the document as a whole
    escaped = (str(part).replace("~", "~0").replace("/", "~1") for part in found["loc"][1:])
    return "".join(f"/{part}" for part in escaped)


def _message(found: Any) -> str:
    return str(found["msg"]).removeprefix("Value error, ")
