"""The Redis client of every service: short deadlines, and callers wait for a free connection."""

from redis.asyncio import BlockingConnectionPool, Redis

# Redis answers in well under a millisecond; anybody who waits longer should do without.
TIMEOUT_SECONDS = 0.5
CONNECTIONS = 50


def open_redis(url: str) -> Redis:
    """Open a pool; callers in excess of its connections wait instead of failing."""
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=CONNECTIONS,
        timeout=TIMEOUT_SECONDS,
        socket_timeout=TIMEOUT_SECONDS,
        socket_connect_timeout=TIMEOUT_SECONDS,
        decode_responses=True,
    )
    return Redis(connection_pool=pool)
