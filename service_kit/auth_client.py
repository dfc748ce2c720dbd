"""What every service asks auth_service: its public keys, and whether a session has ended.

Usually neither takes a call: keys are cached, and ended sessions are listed in Redis, which every
service reads. auth_service is asked when a key is new or Redis is away.
"""

import asyncio
import time
from uuid import UUID

import grpc
import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from redis.asyncio import Redis
from redis.exceptions import RedisError

from dermis.auth.v1 import auth_pb2, auth_pb2_grpc
from service_kit.errors import DomainError

log = structlog.get_logger()

# Unknown keys are asked for at most this often, so that forged `kid`s cost nothing.
REFETCH_SECONDS = 5.0
# A key that auth_service has withdrawn is forgotten after this.
KEEP_SECONDS = 300.0
# Without an answer nobody gets in, so an auth_service that has just restarted is worth waiting for.
CALL_TIMEOUT_SECONDS = 2.0
# auth_service writes sessions that ended while Redis was away within half a second of its return;
# until then Redis knows too little.
DOUBT_SECONDS = 5.0


def revocation_key(session_id: UUID) -> str:
    """The Redis key that exists while an ended session's access tokens could still be valid."""
    return f"dermis:revoked:{session_id}"


class RemoteKeys:
    """auth_service's public keys, fetched when needed and cached (`KeySource`)."""

    def __init__(self, auth: "auth_pb2_grpc.AuthServiceAsyncStub") -> None:
        self._auth = auth
        self._keys: dict[str, Ed25519PublicKey] = {}
        self._fetched_at = float("-inf")
        self._fetching = asyncio.Lock()
        self._failed_at = float("-inf")
        self._failure: grpc.aio.AioRpcError | None = None

    async def key(self, kid: str) -> Ed25519PublicKey | None:
        """The public key with this id; fetched when it is unknown or the cached ones are old."""
        if kid not in self._keys or self._age() > KEEP_SECONDS:
            await self._fetch()
        return self._keys.get(kid)

    def _age(self) -> float:
        return time.monotonic() - self._fetched_at

    async def _fetch(self) -> None:
        asked_at = time.monotonic()
        async with self._fetching:
            if self._age() < REFETCH_SECONDS:
                return
            if self._failure and self._failed_at > asked_at:
                # Callers that waited meanwhile share this failure, or each would wait for the last.
                raise DomainError.from_rpc(self._failure)
            try:
                response = await self._auth.GetSigningKeys(
                    auth_pb2.GetSigningKeysRequest(),
                    timeout=CALL_TIMEOUT_SECONDS,
                    wait_for_ready=True,
                )
            except grpc.aio.AioRpcError as error:
                self._failed_at, self._failure = time.monotonic(), error
                raise
            self._keys = {
                key.kid: Ed25519PublicKey.from_public_bytes(key.public_key) for key in response.keys
            }
            self._fetched_at = time.monotonic()


class SharedRevocations:
    """Ended sessions, from Redis; from auth_service while Redis is away (`Revocations`)."""

    def __init__(self, redis: Redis, auth: "auth_pb2_grpc.AuthServiceAsyncStub") -> None:
        self._redis = redis
        self._auth = auth
        self._doubted_until = float("-inf")

    async def is_revoked(self, session_id: UUID) -> bool:
        """Whether the session has ended; never a guess."""
        try:
            revoked = bool(await self._redis.exists(revocation_key(session_id)))
            if revoked or time.monotonic() >= self._doubted_until:
                return revoked
        except (RedisError, OSError, TimeoutError):
            log.warning("redis doesn't answer; asking auth_service about the session")
            self._doubted_until = time.monotonic() + DOUBT_SECONDS
        response = await self._auth.CheckSession(
            auth_pb2.CheckSessionRequest(session_id=str(session_id)),
            timeout=CALL_TIMEOUT_SECONDS,
            wait_for_ready=True,
        )
        return response.revoked
