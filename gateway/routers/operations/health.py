"""/healthz, /readyz and /metrics."""

import asyncio
from typing import Any

import grpc
from fastapi import Response
from grpc_health.v1 import health_pb2, health_pb2_grpc
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel
from redis.asyncio import Redis
from redis.exceptions import RedisError

from dermis.options.v1 import access_pb2
from gateway.http.answers import answers
from gateway.routers.dependencies import ClientsDep, ModelDep, RedisDep
from gateway.routers.guards import Router, permit

CHECK_SECONDS = 2.0

router = Router(tags=["health"], dependencies=[permit(access_pb2.PERMISSION_PUBLIC)])


class Readiness(BaseModel):
    """Each dependency by name: "ok", or what is wrong."""

    ready: bool
    dependencies: dict[str, str]


@router.get("/healthz", responses=answers(429))
async def healthy() -> dict[str, str]:
    """Whether the process answers."""
    return {"status": "ok"}


@router.get("/readyz", responses={503: {"model": Readiness}, **answers(429)})
async def ready(
    response: Response, clients: ClientsDep, redis: RedisDep, model: ModelDep
) -> Readiness:
    """Whether the gateway can serve patients, and how each dependency is doing.

    Redis and TorchServe may be away for a while without stopping the clinic: limits and
    revocations have fallbacks, and photos wait to be assessed. `answers` says which version's
    answers can't be used: they leave photos waiting too.
    """
    auth, patient, redis_state = await asyncio.gather(
        _service(clients.auth_channel), _service(clients.patient_channel), _redis(redis)
    )
    torchserve = "ok" if model.is_live else "no replica is live"
    trouble = model.trouble
    is_ready = auth == patient == "ok"
    response.status_code = 200 if is_ready else 503
    return Readiness(
        ready=is_ready,
        dependencies={
            "auth_service": auth,
            "patient_service": patient,
            "redis": redis_state,
            "torchserve": torchserve,
            "answers": f"degraded: {trouble}" if trouble else "ok",
        },
    )


@router.get("/metrics", include_in_schema=False)
async def metrics() -> Response:
    """Prometheus metrics; nginx does not pass this on."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


async def _service(channel: grpc.aio.Channel) -> str:
    try:
        stub: Any = health_pb2_grpc.HealthStub(channel)
        answer = await stub.Check(health_pb2.HealthCheckRequest(), timeout=CHECK_SECONDS)
    except grpc.aio.AioRpcError as error:
        return error.code().name.lower()
    if answer.status == health_pb2.HealthCheckResponse.SERVING:
        return "ok"
    return "its database does not answer"


async def _redis(redis: Redis) -> str:
    try:
        await redis.ping()
    except (RedisError, OSError, TimeoutError) as error:
        return type(error).__name__
    return "ok"
