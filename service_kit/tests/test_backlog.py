"""What waits is told as numbers; what can't be counted is told as unknown."""

import math

import pytest
from prometheus_client import REGISTRY
from sqlmodel.ext.asyncio.session import AsyncSession

from service_kit.backlog import Backlog, BacklogGauges
from service_kit.database import Database


async def _three(_: AsyncSession) -> Backlog:
    return Backlog(3, 12.5)


async def _unreachable(_: AsyncSession) -> Backlog:
    raise ConnectionError


# Not named as ours are: those all have a place on the dashboard.
GAUGES = BacklogGauges("test_backlog", "Things that wait", _three)


async def test_number_and_age_are_told() -> None:
    await GAUGES.observe(_database())
    assert _told() == (3, 12.5)


async def test_while_the_database_is_away_nothing_is_claimed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await GAUGES.observe(_database())
    monkeypatch.setattr(GAUGES, "_count", _unreachable)
    await GAUGES.observe(_database())
    assert all(math.isnan(value) for value in _told())


def _database() -> Database:
    """Never connected: a session does so at its first statement."""
    return Database("postgresql+psycopg://nobody:nothing@127.0.0.1:1/none")


def _told() -> tuple[float, float]:
    waiting = REGISTRY.get_sample_value("test_backlog")
    oldest = REGISTRY.get_sample_value("test_backlog_oldest_seconds")
    assert waiting is not None
    assert oldest is not None
    return waiting, oldest
