"""The refusals that an operation documents: `responses=answers(401, Reason.PATIENT_NOT_FOUND)`."""

from http import HTTPStatus
from typing import Any

from gateway.http.errors import MEDIA_TYPE, FieldError, ManyErrors, Problem, document
from service_kit.errors import DomainError
from service_kit.reasons import Reason

# What many routes answer with a status, whatever they are about.
_COMMON: dict[int, tuple[Reason | DomainError, ...]] = {
    400: (Reason.BAD_REQUEST,),
    401: (
        Reason.SIGN_IN_REQUIRED, Reason.TOKEN_EXPIRED, Reason.TOKEN_INVALID, Reason.SESSION_ENDED,
    ),
    403: (Reason.NOT_PERMITTED, Reason.TWO_FACTOR_SETUP_REQUIRED),
    404: (Reason.NOT_FOUND,),
    408: (Reason.BODY_TOO_SLOW,),
    413: (Reason.BODY_TOO_LARGE,),
    422: (
        ManyErrors(
            Reason.INVALID_REQUEST,
            errors=[FieldError(pointer="/field", message="Field required")],
        ),
    ),
    429: (Reason.RATE_LIMITED,),
    431: (Reason.HEAD_TOO_LARGE,),
    503: (Reason.UNAVAILABLE, Reason.DATABASE_UNAVAILABLE),
    504: (Reason.DEADLINE_EXCEEDED,),
}  # fmt: skip


def answers(*refusals: int | Reason | DomainError) -> dict[int | str, dict[str, Any]]:
    """The problem documents that an operation may answer, for OpenAPI.

    FastAPI lets a route's status replace its router's, so a route names all that it answers with
    a status: `answers(422, Reason.DATE_INVALID)`.

    Args:
        refusals: a reason; a refusal, where its code is not the reason's own; or a status, for
            what routes have in common.
    """
    found: dict[int | str, dict[str, Any]] = {}
    for refusal in refusals:
        for given in _COMMON[refusal] if isinstance(refusal, int) else (refusal,):
            error = DomainError(given) if isinstance(given, Reason) else given
            _add(found, document(error))
    return found


def _add(found: dict[int | str, dict[str, Any]], problem: Problem) -> None:
    """Put an example into the answer of its status, made where there is none yet."""
    answer = found.setdefault(
        problem.status,
        {
            "model": Problem,
            "description": HTTPStatus(problem.status).phrase,
            "content": {MEDIA_TYPE: {"examples": {}}},
        },
    )
    shown = problem.model_copy(update={"request_id": _REQUEST_ID}).model_dump(exclude_none=True)
    answer["content"][MEDIA_TYPE]["examples"][problem.reason] = {"value": shown}


_REQUEST_ID = "01a20817-f471-731e-896b-230f70989781"
