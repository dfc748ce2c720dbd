"""Where the gateway asks every follower for something, once: Redis. No torch.

What a TorchServe should hold stands in the release log; here stands what is to be done beside that
and leaves nothing behind. Each follower remembers which requests it has met.
"""

from typing import Generic, TypeVar

from pydantic import BaseModel
from redis.asyncio import Redis
from redis.exceptions import RedisError

from serving.contract.regeneration import RegenerationRequest
from serving.contract.trials import TrialRequest

# A request that no follower has taken up by then is forgotten.
REQUEST_SECONDS = 600

_AWAY = (RedisError, OSError, TimeoutError)


R = TypeVar("R", bound=BaseModel)


class FollowerRequests(Generic[R]):
    """The newest request of one kind for one model; `trial_requests`, `regeneration_requests`."""

    def __init__(self, redis: Redis, key: str, kind: type[R]) -> None:
        self._redis = redis
        self._key = key
        self._kind = kind

    async def ask_for(self, request: R) -> None:
        """Ask every follower; a request that still waits is replaced.

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
    """Where trials of a model's versions are asked for."""
    return FollowerRequests(redis, f"dermis:trial:{model}", TrialRequest)


def regeneration_requests(redis: Redis, model: str) -> FollowerRequests[RegenerationRequest]:
    """Where it is asked to fetch and load a model's live version anew."""
    return FollowerRequests(redis, f"dermis:regeneration:{model}", RegenerationRequest)
