"""Which TorchServe to ask: the followers' list in Redis, and what this gateway sees itself."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import get_args

import structlog
from prometheus_client import Gauge
from pydantic import ValidationError
from redis.asyncio import Redis
from redis.exceptions import RedisError

from serving.contract.judgements import Judgement
from serving.contract.replicas import REPLICA_INDEX, Candidate, Phase, Replica, replica_key

log = structlog.get_logger()

REPLICAS = Gauge("dermis_replicas", "TorchServe replicas in the list, by state.", ["state"])

REFRESH_SECONDS = 1.0
# How long a replica that did not answer is left out.
REST_SECONDS = 3.0


class Replicas:
    """The TorchServe replicas that can be asked."""

    def __init__(self, redis: Redis, model: str) -> None:
        self._redis = redis
        self._model = model
        self._known: list[Replica] = []
        self._in_flight: Counter[str] = Counter()
        self._resting_until: dict[str, float] = {}

    @property
    def known(self) -> list[Replica]:
        """All replicas that were in the last list."""
        return list(self._known)

    async def follow(self) -> None:
        """Keep the list fresh until cancelled."""
        while True:
            await self.refresh()
            await asyncio.sleep(REFRESH_SECONDS)

    async def refresh(self) -> None:
        """Read the list once; while Redis is away the last one stays."""
        try:
            names = sorted(str(name) for name in await self._redis.smembers(REPLICA_INDEX))
            found = await self._redis.mget([replica_key(name) for name in names]) if names else []
        except (RedisError, OSError, TimeoutError):
            log.warning("redis does not answer; keeping the last list of replicas")
            return
        self._known = [replica for text in found if text and (replica := _read(str(text)))]
        states = Counter(replica.state for replica in self._known)
        for state in get_args(Phase):
            REPLICAS.labels(state).set(states[state])

    def live_versions(self) -> frozenset[str]:
        """The versions that are live on some replica."""
        return frozenset(known.live_version for known in self._known) - {""}

    def answering_versions(self) -> frozenset[str]:
        """The versions that answer on some replica, live or as a candidate."""
        beside = {known.candidate.version for known in self._known if known.candidate}
        return self.live_versions() | beside

    def judgements(self) -> list[Judgement]:
        """What the replicas found about versions lately."""
        return [judged for known in self._known for judged in known.judgements]

    @property
    def candidate(self) -> Candidate | None:
        """The canary or shadow that answers on some replica."""
        ready = [replica.candidate for replica in self._able() if replica.candidate]
        # Followers hear of a change one after the other.
        return max(ready, key=lambda candidate: candidate.release, default=None)

    def pick(self, version: str = "") -> Replica | None:
        """The less loaded of two live replicas, drawn at random; None when there is none.

        Two choices are enough to keep queues short (Mitzenmacher 2001).

        Args:
            version: only replicas where it is live or a candidate that is ready.
        """
        able = [replica for replica in self._able() if not version or replica.answers(version)]
        if not able:
            return None
        drawn = random.sample(able, min(2, len(able)))
        return min(drawn, key=lambda replica: self._in_flight[replica.id])

    def _able(self) -> list[Replica]:
        return [
            replica
            for replica in self._known
            if replica.model == self._model
            and replica.live_version
            and not self.is_resting(replica)
        ]

    @contextmanager
    def asking(self, replica: Replica) -> Iterator[None]:
        """Count a request under way."""
        self._in_flight[replica.id] += 1
        try:
            yield
        finally:
            self._in_flight[replica.id] -= 1

    def in_flight(self, replica: Replica) -> int:
        """How many requests of ours it is answering."""
        return self._in_flight[replica.id]

    def is_resting(self, replica: Replica) -> bool:
        """Whether it is left out for not having answered."""
        return self._resting_until.get(replica.id, 0) > time.monotonic()

    def rest(self, replica: Replica) -> None:
        """Leave a replica out for a moment because it did not answer."""
        self._resting_until[replica.id] = time.monotonic() + REST_SECONDS


def _read(text: str) -> Replica | None:
    try:
        return Replica.model_validate_json(text)
    except ValidationError:
        log.warning("a replica's entry can't be read")
        return None
