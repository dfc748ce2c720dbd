"""What routes ask for by type."""

import re
from typing import Annotated

from fastapi import Depends, Header, Query, Request

from gateway.clients import Clients
from gateway.inference.model import Model
from gateway.model_store.audit import ModelAudit
from gateway.model_store.versions import ModelShelf
from service_kit.errors import Code, DomainError

# Of an integer that fits the contracts' 32 bits.
_ETAG = re.compile(r'\s*(?:W/)?"?([0-9]{1,9})"?\s*')


def _clients(request: Request) -> Clients:
    found: Clients = request.app.state.clients
    return found


def _model(request: Request) -> Model:
    found: Model = request.app.state.model
    return found


def _shelf(request: Request) -> ModelShelf:
    found: ModelShelf | None = request.app.state.models
    if found is None:
        raise DomainError(
            Code.UNIMPLEMENTED, "NO_MODEL_STORE", "This gateway was given no MODEL_STORE."
        )
    return found


def _audit(request: Request) -> ModelAudit:
    found: ModelAudit = request.app.state.model_audit
    return found


def _version(
    if_match: Annotated[str, Header(description="The ETag that the change is made from.")] = "",
) -> int:
    """The version in If-Match.

    Raises:
        DomainError: FAILED_PRECONDITION IF_MATCH_REQUIRED when it is absent or not one of ours.
    """
    if found := _ETAG.fullmatch(if_match):
        return int(found[1])
    raise DomainError(
        Code.FAILED_PRECONDITION,
        "IF_MATCH_REQUIRED",
        "Send the ETag of what you have changed in If-Match, so that nobody's change is lost.",
    )


ClientsDep = Annotated[Clients, Depends(_clients)]
ModelDep = Annotated[Model, Depends(_model)]
ShelfDep = Annotated[ModelShelf, Depends(_shelf)]
ModelAuditDep = Annotated[ModelAudit, Depends(_audit)]
Version = Annotated[int, Depends(_version)]
Limit = Annotated[int, Query(ge=1, le=200, description="Rows a page.")]
Cursor = Annotated[str, Query(max_length=4096, description="`next_cursor` of the page before.")]
