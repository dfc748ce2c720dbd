"""Real parts for every test that needs them, started once per session on free ports."""

import os
import subprocess
from collections.abc import AsyncIterator, Iterator
from functools import wraps
from itertools import count
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import structlog

from local_stack.components.postgres import Postgres, ServiceDatabase
from local_stack.components.redis import Redis

# No test depends on how busy the machine is.
hypothesis.settings.register_profile("dermis", deadline=None)
hypothesis.settings.load_profile("dermis")

# By default every logged exception is drawn in colours with all local variables, for seconds.
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.dev.ConsoleRenderer(
            colors=False, exception_formatter=structlog.dev.plain_traceback
        ),
    ]
)

_NUMBERS = count(1)
_ROOT = Path(__file__).parent
_COVERAGE = ("COVERAGE_PROCESS_CONFIG", "COVERAGE_PROCESS_START")


@pytest.hookimpl(tryfirst=True)  # pytest-xdist reads the groups in the same hook
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs the whole stack, and say which tests share a process (--dist loadgroup).

    One process has the stack, which no second one could start beside it in reasonable time. All
    other tests stay together by file, for the sake of what a file sets up once.
    """
    for item in items:
        needs_stack = "stack" in getattr(item, "fixturenames", ())
        if needs_stack:
            item.add_marker("stack")
        item.add_marker(pytest.mark.xdist_group("stack" if needs_stack else str(item.path)))


@pytest.fixture(scope="session", autouse=True)
def counted_processes() -> Iterator[None]:
    """While coverage is measured, count what child processes run too.

    Coverage tells children by a variable. Ours get an environment built from scratch, so that no
    secret of another reaches them; the variable is added here, where tests run, and nowhere else.
    """
    asked = {name: os.environ[name] for name in _COVERAGE if name in os.environ}
    if not asked:
        yield
        return
    start = subprocess.Popen.__init__

    @wraps(start)
    def counted(popen: Any, *arguments: Any, **named: Any) -> None:
        # What runs in / is confined (service_kit/confinement.py): it could write no figures.
        if named.get("env") is not None and named.get("cwd") != "/":
            # Coverage's plugin is found there (`tests.killed_workers`), wherever the child runs.
            path = os.pathsep.join(filter(None, (str(_ROOT), named["env"].get("PYTHONPATH"))))
            named["env"] = {**named["env"], **asked, "PYTHONPATH": path}
        start(popen, *arguments, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(subprocess.Popen, "__init__", counted)
        yield


class TestPostgres:
    """A running PostgreSQL that hands out fresh databases."""

    __test__ = False

    def __init__(self, server: Postgres) -> None:
        self.server = server

    def create_database(self, name: str, owner_role: str, app_role: str) -> tuple[str, str]:
        """A fresh database: the owner's URL (migrations) and the service's own."""
        number = next(_NUMBERS)
        made: ServiceDatabase = self.server.database(
            f"{name}_{number}",
            owner=f"{owner_role}_{number}",
            app=f"{app_role}_{number}",
            password="test",
        )
        return made.owner_url, made.app_url


@pytest.fixture(scope="session")
async def postgres(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[TestPostgres]:
    server = Postgres(_reachable(tmp_path_factory, "postgres"))
    await server.start()
    yield TestPostgres(server)
    await server.stop()


@pytest.fixture(scope="session")
async def redis_server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Redis]:
    server = Redis(_reachable(tmp_path_factory, "redis"))
    await server.start()
    yield server
    await server.stop()


@pytest.fixture(scope="session")
def redis_url(redis_server: Redis) -> str:
    return redis_server.url


def _reachable(factory: pytest.TempPathFactory, name: str) -> Path:
    return factory.mktemp(name)
