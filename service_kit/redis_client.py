"""The Redis client as every service opens it: short deadlines, and waiting instead of refusing."""

from redis.asyncio import BlockingConnectionPool, Redis

# Redis answers in well under a millisecond; whoever waits longer should do without it.
TIMEOUT_SECONDS = 0.5
CONNECTIONS = 50


def open_redis(url: str) -> Redis:
    """Open a pool; more callers than connections wait for one instead of failing."""
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=CONNECTIONS,
        timeout=TIMEOUT_SECONDS,
        socket_timeout=TIMEOUT_SECONDS,
        socket_connect_timeout=TIMEOUT_SECONDS,
        decode_responses=True,
    )
    return Redis(connection_pool=pool)
