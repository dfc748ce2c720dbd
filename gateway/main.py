"""`python -m gateway`: the single place where everything is wired."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from importlib.resources import files
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from gateway.api import create_api
from gateway.app_state import AppState, LifespanState
from gateway.assessments.admission import Admission
from gateway.assessments.completion import Completion
from gateway.clients import ServiceToken, open_clients
from gateway.forms.archive_places import ArchivePlaces
from gateway.http import documentation, errors, web_client
from gateway.http.anonymous_calls import AnonymousCalls
from gateway.http.connection import BoundedProtocol, allow_descriptors
from gateway.http.device_cookie import DeviceCookies
from gateway.http.middleware import RequestMiddleware
from gateway.http.rate_limit import RateLimits
from gateway.inference.answer_watch import AnswerWatch
from gateway.inference.canary import CanaryWatch
from gateway.inference.model import Model
from gateway.inference.release_gate import ReleaseGate
from gateway.inference.replicas import Replicas
from gateway.inference.shadow import Shadow
from gateway.inference.shadow_comparison import Comparisons
from gateway.model_store.audit import ModelAudit
from gateway.model_store.cards import ModelCards
from gateway.model_store.versions import ModelShelf
from gateway.photo_memory import MEBIBYTE, PhotoMemory
from gateway.reminders import Reminders
from gateway.settings import Settings
from service_kit import logs, telemetry
from service_kit.auth_client import RemoteKeys, SharedRevocations
from service_kit.background import in_background
from service_kit.blobs import Blobs
from service_kit.principal import TokenVerifier
from service_kit.redis_client import open_redis
from service_kit.remembered_revocations import RememberedRevocations
from service_kit.settings import load
from serving.contract.follower_requests import regeneration_requests, trial_requests
from serving.contract.torchserve import InferenceClient
from serving.contract.unusable_answers import UnusableAnswers

WEB = Path(__file__).parent / "web"
# What scripts of the sites in CORS_ORIGINS may read besides the body.
EXPOSED_HEADERS = (
    "etag", "location", "ratelimit", "ratelimit-policy", "retry-after", "x-request-id",
)  # fmt: skip
# Uploads under way get this long to finish after SIGTERM.
DRAIN_SECONDS = 20


def wire(settings: Settings) -> AppState:
    """Make what the routes work with; inside the event loop that will serve them."""
    clients, redis = open_clients(settings), open_redis(settings.redis_url)
    name = settings.model_name
    service_token = ServiceToken(clients, settings.service_secret.get_secret_value())
    replicas, comparisons = Replicas(redis, name), Comparisons(redis, name)
    shelf = _shelf(settings)
    model_audit = ModelAudit(clients, service_token)
    watch = CanaryWatch(replicas, shelf, model_audit, settings)
    inference, seconds = InferenceClient(), settings.prediction_seconds
    revocations = RememberedRevocations(SharedRevocations(redis, clients.auth), redis)
    return AppState(
        settings=settings,
        clients=clients,
        service_token=service_token,
        redis=redis,
        revocations=revocations,
        verifier=TokenVerifier(
            RemoteKeys(clients.auth),
            revocations,
            issuer=settings.token_issuer,
            audience=settings.token_audience,
        ),
        rate_limits=RateLimits(redis, settings.rate_limits),
        anonymous_calls=AnonymousCalls(settings.rate_limits["anonymous"]),
        devices=DeviceCookies(settings.service_secret, secure=settings.cookie_secure),
        photo_memory=PhotoMemory(settings.photo_memory_mb * MEBIBYTE),
        admission=Admission(),
        archive_places=ArchivePlaces(),
        replicas=replicas,
        model=Model(
            replicas,
            inference,
            seconds,
            canary=watch,
            shadow=Shadow(comparisons),
            answers=AnswerWatch(UnusableAnswers(redis, name)),
        ),
        canary_watch=watch,
        comparisons=comparisons,
        shelf=shelf,
        cards=ModelCards(shelf),
        model_audit=model_audit,
        archive_policy=settings.signature_policy(),
        release_gate=ReleaseGate(replicas, settings),
        trial_requests=trial_requests(redis, name),
        regeneration_requests=regeneration_requests(redis, name),
    )


def create_app(settings: Settings, api: FastAPI) -> Starlette:
    """What users open: the web page at /, the API at /api and, for development, at the root."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[LifespanState]:
        state = wire(settings)
        async with _background(state):
            yield {"wired": state}

    app = Starlette(
        routes=_routes(api, settings),
        middleware=_middleware(settings),
        lifespan=lifespan,
    )
    errors.install(app)
    return app


def main() -> None:
    """Serve HTTP until SIGTERM."""
    settings = load(Settings)
    logs.configure("gateway", settings.log_level, redis_url=settings.redis_url)
    telemetry.configure("gateway", settings.otlp_endpoint)
    allow_descriptors()
    uvicorn.run(
        create_app(settings, create_api(settings)),
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        http=BoundedProtocol,
        # Nothing here speaks it, and its protocol would be bounded by nothing.
        ws="none",
        timeout_graceful_shutdown=DRAIN_SECONDS,
    )


def _shelf(settings: Settings) -> ModelShelf | None:
    if not settings.model_store:
        return None
    return ModelShelf(Blobs(settings.model_store, settings.store_access), settings.model_name)


@asynccontextmanager
async def _background(state: AppState) -> AsyncIterator[None]:
    """Keep the replica list fresh and finish pending detections while the gateway serves."""
    completion = Completion(state.clients, state.service_token, state.model)
    await state.replicas.refresh()
    try:
        loops = [
            state.replicas.follow(), completion.run(), state.canary_watch.run(),
            state.revocations.listen(), Reminders(state.clients, state.service_token).run(),
        ]  # fmt: skip
        if state.shelf:
            loops.append(state.shelf.watch_served(state.replicas.live_versions))
            loops.append(state.shelf.watch_judgements(state.replicas.judgements))
        async with in_background(*loops):
            yield
    finally:
        await state.close()


def _routes(api: FastAPI, settings: Settings) -> list[BaseRoute]:
    others = [
        *documentation.routes(settings.docs_folder),
        Route("/", _page("index.html")),
        Route("/api/docs", _page("docs.html")),
        Mount("/web", StaticFiles(directory=WEB)),
        Mount("/swagger", StaticFiles(directory=str(files("fastapi_swagger") / "resources"))),
        Mount("/api", api),
    ]
    client = settings.web_client
    pages = web_client.routes(client, [*others, *api.routes]) if client else []
    return [*pages, *others, Mount("/", api)]


def _middleware(settings: Settings) -> list[Middleware]:
    behind_tls = settings.public_url.startswith("https://")
    proxies = settings.trusted_proxies
    found = [Middleware(RequestMiddleware, trusted_proxies=proxies, behind_tls=behind_tls)]
    if settings.cors_origins:
        found.append(
            Middleware(
                CORSMiddleware,
                allow_origins=settings.cors_origins,
                allow_credentials=True,
                allow_methods=["*"],
                allow_headers=["authorization", "content-type", "idempotency-key", "if-match"],
                expose_headers=EXPOSED_HEADERS,
            )
        )
    return found


def _page(name: str) -> Callable[[Request], Awaitable[FileResponse]]:
    async def page(_: Request) -> FileResponse:
        return FileResponse(WEB / name)

    return page
