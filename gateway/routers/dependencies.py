"""What routes ask for by type."""

from typing import Annotated

from fastapi import Depends, Query, Request

from gateway.clients import Clients
from gateway.diagnosis import Model
from gateway.rate_limit import RateLimits


def _clients(request: Request) -> Clients:
    found: Clients = request.app.state.clients
    return found


def _model(request: Request) -> Model:
    found: Model = request.app.state.model
    return found


def _limits(request: Request) -> RateLimits:
    found: RateLimits = request.app.state.rate_limits
    return found


ClientsDep = Annotated[Clients, Depends(_clients)]
ModelDep = Annotated[Model, Depends(_model)]
RateLimitsDep = Annotated[RateLimits, Depends(_limits)]
Limit = Annotated[int, Query(ge=1, le=200, description="Rows a page.")]
Cursor = Annotated[str, Query(max_length=4096, description="`next_cursor` of the page before.")]
