"""The embedded parts keep what was written, whatever ends them."""

from pathlib import Path

import psycopg
import redis

from local_stack.components.postgres import Postgres
from local_stack.components.redis import Redis


async def test_postgres_keeps_committed_rows_over_a_kill(tmp_path: Path) -> None:
    server = Postgres(tmp_path / "postgres")
    await server.start()
    url = server.database("d", owner="o", app="a", password="p").owner_url
    plain = url.replace("+psycopg", "")
    with psycopg.connect(plain) as connection:
        connection.execute("CREATE TABLE t (n int)")
        connection.execute("INSERT INTO t VALUES (1)")
    server.process.kill()
    await server.start()
    with psycopg.connect(plain) as connection:
        assert connection.execute("SELECT n FROM t").fetchall() == [(1,)]
    await server.stop()


async def test_redis_keeps_what_it_acknowledged_over_a_restart(tmp_path: Path) -> None:
    server = Redis(tmp_path / "redis")
    await server.start()
    with redis.Redis.from_url(server.url) as client:
        client.set("k", "v")
    await server.stop()
    await server.start()
    with redis.Redis.from_url(server.url) as client:
        assert client.get("k") == b"v"
    await server.stop()
