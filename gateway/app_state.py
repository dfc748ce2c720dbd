"""Everything that routes work with: one object for as long as the gateway serves."""

from dataclasses import dataclass
from typing import TypedDict

from fastapi import Request
from redis.asyncio import Redis

from gateway.assessments.admission import Admission
from gateway.clients import Clients, ServiceToken
from gateway.forms.archive_places import ArchivePlaces
from gateway.http.anonymous_calls import AnonymousCalls
from gateway.http.device_cookie import DeviceCookies
from gateway.http.rate_limit import RateLimits
from gateway.inference.canary import CanaryWatch
from gateway.inference.model import Model
from gateway.inference.release_gate import ReleaseGate
from gateway.inference.replicas import Replicas
from gateway.inference.shadow_comparison import Comparisons
from gateway.model_store.audit import ModelAudit
from gateway.model_store.cards import ModelCards
from gateway.model_store.versions import ModelShelf
from gateway.photo_memory import PhotoMemory
from gateway.settings import Settings
from service_kit.principal import TokenVerifier
from service_kit.remembered_revocations import RememberedRevocations
from serving.archives.signature_policy import Policy
from serving.contract.follower_requests import FollowerRequests
from serving.contract.regeneration import RegenerationRequest
from serving.contract.trials import TrialRequest


@dataclass(frozen=True, slots=True)
class AppState:
    """What `main` has wired; routes take its parts from `routers.dependencies`.

    Attributes:
        shelf: the model store; None where this gateway has none.
    """

    settings: Settings
    clients: Clients
    service_token: ServiceToken
    redis: Redis
    revocations: RememberedRevocations
    verifier: TokenVerifier
    rate_limits: RateLimits
    anonymous_calls: AnonymousCalls
    devices: DeviceCookies
    photo_memory: PhotoMemory
    admission: Admission
    archive_places: ArchivePlaces
    replicas: Replicas
    model: Model
    canary_watch: CanaryWatch
    comparisons: Comparisons
    shelf: ModelShelf | None
    cards: ModelCards
    model_audit: ModelAudit
    archive_policy: Policy
    release_gate: ReleaseGate
    trial_requests: FollowerRequests[TrialRequest]
    regeneration_requests: FollowerRequests[RegenerationRequest]

    async def close(self) -> None:
        """Close the connections to everything outside."""
        await self.model.close()
        await self.clients.close()
        await self.redis.aclose()


class LifespanState(TypedDict):
    """What the app's lifespan hands to every request (ASGI's lifespan state)."""

    wired: AppState


async def app_state(request: Request) -> AppState:
    """The state that a request is served with; the only reader of Starlette's untyped one."""
    state: AppState = request.state.wired
    return state
