"""The second day: upgrade and roll back under traffic, back up and restore, replace secrets."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
from typer import echo

from tests.compose.engine import Compose, docker
from tests.compose.visit import Diagnosis, Visit

# What `.env` says, against what stands in .env.example: each is read back inside.
UNUSUAL = {
    "gateway": {"CANARY_MIN_REQUESTS": "31", "METRIC_EVALUATION": "ours", "CALL_SECONDS": "6"},
    "auth_service": {"ACCESS_TOKEN_SECONDS": "599", "MAILS_PER_HOUR_BY_ADDRESS": "49"},
    "patient_service": {"DATABASE_POOL_SIZE": "9"},
    "follower": {"DRAIN_SECONDS": "20"},
}
IMAGES = ("gateway", "auth-service", "patient-service", "serving", "web")
KINDS = ("signing", "services", "databases", "redis", "encryption", "sessions")
PAUSE_SECONDS = 0.05

Say = Callable[[str], None]


def settings_are_read(compose: Compose) -> None:
    """Every unusual value of .env stands in its container's environment."""
    for service, expected in UNUSUAL.items():
        inside = dict(
            line.split("=", 1) for line in inside_of(compose, service, "env").splitlines()
        )
        assert expected.items() <= inside.items(), (service, inside)


def inside_of(compose: Compose, service: str, *command: str) -> str:
    """What a command printed inside a service's container."""
    (container,) = compose.run("ps", "--quiet", service).split()
    return docker("exec", container, *command)


@asynccontextmanager
async def asked_all_the_while(url: str) -> AsyncIterator[Counter[str]]:
    """Ask for the API's health twenty times a second; how each request ended."""
    ended: Counter[str] = Counter()

    async def ask() -> None:
        async with httpx.AsyncClient(base_url=url, timeout=10) as http:
            while True:
                try:
                    ended[_said(await http.get("/api/healthz"))] += 1
                except httpx.HTTPError as error:
                    ended[type(error).__name__] += 1
                await asyncio.sleep(PAUSE_SECONDS)

    asking = asyncio.create_task(ask())
    try:
        yield ended
    finally:
        asking.cancel()


def _said(answer: httpx.Response) -> str:
    """The status, and who refused: nginx itself (GATEWAY_AWAY), or the gateway."""
    return str(answer.status_code) if answer.is_success else f"{answer.status_code} {answer.text}"


async def upgraded_and_rolled_back(compose: Compose, url: str, visit: Visit, say: Say) -> None:
    """Every image by another name, and back, over a schema that a later release has migrated."""
    for image in IMAGES:
        docker("tag", f"dermis/{image}:latest", f"dermis/{image}:next")
    for version, revision in (("next", ""), ("latest", "9999")):
        if revision:
            change = f"UPDATE alembic_version SET version_num = '{revision}' RETURNING 1"
            known = inside_of(compose, "postgres", *psql("SELECT version_num FROM alembic_version"))
            inside_of(compose, "postgres", *psql(change))
        began = time.monotonic()
        async with asked_all_the_while(url) as ended:
            await asyncio.to_thread(compose.script, "roll-out.sh", VERSION=version)
        seconds = time.monotonic() - began
        say(f"rolled out {version} in {seconds:.0f} s; requests ended: {dict(ended)}")
        # nginx says so while it has no gateway; it is itself replaced last, and refuses nobody.
        others = set(ended) - {"200"}
        assert all(said.startswith("503") and "GATEWAY_AWAY" in said for said in others), ended
        assert sum(ended.values()) - ended["200"] <= 3 / PAUSE_SECONDS, ended
        await visit.until_model_is_live()
        await visit.diagnoses()
    inside_of(
        compose, "postgres", *psql(f"UPDATE alembic_version SET version_num = '{known.strip()}'")
    )
    say("rolled back over a newer schema, and diagnoses")


def psql(statement: str) -> tuple[str, ...]:
    """A statement on the patients' database."""
    return (
        "psql", "--username=postgres", "--tuples-only", "--no-align", "--quiet",
        "--dbname=patients", f"--command={statement}",
    )  # fmt: skip


async def backed_up_and_restored(
    compose: Compose, folder: Path, visit: Visit, kept: Diagnosis, say: Say
) -> None:
    """A backup now; then everything that came after it is gone again."""
    began = time.monotonic()
    compose.run("run", "--rm", "--no-TTY", "--env", "ONCE=1", "backup")
    backup = newest(folder)
    say(f"backed up and checked in {time.monotonic() - began:.0f} s")
    later = await visit.diagnoses()
    stopped = ("nginx", "gateway", "auth_service", "patient_service", "follower", "sweep")
    compose.run("stop", *stopped)
    began = time.monotonic()
    compose.run("run", "--rm", "--no-TTY", "restore", f"/backups/{backup}")
    say(f"restored in {time.monotonic() - began:.0f} s")
    compose.run("up", "--detach", "--no-build", "--wait")
    await visit.until_model_is_live()
    await visit.signs_in()
    await visit.finds(kept)
    await visit.misses(later)


def newest(backups: Path) -> str:
    """The name of the backup that was made last."""
    return max(path.name for path in backups.glob("20*Z"))


async def gone_back_to_a_minute(compose: Compose, folder: Path, visit: Visit, say: Say) -> None:
    """After a mistake that no backup foresaw: every photo's row is deleted."""
    compose.run("run", "--rm", "--no-TTY", "--env", "ONCE=1", "backup")
    kept = await visit.diagnoses()
    moment = inside_of(compose, "postgres", *psql("SELECT clock_timestamp()")).strip()
    inside_of(compose, "postgres", *psql("TRUNCATE images CASCADE"))
    await visit.misses(kept)
    began = time.monotonic()
    compose.run(
        "stop", "nginx", "gateway", "auth_service", "patient_service", "follower", "sweep",
        "backup", "postgres",
    )  # fmt: skip
    compose.run("run", "--rm", "--no-TTY", "recover", f"/backups/{newest(folder)}", moment)
    recovered = time.monotonic()
    compose.run("up", "--detach", "--no-build", "--wait")
    seconds = time.monotonic() - began
    await visit.until_model_is_live()
    await visit.signs_in()
    await visit.finds(kept)
    assert ".gz" in inside_of(compose, "postgres", "ls", "/wal")
    say(f"back at {moment}: stopped and unpacked {recovered - began:.0f} s, up {seconds:.0f} s")


async def secrets_replaced(
    compose: Compose, url: str, visit: Visit, kept: Diagnosis, say: Say
) -> None:
    """Each kind, while somebody asks; then everybody signs in again."""
    for kind in KINDS:
        async with asked_all_the_while(url) as ended:
            await asyncio.to_thread(compose.script, "rotate-secrets.sh", kind)
        echo(f"rotated {kind}: {dict(ended)}")
        assert set(ended) == {"200"}, ended
    await visit.signs_in()
    await visit.finds(kept)
    await visit.until_model_is_live()
    await visit.diagnoses()
    say(f"replaced secrets: {', '.join(KINDS)}; no request failed")
