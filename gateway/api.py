"""The REST API: its routes, its description, and how it fails."""

from fastapi import FastAPI
from pydantic import SecretStr

from gateway.http import errors
from gateway.http.openapi import describe, operation_id
from gateway.routers.clinic import (
    detections,
    exports,
    handoffs,
    images,
    lesions,
    markings,
    merges,
    model_cards,
    overviews,
    patients,
    predict,
    worklist,
)
from gateway.routers.guards import refuse_open_routes
from gateway.routers.identity import accounts, auth, clinic, colleagues, users
from gateway.routers.operations import audit, dev, health, log_lines
from gateway.routers.releases import (
    candidates,
    comparison,
    models,
    reference_cases,
    serving,
    shelf,
)
from gateway.settings import Settings
from service_kit.version import __version__

ROUTERS = (
    auth, users, colleagues, clinic, patients, merges, lesions, images, markings, overviews,
    predict, detections, handoffs, worklist, exports, model_cards, accounts, audit, log_lines,
    models, candidates, serving, shelf, reference_cases, comparison, health,
)  # fmt: skip


def create_api(settings: Settings) -> FastAPI:
    """The API with its routes at the root; `main` gives them what they work with."""
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
