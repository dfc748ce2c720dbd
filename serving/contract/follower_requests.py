"""One-off requests from the gateway to every follower, through Redis. No torch.

The release log says what a TorchServe should hold; these requests are for what leaves no trace
there: a trial, a regeneration. Each follower remembers which requests it has dealt with.
"""

from typing import Generic, TypeVar

from pydantic import BaseModel
from redis.asyncio import Redis
from redis.exceptions import RedisError

from serving.contract.regeneration import RegenerationRequest
from serving.contract.trials import TrialRequest

# A request that no follower has picked up by then is forgotten.
REQUEST_SECONDS = 600

_AWAY = (RedisError, OSError, TimeoutError)


R = TypeVar("R", bound=BaseModel)


class FollowerRequests(Generic[R]):
    """The newest request of one kind for one model: `trial_requests`, `regeneration_requests`."""

    def __init__(self, redis: Redis, key: str, kind: type[R]) -> None:
        self._redis = redis
        self._key = key
        self._kind = kind

    async def send(self, request: R) -> None:
        """Send a request to every follower; one that is still waiting is replaced.

        Raises:
            RedisError, OSError: Redis is away.
        """
        await self._redis.set(self._key, request.model_dump_json(), ex=REQUEST_SECONDS)

    async def newest(self) -> R | None:
        """The newest request; None where there is none, or Redis is away."""
        try:
            text = await self._redis.get(self._key)
        except _AWAY:
            return None
        return self._kind.model_validate_json(text) if text else None


def trial_requests(redis: Redis, model: str) -> FollowerRequests[TrialRequest]:
    """Requests to try versions of a model."""
    return FollowerRequests(redis, f"dermis:trial:{model}", TrialRequest)


def regeneration_requests(redis: Redis, model: str) -> FollowerRequests[RegenerationRequest]:
    """Requests to fetch and load a model's live version again."""
    return FollowerRequests(redis, f"dermis:regeneration:{model}", RegenerationRequest)
