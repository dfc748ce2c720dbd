"""`python -m auth_service.tests.bench_auth`: speeds that identity promises; exits 1 below them.

200 logins a minute while other calls stay under 100 ms (p95), and a token check under 0.2 ms.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path

import grpc

from auth_service import main
from auth_service.session import signing_keys
from auth_service.settings import Settings
from auth_service.tests.conftest import ENCRYPTION_KEYS, Identity, Mailbox, Person
from local_stack.components.postgres import Postgres
from local_stack.components.redis import Redis
from service_kit import logs, migrations
from service_kit.grpc_server import build_server

LOGINS_PER_MINUTE = 200
SECONDS = 15
MAX_P95_MILLISECONDS = 100.0
MAX_CHECK_MILLISECONDS = 0.2


class NeverRevoked:
    """The token check alone, without asking a database."""

    async def is_revoked(self, session_id: object) -> bool:
        return False


async def bench(folder: Path) -> bool:
    postgres, redis = Postgres(folder / "postgres"), Redis(folder / "redis")
    await postgres.start()
    await redis.start()
    try:
        urls = postgres.database("auth", owner="owner", app="dermis_auth", password="bench")
        await asyncio.to_thread(
            migrations.migrate, "auth_service", urls.owner_url, app_role="dermis_auth"
        )
        settings = Settings(
            environment="test",
            redis_url=redis.url,
            database_url=urls.app_url,
            secret_key="s" * 40,
            encryption_keys=ENCRYPTION_KEYS,
        )
        return await _measure(settings, urls.owner_url)
    finally:
        await redis.stop()
        await postgres.stop()


async def _measure(settings: Settings, owner_url: str) -> bool:
    service = main.build(settings)
    async with service.database.session() as session:
        await signing_keys.make_first(session, service.keys)
    server = build_server(service.add_servicers, verifier=service.verifier)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        identity = Identity(service, channel, Mailbox(), owner_url)
        person = await identity.admin()
        check = await _token_check(identity, person)
        logins, p95 = await _under_load(identity, person)
    await server.stop(0)
    await service.database.close()
    await service.redis.aclose()
    sys.stdout.write(
        f"token check in process  {check:6.3f} ms  (goal ≤ {MAX_CHECK_MILLISECONDS})\n"
        f"logins a minute         {logins:6.0f}     (goal ≥ {LOGINS_PER_MINUTE})\n"
        f"GetMe meanwhile, p95    {p95:6.1f} ms  (goal < {MAX_P95_MILLISECONDS:.0f})\n"
    )
    return (
        check <= MAX_CHECK_MILLISECONDS
        and logins >= 0.98 * LOGINS_PER_MINUTE
        and p95 < MAX_P95_MILLISECONDS
    )


async def _token_check(identity: Identity, person: Person) -> float:
    verifier = identity.service.verifier
    verifier._revocations = NeverRevoked()
    times = []
    for _ in range(2000):
        started = time.perf_counter()
        await verifier.verify(person.client.token)
        times.append(time.perf_counter() - started)
    return statistics.median(times) * 1000


async def _under_load(identity: Identity, person: Person) -> tuple[float, float]:
    device = Person(person.email, person.password, identity.client(person.client.address))
    times: list[float] = []
    done = asyncio.Event()

    async def others() -> None:
        while not done.is_set():
            started = time.perf_counter()
            await person.client.call("GetMe")
            times.append(time.perf_counter() - started)
            await asyncio.sleep(0.01)

    watching = asyncio.create_task(others())
    started, logins = time.perf_counter(), []
    for number in range(LOGINS_PER_MINUTE * SECONDS // 60):
        await asyncio.sleep(
            max(0.0, started + number * 60 / LOGINS_PER_MINUTE - time.perf_counter())
        )
        logins.append(asyncio.create_task(identity.challenge(device)))
    await asyncio.gather(*logins)
    elapsed = max(time.perf_counter() - started, SECONDS)
    done.set()
    await watching
    return len(logins) * 60 / elapsed, statistics.quantiles(times, n=20)[18] * 1000


if __name__ == "__main__":
    logs.configure("bench", "WARNING")
    with tempfile.TemporaryDirectory() as folder:
        sys.exit(0 if asyncio.run(bench(Path(folder))) else 1)
