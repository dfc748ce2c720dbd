"""What routes ask for by type."""

import re
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Header, Query, Request, Response
from redis.asyncio import Redis

from gateway.app_state import AppState, app_state
from gateway.assessments.admission import Place
from gateway.clients import Clients
from gateway.forms.photo import BarePhotoForm, HandInForm, OverviewForm, PhotoForm, read_photo
from gateway.http.rate_limit import RateLimits
from gateway.inference.model import Model
from gateway.inference.release_gate import ReleaseGate
from gateway.inference.replicas import Replicas
from gateway.model_store.audit import ModelAudit
from gateway.model_store.cards import ModelCards
from gateway.model_store.versions import ModelShelf
from gateway.photo_memory import Held, PhotoMemory
from gateway.settings import Settings
from service_kit.errors import DomainError
from service_kit.principal import TokenVerifier, current_principal
from service_kit.reasons import Reason

# Of an integer that fits the contracts' 32 bits.
_ETAG = re.compile(r'\s*(?:W/)?"?([0-9]{1,9})"?\s*')

StateDep = Annotated[AppState, Depends(app_state)]


# All coroutines: FastAPI would run plain functions in a thread.
async def _settings(state: StateDep) -> Settings:
    return state.settings


async def _clients(state: StateDep) -> Clients:
    return state.clients


async def _redis(state: StateDep) -> Redis:
    return state.redis


async def _verifier(state: StateDep) -> TokenVerifier:
    return state.verifier


async def _rate_limits(state: StateDep) -> RateLimits:
    return state.rate_limits


async def _replicas(state: StateDep) -> Replicas:
    return state.replicas


async def _model(state: StateDep) -> Model:
    return state.model


async def _shelf(state: StateDep) -> ModelShelf:
    if state.shelf is None:
        raise DomainError(Reason.NO_MODEL_STORE)
    return state.shelf


async def _cards(state: StateDep) -> ModelCards:
    return state.cards


async def _model_audit(state: StateDep) -> ModelAudit:
    return state.model_audit


async def _release_gate(state: StateDep) -> ReleaseGate:
    return state.release_gate


async def _held(state: StateDep) -> AsyncIterator[Held]:
    """What the request holds of the memory for photos, until it is answered.

    Raises:
        DomainError: UNAVAILABLE TOO_MANY_UPLOADS.
    """
    with state.photo_memory.hold() as held:
        yield held


async def _photo_memory(state: StateDep) -> PhotoMemory:
    return state.photo_memory


HeldDep = Annotated[Held, Depends(_held)]


async def _place(state: StateDep) -> AsyncIterator[Place]:
    """A place among the uploads under way, until the request is answered.

    Raises:
        DomainError: UNAVAILABLE TOO_MANY_UPLOADS.
    """
    async with state.admission.admit() as place:
        yield place


PlaceDep = Annotated[Place, Depends(_place)]
UNDER_WAY = Depends(_place)


async def _photo_form(request: Request, held: HeldDep, place: PlaceDep) -> PhotoForm:
    with place.receiving():
        return await read_photo(request, held, PhotoForm)


async def _overview_form(request: Request, held: HeldDep, place: PlaceDep) -> OverviewForm:
    with place.receiving():
        return await read_photo(request, held, OverviewForm)


async def _hand_in_form(request: Request, held: HeldDep, place: PlaceDep) -> HandInForm:
    with place.receiving():
        return await read_photo(request, held, HandInForm)


async def _bare_photo_form(request: Request, held: HeldDep) -> BarePhotoForm:
    return await read_photo(request, held, BarePhotoForm)


async def _caller_id() -> str:
    return str(current_principal().user_id)


async def _version(
    if_match: Annotated[str, Header(description="The ETag of what is being changed.")] = "",
) -> int:
    """The version in If-Match.

    Raises:
        DomainError: FAILED_PRECONDITION IF_MATCH_REQUIRED when it is absent or not one of ours.
    """
    if found := _ETAG.fullmatch(if_match):
        return int(found[1])
    raise DomainError(Reason.IF_MATCH_REQUIRED)


async def _seen_version(
    if_match: Annotated[str, Header(description="The ETag of what was seen, if any.")] = "",
) -> int:
    """The version in If-Match; 0 without one, where a change may be based on any.

    Raises:
        DomainError: FAILED_PRECONDITION IF_MATCH_REQUIRED when it is not one of ours.
    """
    return await _version(if_match) if if_match else 0


def set_etag(response: Response, version: int) -> None:
    """Answer the version that `Version` reads back."""
    response.headers["ETag"] = f'"{version}"'


SettingsDep = Annotated[Settings, Depends(_settings)]
ClientsDep = Annotated[Clients, Depends(_clients)]
RedisDep = Annotated[Redis, Depends(_redis)]
VerifierDep = Annotated[TokenVerifier, Depends(_verifier)]
RateLimitsDep = Annotated[RateLimits, Depends(_rate_limits)]
PhotoMemoryDep = Annotated[PhotoMemory, Depends(_photo_memory)]
ReplicasDep = Annotated[Replicas, Depends(_replicas)]
ModelDep = Annotated[Model, Depends(_model)]
ShelfDep = Annotated[ModelShelf, Depends(_shelf)]
CardsDep = Annotated[ModelCards, Depends(_cards)]
ModelAuditDep = Annotated[ModelAudit, Depends(_model_audit)]
ReleaseGateDep = Annotated[ReleaseGate, Depends(_release_gate)]
PhotoFormDep = Annotated[PhotoForm, Depends(_photo_form)]
OverviewFormDep = Annotated[OverviewForm, Depends(_overview_form)]
HandInFormDep = Annotated[HandInForm, Depends(_hand_in_form)]
BarePhotoFormDep = Annotated[BarePhotoForm, Depends(_bare_photo_form)]
# The signed-in account; needs a route that is not public.
CallerId = Annotated[str, Depends(_caller_id)]
Version = Annotated[int, Depends(_version)]
SeenVersion = Annotated[int, Depends(_seen_version)]
Limit = Annotated[int, Query(ge=1, le=200, description="Rows per page.")]
Cursor = Annotated[str, Query(max_length=4096, description="`next_cursor` of the previous page.")]
