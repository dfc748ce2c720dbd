"""/admin/serving: the TorchServe replicas, and what they can be told to do."""

from collections.abc import AsyncIterator, Awaitable
from typing import Any

import structlog
from redis.exceptions import RedisError

from dermis.auth.v1 import auth_pb2 as pb
from dermis.options.v1 import access_pb2
from gateway.app_state import AppState
from gateway.assessments.explanation import model_unavailable
from gateway.http.answers import answers
from gateway.http.event_stream import Event, EventStream, Ticks, stream
from gateway.inference.replicas import REFRESH_SECONDS
from gateway.model_store.versions import ModelShelf
from gateway.routers.dependencies import ModelAuditDep, ModelDep, ShelfDep, StateDep
from gateway.routers.guards import Router, limited, permit
from gateway.routers.releases.models import STORE
from gateway.schemas.candidates import CanaryFigures, CanaryRule
from gateway.schemas.serving import RegenerationAsked, Replica, Serving, TrialAsked
from service_kit.errors import DomainError
from service_kit.ids import new_id
from service_kit.reasons import Reason
from serving.contract.regeneration import RegenerationRequest
from serving.contract.trials import TrialRequest

log = structlog.get_logger()

router = Router(
    prefix="/admin",
    tags=["models"],
    dependencies=[permit(access_pb2.PERMISSION_MANAGE_MODELS), limited("api")],
    responses=answers(401, 403, 429, 503),
)


@router.post(
    "/models/{version}/trial",
    status_code=202,
    responses=answers(
        422,
        Reason.VERSION_NOT_FOUND,
        Reason.VERSION_RETIRED,
        Reason.CANDIDATE_UNDER_WAY,
        *STORE,
        Reason.REDIS_AWAY,
    ),
)
async def try_model(version: str, state: StateDep, shelf: ShelfDep) -> TrialAsked:
    """Try a version: every replica loads it beside the live one, probes, measures, unloads."""
    shelved = (await shelf.read()).usable(version)
    await _require_room(shelf, unless=version)
    asked = TrialRequest(
        id=str(new_id()), model=shelved.card.name, version=version, sha256=shelved.sha256
    )
    await _asked(state.trial_requests.send(asked))
    log.info("trial asked for", version=version, trial=asked.id)
    return TrialAsked(id=asked.id, version=version, sha256=shelved.sha256)


@router.post(
    "/models/cache/regenerate",
    status_code=202,
    responses=answers(Reason.CANDIDATE_UNDER_WAY, *STORE, Reason.REDIS_AWAY),
)
async def regenerate_cache(
    state: StateDep, shelf: ShelfDep, audit: ModelAuditDep
) -> RegenerationAsked:
    """Have every replica fetch and load the live version again, without losing a request.

    Archives on the replicas' disks are dropped and fetched again. There is no cache of predictions
    to empty: each photo is assessed once, and the result is part of the record.
    """
    await _require_room(shelf)
    await audit.record(pb.MODEL_CHANGE_REGENERATION)
    asked = RegenerationRequest(id=str(new_id()))
    await _asked(state.regeneration_requests.send(asked))
    log.info("regeneration asked for", regeneration=asked.id)
    return RegenerationAsked(id=asked.id)


@router.get("/serving")
async def get_serving(state: StateDep) -> Serving:
    """Every TorchServe replica: versions, workers, state, last error, when last seen."""
    return _serving(state)


@router.get("/serving/torchserve-api", responses=answers(Reason.MODEL_UNAVAILABLE))
async def describe_torchserve(model: ModelDep) -> dict[str, Any]:
    """TorchServe's own description (OpenAPI 3) of the API by which it is asked about photos.

    Only gateways hold its token and reach it; whoever writes another client reads here what it
    takes.
    """
    found = await model.description()
    if found is None:
        raise model_unavailable()
    return found


@router.get(
    "/serving/stream",
    response_class=EventStream,
    responses={200: {"content": {"text/event-stream": {}}, "description": "Events `serving`."}},
)
async def stream_serving(state: StateDep) -> EventStream:
    """The same as server-sent events, one per change: the progress of a release."""
    return stream(lambda ticks: _changes(state, ticks))


async def _changes(state: AppState, ticks: Ticks) -> AsyncIterator[Event]:
    sent = None
    async for _ in ticks(REFRESH_SECONDS):
        now = _serving(state)
        # What only says "still alive" is no change.
        telling = now.model_dump(exclude={"replicas": {"__all__": {"seen_at", "in_flight"}}})
        if telling != sent:
            yield {"event": "serving", "data": now.model_dump_json()}
            sent = telling


def _serving(state: AppState) -> Serving:
    replicas, candidate = state.replicas, state.replicas.candidate
    watch, shelf = state.canary_watch, state.shelf
    return Serving(
        model=state.settings.model_name,
        canary=(
            CanaryFigures.of(candidate, watch) if candidate and candidate.kind == "canary" else None
        ),
        canary_rule=CanaryRule.of(state.settings),
        replicas=[
            Replica.of(
                replica,
                in_flight=replicas.in_flight(replica),
                resting=replicas.is_resting(replica),
            )
            for replica in replicas.known
        ],
        judgements=sorted(
            {judged.name for judged in replicas.judgements() if shelf and shelf.keeps(judged)}
        ),
    )


async def _require_room(shelf: ModelShelf, *, unless: str = "") -> None:
    """A replica has room for two versions: the live one and one more."""
    candidate = (await shelf.desired()).candidate
    if candidate and candidate.version != unless:
        raise DomainError(
            Reason.CANDIDATE_UNDER_WAY,
            f"Version {candidate.version} is beside the live one; withdraw or release it first.",
        )


async def _asked(asking: Awaitable[None]) -> None:
    try:
        await asking
    except (RedisError, OSError):
        raise DomainError(Reason.REDIS_AWAY) from None
