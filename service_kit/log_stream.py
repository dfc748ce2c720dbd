"""Log lines of all services in bounded Redis streams, which the admin console reads.

One stream has them all. Warnings and errors stand a second time, under the same entry ids, in
streams of their own, so that no number of access lines pushes them out.

A thread of its own sends lines in batches, so a service never waits for its logs. While Redis is
away lines are dropped here; stdout has them all.
"""

import contextlib
import queue
import threading
import time

from redis import Redis
from redis.client import Pipeline
from redis.exceptions import RedisError

STREAM = "dermis:logs"
FIELD = b"line"
# About a day in a quiet clinic, 10 MB in Redis.
KEPT_LINES = 20_000
KEPT = {"warning": "dermis:logs:warning", "error": "dermis:logs:error"}
KEPT["critical"] = KEPT["error"]
# Of each of these.
KEPT_SEVERE_LINES = 5_000
WAITING_LINES = 5_000
# Woken for each line, the thread would take as much CPU as the calls that log.
GATHER_SECONDS = 0.2
BATCH = 1_000
TIMEOUT_SECONDS = 1.0
REST_SECONDS = 2.0


# One id for both, and in one step: readers join the streams by it.
_ADD_SEVERE = """
local id = redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], '*', ARGV[3], ARGV[4])
redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[2], id, ARGV[3], ARGV[4])
"""


class LogStream:
    """Sends lines to Redis for as long as the process lives."""

    def __init__(self, url: str) -> None:
        self._redis = Redis.from_url(
            url, socket_timeout=TIMEOUT_SECONDS, socket_connect_timeout=TIMEOUT_SECONDS
        )
        self._add_severe = self._redis.register_script(_ADD_SEVERE)
        self._waiting: queue.Queue[tuple[str, str]] = queue.Queue(WAITING_LINES)
        threading.Thread(target=self._run, name="log stream", daemon=True).start()

    def offer(self, line: str, level: str = "info") -> None:
        """Take one line, or drop it when too many are waiting."""
        with contextlib.suppress(queue.Full):
            self._waiting.put_nowait((line, level))

    def _run(self) -> None:
        while True:
            lines = [self._waiting.get()]
            time.sleep(GATHER_SECONDS)
            with contextlib.suppress(queue.Empty):
                while len(lines) < BATCH:
                    lines.append(self._waiting.get_nowait())
            try:
                pipeline = self._redis.pipeline(transaction=False)
                for line, level in lines:
                    self._add(pipeline, line, level)
                pipeline.execute()
            except (RedisError, OSError):
                time.sleep(REST_SECONDS)

    def _add(self, pipeline: Pipeline, line: str, level: str) -> None:
        if severe := KEPT.get(level):
            bounds = (KEPT_LINES, KEPT_SEVERE_LINES)
            self._add_severe(keys=[STREAM, severe], args=[*bounds, FIELD, line], client=pipeline)
        else:
            pipeline.xadd(STREAM, {FIELD: line}, maxlen=KEPT_LINES, approximate=True)
