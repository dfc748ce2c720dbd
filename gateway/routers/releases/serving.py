"""/admin/serving: the TorchServe replicas, and what they can be asked to do."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable

import structlog
from fastapi import APIRouter, Request
from redis.exceptions import RedisError
from starlette.responses import StreamingResponse

from dermis.auth.v1 import auth_pb2 as pb
from dermis.options.v1 import access_pb2
from gateway.http.errors import answers
from gateway.http.rate_limit import limited
from gateway.http.security import permit
from gateway.inference.canary import CanaryWatch
from gateway.inference.replicas import REFRESH_SECONDS, Replicas
from gateway.model_store.versions import ModelShelf
from gateway.routers.dependencies import ModelAuditDep, ShelfDep
from gateway.schemas.candidates import CanaryFigures, CanaryRule
from gateway.schemas.serving import RegenerationAsked, Replica, Serving, TrialAsked
from gateway.settings import Settings
from service_kit.errors import Code, DomainError
from service_kit.ids import new_id
from serving.contract.follower_requests import FollowerRequests
from serving.contract.regeneration import RegenerationRequest
from serving.contract.trials import TrialRequest

log = structlog.get_logger()

# Not longer, so that a gateway that is to stop does not wait for who is only watching.
STREAM_SECONDS = 10.0

router = APIRouter(
    prefix="/admin",
    tags=["models"],
    dependencies=[permit(access_pb2.PERMISSION_MANAGE_MODELS), limited("api")],
    responses=answers(401, 403, 422, 501),
)


@router.post("/models/{version}/trial", status_code=202, responses=answers(404, 409))
async def try_model(version: str, request: Request, shelf: ShelfDep) -> TrialAsked:
    """Load a version on every replica beside the live one, probe and measure it, take it out."""
    shelved = await shelf.version(version)
    await _require_room(shelf, unless=version)
    requests: FollowerRequests[TrialRequest] = request.app.state.trial_requests
    asked = TrialRequest(
        id=str(new_id()), model=shelved.card.name, version=version, sha256=shelved.sha256
    )
    await _asked(requests.send(asked))
    log.info("trial asked for", version=version, trial=asked.id)
    return TrialAsked(id=asked.id, version=version, sha256=shelved.sha256)


@router.post("/models/cache/regenerate", status_code=202, responses=answers(409))
async def regenerate_cache(
    request: Request, shelf: ShelfDep, audit: ModelAuditDep
) -> RegenerationAsked:
    """Have every replica fetch and load the live version anew, without losing a request.

    Archives on the replicas' disks are dropped and fetched again. There is no cache of predictions
    to empty: each photo is diagnosed once, and its result is part of the record.
    """
    await _require_room(shelf)
    requests: FollowerRequests[RegenerationRequest] = request.app.state.regeneration_requests
    await audit.record(pb.MODEL_CHANGE_REGENERATION)
    asked = RegenerationRequest(id=str(new_id()))
    await _asked(requests.send(asked))
    log.info("regeneration asked for", regeneration=asked.id)
    return RegenerationAsked(id=asked.id)


@router.get("/serving")
async def get_serving(request: Request) -> Serving:
    """Every TorchServe replica: versions, workers, state, last error, when it was seen."""
    return _serving(request)


@router.get(
    "/serving/stream",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {}}, "description": "Events `serving`."}},
)
async def stream_serving(request: Request) -> StreamingResponse:
    """The same as server-sent events, one at each change: the progress of a release."""
    return StreamingResponse(_changes(request), media_type="text/event-stream")


async def _changes(request: Request) -> AsyncIterator[str]:
    """Events for a while; clients connect again by themselves (WHATWG HTML, 9.2)."""
    ends, sent = time.monotonic() + STREAM_SECONDS, None
    while time.monotonic() < ends:
        now = _serving(request)
        # What only says "still alive" is no change.
        telling = now.model_dump(exclude={"replicas": {"__all__": {"seen_at", "in_flight"}}})
        if telling != sent:
            yield f"event: serving\ndata: {now.model_dump_json()}\n\n"
            sent = telling
        await asyncio.sleep(REFRESH_SECONDS)


def _serving(request: Request) -> Serving:
    replicas: Replicas = request.app.state.replicas
    watch: CanaryWatch = request.app.state.canary_watch
    settings: Settings = request.app.state.settings
    candidate = replicas.candidate
    return Serving(
        model=settings.model_name,
        canary=(
            CanaryFigures.of(candidate, watch) if candidate and candidate.kind == "canary" else None
        ),
        canary_rule=CanaryRule.of(settings),
        replicas=[
            Replica.of(
                replica,
                in_flight=replicas.in_flight(replica),
                resting=replicas.is_resting(replica),
            )
            for replica in replicas.known
        ],
    )


async def _require_room(shelf: ModelShelf, *, unless: str = "") -> None:
    """A replica has room for two versions: the live one and one more."""
    candidate = (await shelf.desired()).candidate
    if candidate and candidate.version != unless:
        raise DomainError(
            Code.FAILED_PRECONDITION,
            "CANDIDATE_UNDER_WAY",
            f"Version {candidate.version} is beside the live one; withdraw or release it first.",
        )


async def _asked(asking: Awaitable[None]) -> None:
    try:
        await asking
    except (RedisError, OSError):
        raise DomainError(
            Code.UNAVAILABLE, "REDIS_AWAY", "The replicas can't be asked just now."
        ) from None
