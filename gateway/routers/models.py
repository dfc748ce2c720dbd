"""/admin/models and /admin/serving: model versions, releases, replicas."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, Request
from redis.exceptions import RedisError
from starlette.responses import StreamingResponse

from dermis.options.v1 import access_pb2
from gateway import archive_form
from gateway.errors import answers
from gateway.model_shelf import ModelShelf
from gateway.rate_limit import limited
from gateway.release_gate import ReleaseGate
from gateway.replicas import REFRESH_SECONDS, Replicas
from gateway.schemas.models import (
    ModelDetails,
    Models,
    ModelVersion,
    Release,
    Replica,
    Serving,
    TrialAsked,
    Why,
)
from gateway.security import permit
from service_kit.errors import Code, DomainError
from service_kit.ids import new_id
from service_kit.principal import current_principal
from serving.trials import TrialDesk, TrialRequest

log = structlog.get_logger()

# Not longer, so that a gateway that is to stop does not wait for who is only watching.
STREAM_SECONDS = 10.0

router = APIRouter(
    prefix="/admin",
    tags=["models"],
    dependencies=[permit(access_pb2.PERMISSION_MANAGE_MODELS), limited("api")],
    responses=answers(401, 403, 422, 501),
)


def _shelf(request: Request) -> ModelShelf:
    shelf: ModelShelf | None = request.app.state.models
    if shelf is None:
        raise DomainError(
            Code.UNIMPLEMENTED, "NO_MODEL_STORE", "This gateway was given no MODEL_STORE."
        )
    return shelf


ShelfDep = Annotated[ModelShelf, Depends(_shelf)]


@router.post(
    "/upload-model",
    status_code=202,
    responses=answers(409, 413),
    openapi_extra=archive_form.REQUEST_BODY,
)
async def upload_model(request: Request, shelf: ShelfDep) -> ModelDetails:
    """Bring a model archive into the store; refused with every reason, live only once released."""
    async with archive_form.received_archive(request, request.app.state.archive_policy) as received:
        by = str(current_principal().user_id)
        shelved = await shelf.add(received.archive, by, signature=received.signature)
    log.info("model brought", version=shelved.version, sha256=shelved.sha256)
    return ModelDetails.of(shelved, "")


@router.get("/models")
async def list_models(shelf: ShelfDep) -> Models:
    """Versions in the store, and the release log."""
    releases = await shelf.releases()
    desired = releases[0].version if releases else ""
    return Models(
        versions=[ModelVersion.of(shelved, desired) for shelved in await shelf.versions()],
        releases=[Release.of(release) for release in releases],
    )


@router.get("/models/{version}", responses=answers(404))
async def get_model(version: str, shelf: ShelfDep) -> ModelDetails:
    """One version with its model card."""
    releases = await shelf.releases()
    desired = releases[0].version if releases else ""
    return ModelDetails.of(await shelf.version(version), desired)


@router.post("/models/rollback", status_code=202, responses=answers(409))
async def roll_back_model(body: Why, shelf: ShelfDep) -> Release:
    """Return every replica to the version before the present one."""
    by = str(current_principal().user_id)
    release = await shelf.roll_back(by=by, why=body.why)
    log.info("model rolled back", version=release.version, release=release.number)
    return Release.of(release)


@router.post("/models/{version}/release", status_code=202, responses=answers(404, 409))
async def release_model(version: str, body: Why, request: Request, shelf: ShelfDep) -> Release:
    """Release a version; each replica switches once its golden images gave the right answers."""
    gate: ReleaseGate = request.app.state.release_gate
    gate.check(await shelf.version(version), await shelf.desired())
    by = str(current_principal().user_id)
    release = await shelf.release(version, by=by, why=body.why)
    log.info("model released", version=release.version, release=release.number)
    return Release.of(release)


@router.post("/models/{version}/trial", status_code=202, responses=answers(404))
async def try_model(version: str, request: Request, shelf: ShelfDep) -> TrialAsked:
    """Load a version on every replica beside the live one, probe and measure it, take it out."""
    shelved = await shelf.version(version)
    desk: TrialDesk = request.app.state.trial_desk
    asked = TrialRequest(
        id=str(new_id()), model=shelved.card.name, version=version, sha256=shelved.sha256
    )
    try:
        await desk.ask_for(asked)
    except (RedisError, OSError):
        raise DomainError(
            Code.UNAVAILABLE, "REDIS_AWAY", "Trials can't be asked for just now."
        ) from None
    log.info("trial asked for", version=version, trial=asked.id)
    return TrialAsked(id=asked.id, version=version, sha256=shelved.sha256)


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
    return Serving(
        model=request.app.state.settings.model_name,
        replicas=[
            Replica.of(
                replica,
                in_flight=replicas.in_flight(replica),
                resting=replicas.is_resting(replica),
            )
            for replica in replicas.known
        ],
    )
