"""The embedded parts keep what was written, whatever ends them, and leave nothing behind."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from local_stack.components import postgres as postgres_component
from local_stack.components.postgres import Postgres
from local_stack.components.process import NotReady, Process
from local_stack.components.redis import Redis

ENVIRONMENT = {"PATH": os.environ["PATH"]}


async def test_postgres_keeps_committed_rows_over_a_kill(tmp_path: Path) -> None:
    server = Postgres(tmp_path / "postgres")
    await server.start()
    plain = _database(server)
    with psycopg.connect(plain) as connection:
        connection.execute("CREATE TABLE t (n int)")
        connection.execute("INSERT INTO t VALUES (1)")
    server.process.kill()
    await server.start()
    with psycopg.connect(plain) as connection:
        assert connection.execute("SELECT n FROM t").fetchall() == [(1,)]
    await server.stop()


async def test_the_role_of_a_service_neither_owns_tables_nor_bypasses_row_security(
    tmp_path: Path,
) -> None:
    server = Postgres(tmp_path / "postgres")
    await server.start()
    server.database("d", owner="o", app="a", password="p")
    query = "SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname IN ('a', 'o')"
    with server.connect() as connection:
        assert sorted(connection.execute(query).fetchall()) == [
            ("a", False, False),
            ("o", False, False),
        ]
        owner = connection.execute(
            "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'd'"
        ).fetchone()
    assert owner == ("o",)
    await server.stop()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become nobody")
async def test_postgres_runs_as_nobody_where_root_gets_no_user_namespace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_component, "ordinary_user", lambda: "nobody")
    server = Postgres(tmp_path / "postgres")
    await server.start()
    assert server.process.pid
    assert psutil.Process(server.process.pid).username() == "nobody"
    with psycopg.connect(_database(server)) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    await server.stop()
    server.delete()
    assert not (tmp_path / "postgres").exists()


async def test_a_second_server_on_the_same_data_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = Postgres(tmp_path / "postgres")
    await first.start()
    second = Postgres(tmp_path / "postgres")
    # Its own pid file, as if another supervisor had lost the first one's.
    second.process = Process("PostgreSQL", tmp_path / "second.log")
    monkeypatch.setattr(postgres_component, "_BACKENDS_END_SECONDS", 0.3)
    with pytest.raises(NotReady, match="is already using"):
        await second.start()
    with psycopg.connect(_database(first)) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    await first.stop()


async def test_redis_keeps_what_it_acknowledged_over_a_kill(tmp_path: Path) -> None:
    server = Redis(tmp_path / "redis")
    await server.start()
    with redis.Redis.from_url(server.url) as client:
        client.set("k", "v")
    server.process.kill()
    await server.start()
    with redis.Redis.from_url(server.url) as client:
        assert client.get("k") == b"v"
    await server.stop()


async def test_redis_is_closed_to_those_without_its_password(tmp_path: Path) -> None:
    server = Redis(tmp_path / "redis")
    await server.start()
    with redis.Redis(port=server.port) as client, pytest.raises(redis.AuthenticationError):
        client.ping()
    await server.stop()


async def test_a_child_ends_with_its_parent(tmp_path: Path) -> None:
    parent = _program([sys.executable, "-c", _PARENT, str(tmp_path / "child.log")])
    assert parent.stdout
    child = int(parent.stdout.readline())
    assert psutil.pid_exists(child)
    parent.kill()
    parent.wait()
    await _gone(child)


async def test_orphans_of_a_killed_leader_are_swept_at_the_next_start(tmp_path: Path) -> None:
    script = "sleep 300 & echo $!; exec sleep 300"
    process = Process("leader", tmp_path / "leader.log")
    process.spawn(["sh", "-c", script], environment=ENVIRONMENT)
    await process.until(lambda: (tmp_path / "leader.log").read_text().endswith("\n"), 60)
    orphan = int((tmp_path / "leader.log").read_text())
    leader = process.pid
    assert leader
    os.kill(leader, signal.SIGKILL)
    while process.pid is not None:
        await asyncio.sleep(0.05)
    assert psutil.Process(orphan).is_running()

    again = Process("leader", tmp_path / "leader.log")
    again.spawn(["sleep", "300"], environment=ENVIRONMENT)
    await _gone(orphan)
    await again.stop()


async def test_a_pid_file_that_names_somebody_else_harms_nobody(tmp_path: Path) -> None:
    bystander = _program(["sleep", "300"])
    (tmp_path / "part.pid").write_text(f'{{"pid": {bystander.pid}, "born": 1.0}}')
    process = Process("part", tmp_path / "part.log")
    process.spawn(["sleep", "300"], environment=ENVIRONMENT)
    assert bystander.poll() is None
    await process.stop()
    bystander.kill()
    bystander.wait()


async def test_a_part_that_ends_at_its_start_shows_its_last_words(tmp_path: Path) -> None:
    process = Process("Broken", tmp_path / "broken.log")
    process.spawn(["sh", "-c", "echo no room for me; exit 3"], environment=ENVIRONMENT)
    with pytest.raises(NotReady, match=r"Broken ended while starting.\nno room for me"):
        await process.until(lambda: False, 60)


async def test_a_part_that_ignores_the_request_to_end_is_killed(tmp_path: Path) -> None:
    process = Process("Deaf", tmp_path / "deaf.log", stop_seconds=0.3)
    process.spawn(["sh", "-c", "trap '' TERM; echo up; sleep 300"], environment=ENVIRONMENT)
    await process.until(lambda: "up" in (tmp_path / "deaf.log").read_text(), 60)
    await process.stop()
    assert process.pid is None


def _program(command: list[str]) -> subprocess.Popen[bytes]:
    root = Path(__file__).parent.parent.parent
    return subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, start_new_session=True)


def _database(server: Postgres) -> str:
    return server.database("d", owner="o", app="a", password="p").owner_url.replace("+psycopg", "")


async def _gone(pid: int) -> None:
    async with asyncio.timeout(60):
        while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
            await asyncio.sleep(0.05)


_PARENT = """
import os, sys, time
from pathlib import Path
from local_stack.components.process import Process
process = Process("child", Path(sys.argv[1]))
process.spawn(["sleep", "300"], environment={"PATH": os.environ["PATH"]})
time.sleep(0.5)
print(process.pid, flush=True)
time.sleep(300)
"""
