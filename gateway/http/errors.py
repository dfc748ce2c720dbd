"""Every failure as an RFC 9457 problem document, by one table."""

from http import HTTPStatus
from typing import Any

import grpc
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from obstore.exceptions import BaseError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from service_kit.errors import STORE_AWAY, Code, DomainError
from service_kit.request_context import request_id

log = structlog.get_logger()

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
# Where HTTP has a closer status than the code's.
STATUS_BY_REASON = {
    "BODY_TOO_LARGE": 413,
    "IF_MATCH_REQUIRED": 428,
    "IDEMPOTENCY_KEY_REUSED": 422,
    "IMAGE_TOO_LARGE": 413,
    "NOT_AN_IMAGE": 415,
    "VERSION_CONFLICT": 412,
}

MEDIA_TYPE = "application/problem+json"
DEFAULT_RETRY_SECONDS = 2


class FieldError(BaseModel):
    """One field that was refused."""

    pointer: str = Field(examples=["/birth_date"])
    message: str = Field(examples=["The birth date lies in the future."])


class Problem(BaseModel):
    """RFC 9457 with the fields that Dermis adds."""

    type: str = Field(examples=["about:blank"])
    title: str = Field(examples=["Not Found"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["There is no such patient."])
    reason: str = Field(examples=["PATIENT_NOT_FOUND"])
    request_id: str = Field(examples=["01a20817-f471-731e-896b-230f70989781"])
    errors: list[FieldError] | None = None


class ManyErrors(DomainError):
    """A refusal for several reasons at once."""

    def __init__(self, code: Code, reason: str, message: str, *, errors: list[FieldError]) -> None:
        super().__init__(code, reason, message)
        self.errors = errors


class Refused(HTTPException):
    """A `DomainError` raised while a body is read.

    FastAPI turns whatever else is raised there into a 400 without a reason.
    """

    def __init__(self, error: DomainError) -> None:
        super().__init__(STATUS_BY_REASON.get(error.reason, STATUS[error.code]))
        self.error = error


def answers(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problem documents that an operation may answer, for OpenAPI."""
    return {
        status: {"model": Problem, "description": HTTPStatus(status).phrase}
        for status in (*statuses, 429, 503)
    }


def problem(error: DomainError) -> Response:
    """The problem document of a rule that said no."""
    status = STATUS_BY_REASON.get(error.reason, STATUS[error.code])
    headers = {}
    if error.retry_after is not None or error.code == Code.UNAVAILABLE:
        headers["Retry-After"] = str(max(1, round(error.retry_after or DEFAULT_RETRY_SECONDS)))
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    errors = error.errors if isinstance(error, ManyErrors) else None
    if field := error.metadata.get("field"):
        errors = [FieldError(pointer=f"/{field}", message=error.message)]
    return _response(status, error.message, error.reason, errors, headers)


def _refusal(error: grpc.aio.AioRpcError) -> DomainError:
    refusal = DomainError.from_rpc(error)
    if refusal.reason == refusal.code.name:
        # Nothing that a service said: what gRPC's transport has to say tells why.
        log.warning("call failed", status=refusal.code.name, details=error.details())
    return refusal


def install(app: FastAPI) -> None:
    """Make every failure of the app a problem document."""

    async def domain_error(_: Request, error: Exception) -> Response:
        assert isinstance(error, DomainError)  # noqa: S101
        return problem(error)

    async def failed_call(_: Request, error: Exception) -> Response:
        assert isinstance(error, grpc.aio.AioRpcError)  # noqa: S101
        return problem(_refusal(error))

    async def invalid(_: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101
        errors = [
            FieldError(pointer=_pointer(found), message=_message(found)) for found in error.errors()
        ]
        return _response(422, "Some fields are not usable.", "INVALID_REQUEST", errors)

    async def http_error(_: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101
        if isinstance(error, Refused):
            return problem(error.error)
        phrase = HTTPStatus(error.status_code).phrase
        reason = phrase.upper().replace(" ", "_").replace("-", "_")
        return _response(error.status_code, phrase, reason, headers=dict(error.headers or {}))

    async def gone(_: Request, __: Exception) -> Response:
        # Nobody reads this; it keeps a closed browser tab from being logged as our failure.
        return _response(499, "The client has gone.", "CLIENT_GONE")

    async def unexpected(_: Request, error: Exception) -> Response:
        log.error("unexpected error", exc_info=error)
        detail = f"Something went wrong; quote {request_id()}."
        return _response(500, detail, "INTERNAL")

    app.add_exception_handler(DomainError, domain_error)
    app.add_exception_handler(grpc.aio.AioRpcError, failed_call)
    app.add_exception_handler(BaseError, _store_away)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, http_error)
    app.add_exception_handler(ClientDisconnect, gone)
    app.add_exception_handler(Exception, unexpected)


async def _store_away(_: Request, error: Exception) -> Response:
    log.warning("object store unavailable", error=type(error).__name__)
    return problem(STORE_AWAY)


def _response(
    status: int,
    detail: str,
    reason: str,
    errors: list[FieldError] | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    document = Problem(
        type="about:blank",
        title=HTTPStatus(status).phrase if status != 499 else "Client Closed Request",
        status=status,
        detail=detail,
        reason=reason,
        request_id=request_id(),
        errors=errors,
    )
    body = document.model_dump_json(exclude_none=True)
    return Response(body, status, headers, media_type=MEDIA_TYPE)


def _pointer(found: Any) -> str:
    """An RFC 6901 pointer into what was sent; "body", "query" and the like are not part of it."""
    if found["type"] == "json_invalid":
        return ""  # the document as a whole
    escaped = (str(part).replace("~", "~0").replace("/", "~1") for part in found["loc"][1:])
    return "".join(f"/{part}" for part in escaped)


def _message(found: Any) -> str:
    return str(found["msg"]).removeprefix("Value error, ")
