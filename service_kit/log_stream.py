"""Log lines of all services in one bounded Redis stream, which the admin console reads.

A thread of its own sends lines in batches, so a service never waits for its logs. While Redis is
away lines are dropped here; stdout has them all.
"""

import contextlib
import queue
import threading
import time

from redis import Redis
from redis.exceptions import RedisError

STREAM = "dermis:logs"
FIELD = b"line"
# About a day in a quiet clinic, 10 MB in Redis.
KEPT_LINES = 20_000
WAITING_LINES = 5_000
BATCH = 200
TIMEOUT_SECONDS = 1.0
REST_SECONDS = 2.0


class LogStream:
    """Sends lines to Redis for as long as the process lives."""

    def __init__(self, url: str) -> None:
        self._redis = Redis.from_url(
            url, socket_timeout=TIMEOUT_SECONDS, socket_connect_timeout=TIMEOUT_SECONDS
        )
        self._waiting: queue.Queue[str] = queue.Queue(WAITING_LINES)
        threading.Thread(target=self._run, name="log stream", daemon=True).start()

    def offer(self, line: str) -> None:
        """Take one line, or drop it when too many are waiting."""
        with contextlib.suppress(queue.Full):
            self._waiting.put_nowait(line)

    def _run(self) -> None:
        while True:
            lines = [self._waiting.get()]
            with contextlib.suppress(queue.Empty):
                while len(lines) < BATCH:
                    lines.append(self._waiting.get_nowait())
            try:
                pipeline = self._redis.pipeline(transaction=False)
                for line in lines:
                    pipeline.xadd(STREAM, {FIELD: line}, maxlen=KEPT_LINES, approximate=True)
                pipeline.execute()
            except (RedisError, OSError):
                time.sleep(REST_SECONDS)
