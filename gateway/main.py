"""`python -m gateway`: the single place where everything is wired."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from importlib.resources import files
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from gateway.assessments.completion import Completion
from gateway.clients import ServiceToken, open_clients
from gateway.forms.photo import UploadsUnderWay
from gateway.http import documentation, errors, web_client
from gateway.http.middleware import RequestMiddleware
from gateway.http.openapi import describe, operation_id
from gateway.http.rate_limit import RateLimits
from gateway.http.security import refuse_open_routes
from gateway.inference.canary import CanaryWatch
from gateway.inference.model import Model
from gateway.inference.release_gate import ReleaseGate
from gateway.inference.replicas import Replicas
from gateway.inference.shadow import Shadow
from gateway.inference.shadow_comparison import Comparisons
from gateway.model_store.audit import ModelAudit
from gateway.model_store.versions import ModelShelf
from gateway.routers.clinic import detections, exports, images, lesions, patients, predict, worklist
from gateway.routers.identity import accounts, auth, colleagues, users
from gateway.routers.operations import audit, dev, health, log_lines
from gateway.routers.releases import candidates, models, serving
from gateway.settings import Settings
from service_kit import logs, telemetry
from service_kit.auth_client import RemoteKeys, SharedRevocations
from service_kit.background import in_background
from service_kit.blobs import Blobs
from service_kit.principal import TokenVerifier
from service_kit.redis_client import open_redis
from service_kit.settings import load
from service_kit.version import __version__
from serving.archives.signature_policy import read_policy
from serving.contract.follower_requests import regeneration_requests, trial_requests
from serving.contract.torchserve import InferenceClient

ROUTERS = (
    auth, users, colleagues, patients, lesions, images, predict, detections, worklist, exports,
    accounts, audit, log_lines, models, candidates, serving, health,
)  # fmt: skip
WEB = Path(__file__).parent / "web"
# What scripts of the sites in CORS_ORIGINS may read besides the body.
EXPOSED_HEADERS = (
    "etag", "location", "ratelimit", "ratelimit-policy", "retry-after", "x-request-id",
)  # fmt: skip
# Uploads under way get this long to finish after SIGTERM.
DRAIN_SECONDS = 20


def create_api(settings: Settings) -> FastAPI:
    """The REST API with its routes at the root."""
    api = FastAPI(
        title="Dermis",
        description="Decision support for skin lesions, not a diagnosis.",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=operation_id,
    )
    for module in ROUTERS:
        api.include_router(module.router)
    if settings.dev_mailbox:
        api.include_router(dev.router)
    errors.install(api)
    refuse_open_routes(api)
    describe(api)
    api.state.settings = settings
    return api


def described_api() -> FastAPI:
    """The API as it describes itself, for pages made from it; connected to nothing."""
    # No secret: nobody is asked anything.
    unused = "unused"
    return create_api(
        Settings(
            environment="test", redis_url=f"redis://{unused}", service_secret=SecretStr(unused)
        )
    )


def wire(api: FastAPI, settings: Settings) -> None:
    """Give the API what its routes work with; inside the event loop that will serve them."""
    clients = open_clients(settings)
    redis = open_redis(settings.redis_url)
    replicas = Replicas(redis, settings.model_name)
    shelf = (
        ModelShelf(Blobs(settings.model_store, settings.store_access), settings.model_name)
        if settings.model_store
        else None
    )
    api.state.clients = clients
    api.state.redis = redis
    api.state.replicas = replicas
    api.state.models = shelf
    api.state.service_token = ServiceToken(clients, settings.service_secret.get_secret_value())
    api.state.model_audit = ModelAudit(clients, api.state.service_token)
    api.state.canary_watch = CanaryWatch(replicas, shelf, api.state.model_audit, settings)
    api.state.comparisons = Comparisons(redis, settings.model_name)
    api.state.model = Model(
        replicas,
        InferenceClient(),
        settings.prediction_seconds,
        canary=api.state.canary_watch,
        shadow=Shadow(api.state.comparisons),
    )
    api.state.uploads = UploadsUnderWay(settings.uploads_at_once)
    api.state.rate_limits = RateLimits(redis, settings.rate_limits)
    api.state.release_gate = ReleaseGate(replicas, settings)
    api.state.trial_requests = trial_requests(redis, settings.model_name)
    api.state.regeneration_requests = regeneration_requests(redis, settings.model_name)
    api.state.archive_policy = read_policy(settings.trusted_keys, settings.signature_required)
    api.state.verifier = TokenVerifier(
        RemoteKeys(clients.auth),
        SharedRevocations(redis, clients.auth),
        issuer=settings.token_issuer,
        audience=settings.token_audience,
    )


def create_app(settings: Settings) -> Starlette:
    """What users open: the web page at /, the API at /api and, for development, at the root."""
    api = create_api(settings)
    swagger = str(files("fastapi_swagger") / "resources")

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        wire(api, settings)
        async with _background(api):
            yield

    middleware = [
        Middleware(
            RequestMiddleware,
            trusted_proxies=settings.trusted_proxies,
            behind_tls=settings.public_url.startswith("https://"),
        )
    ]
    if settings.cors_origins:
        middleware.append(
            Middleware(
                CORSMiddleware,
                allow_origins=settings.cors_origins,
                allow_credentials=True,
                allow_methods=["*"],
                allow_headers=["authorization", "content-type", "idempotency-key", "if-match"],
                expose_headers=EXPOSED_HEADERS,
            )
        )
    others = [
        *documentation.routes(settings.docs_folder),
        Route("/", _page("index.html")),
        Route("/api/docs", _page("docs.html")),
        Mount("/web", StaticFiles(directory=WEB)),
        Mount("/swagger", StaticFiles(directory=swagger)),
        Mount("/api", api),
    ]
    client = settings.web_client
    return Starlette(
        routes=[
            *(web_client.routes(client, [*others, *api.routes]) if client else []),
            *others,
            Mount("/", api),
        ],
        middleware=middleware,
        lifespan=lifespan,
    )


def main() -> None:
    """Serve HTTP until SIGTERM."""
    settings = load(Settings)
    logs.configure("gateway", settings.log_level, redis_url=settings.redis_url)
    telemetry.configure("gateway", settings.otlp_endpoint)
    uvicorn.run(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=DRAIN_SECONDS,
    )


@asynccontextmanager
async def _background(api: FastAPI) -> AsyncIterator[None]:
    """Keep the replica list fresh and finish pending detections while the gateway serves."""
    state = api.state
    completion = Completion(state.clients, state.service_token, state.model)
    await state.replicas.refresh()
    try:
        loops = (state.replicas.follow(), completion.run(), state.canary_watch.run())
        async with in_background(*loops):
            yield
    finally:
        await state.model.close()
        await state.clients.close()
        await state.redis.aclose()


def _page(name: str) -> Callable[[Request], Awaitable[FileResponse]]:
    async def page(_: Request) -> FileResponse:
        return FileResponse(WEB / name)

    return page
