"""What waits is told as numbers; what can't be counted is told as unknown."""

import math
from collections.abc import Iterator

from prometheus_client import REGISTRY
from sqlmodel.ext.asyncio.session import AsyncSession

from service_kit.database import Database
from service_kit.queue_metrics import QueueGauges, QueueLength


async def test_number_and_age_are_told_and_nothing_is_claimed_while_the_database_is_away() -> None:
    answers: Iterator[QueueLength | Exception] = iter(
        [QueueLength(3, 12.5), ConnectionError(), QueueLength(0, 0)]
    )

    async def count(_: AsyncSession) -> QueueLength:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    # Not named as ours are: those all have a place on the dashboard.
    gauges = QueueGauges("test_queue", "Things that wait", count)
    await gauges.observe(_database())
    assert _told() == (3, 12.5)
    await gauges.observe(_database())
    assert all(math.isnan(value) for value in _told())
    await gauges.observe(_database())
    assert _told() == (0, 0)


def _database() -> Database:
    """Never connected: a session does so at its first statement."""
    return Database("postgresql+psycopg://nobody:nothing@127.0.0.1:1/none")


def _told() -> tuple[float, float]:
    waiting = REGISTRY.get_sample_value("test_queue")
    oldest = REGISTRY.get_sample_value("test_queue_oldest_seconds")
    assert waiting is not None
    assert oldest is not None
    return waiting, oldest
