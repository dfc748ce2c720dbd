"""The whole system: its parts in the order they start, wired by their settings."""

import asyncio
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from local_stack.components.postgres import Postgres, ServiceDatabase
from local_stack.components.process import Process, free_port, listens
from local_stack.components.redis import Redis
from local_stack.components.service import Service, grpc_answers, http_answers
from local_stack.components.torchserve import TorchServe
from local_stack.secrets_file import Secrets, load_or_make

ROOT = Path(__file__).parent.parent
SHIPPED_MODELS = ROOT / "model_archives"
MIGRATION_SECONDS = 120
# How often a part that has ended is looked for, and how long it rests before it starts again.
WATCH_SECONDS = 1.0
FIRST_REST_SECONDS = 1.0
LONGEST_REST_SECONDS = 30.0

Say = Callable[[str], None]


class Part(Protocol):
    """A part of the system."""

    process: Process

    async def start(self) -> None:
        """Start and wait until ready."""

    async def stop(self) -> None:
        """End cleanly."""


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the parts of ours listen, all on loopback."""

    gateway: int
    auth: int
    patient: int
    mail: int


class Stack:
    """One system on this machine.

    Args:
        folder: its data, logs and secrets; a second system takes another one.
        port: of the gateway.
        say: takes a line of progress.
        settings: gateway settings that differ.
    """

    def __init__(
        self,
        folder: Path,
        port: int,
        *,
        say: Say = print,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self.folder = folder.resolve()
        self.ports = Ports(port, free_port(), free_port(), free_port())
        self.url = f"http://localhost:{port}"
        self.mails = self.folder / "mails"
        self._say = say
        self._settings = dict(settings or {})
        self.parts: dict[str, Part] = {}
        self._watching: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start every part in order, each ready before the next.

        Raises:
            NotReady: a part did not come up; what had started is stopped again.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        try:
            await self._start_parts()
        except BaseException:
            await self.stop()
            raise
        self._watching = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        """Stop every part in reverse order; each finishes what is under way."""
        if self._watching:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
        for name in reversed(list(self.parts)):
            self._say(f"Stopping {name}")
            await self.parts[name].stop()
        self.parts.clear()

    async def _start_parts(self) -> None:
        secrets = load_or_make(self.folder / "secrets.json")
        self._seed_models()
        postgres = Postgres(self.folder / "postgres")
        redis = Redis(self.folder / "redis")
        await self._start("PostgreSQL", postgres)
        await self._start("Redis", redis)
        torchserve = TorchServe(self.folder / "torchserve")
        await self._start("TorchServe", torchserve)
        common = {
            "ENVIRONMENT": "local",
            "REDIS_URL": redis.url,
            "AUTH_ADDRESS": f"127.0.0.1:{self.ports.auth}",
        }
        auth_database = self._database(postgres, "auth", "dermis_auth", secrets)
        patient_database = self._database(postgres, "patients", "dermis_patient", secrets)
        auth = common | self._auth_settings(auth_database, secrets)
        patient = common | self._patient_settings(patient_database, secrets)
        await asyncio.gather(
            asyncio.to_thread(self._migrate, "auth_service", auth),
            asyncio.to_thread(self._migrate, "patient_service", patient),
        )
        mail = ["local_stack.components.mail_sink", str(self.mails), str(self.ports.mail)]
        await self._serve("mail sink", mail, {}, lambda: listens(self.ports.mail))
        await self._serve(
            "auth_service", ["auth_service", "serve"], auth, grpc_answers(self.ports.auth)
        )
        await self._serve(
            "patient_service", ["patient_service", "serve"], patient,
            grpc_answers(self.ports.patient),
        )  # fmt: skip
        await self._serve(
            "follower",
            ["serving", "follow"],
            common | self._follower_settings(torchserve),
            lambda: True,
        )
        await self._serve(
            "gateway",
            ["gateway"],
            common | self._gateway_settings(secrets),
            http_answers(self.ports.gateway, "/api/readyz"),
        )

    def _auth_settings(self, database: ServiceDatabase, secrets: Secrets) -> dict[str, str]:
        return {
            "DATABASE_URL": database.app_url,
            "MIGRATION_DATABASE_URL": database.owner_url,
            "GRPC_HOST": "127.0.0.1",
            "GRPC_PORT": str(self.ports.auth),
            "SECRET_KEY": secrets.secret_key,
            "ENCRYPTION_KEYS": secrets.encryption_keys,
            "SERVICE_SECRETS": f"gateway:{secrets.gateway_secret}",
            "PUBLIC_URL": self.url,
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": str(self.ports.mail),
            "SMTP_SECURITY": "none",
        }

    def _patient_settings(self, database: ServiceDatabase, secrets: Secrets) -> dict[str, str]:
        return {
            "DATABASE_URL": database.app_url,
            "MIGRATION_DATABASE_URL": database.owner_url,
            "GRPC_HOST": "127.0.0.1",
            "GRPC_PORT": str(self.ports.patient),
            "SECRET_KEY": secrets.secret_key,
            "IMAGE_STORE_URL": (self.folder / "images").as_uri(),
        }

    def _follower_settings(self, torchserve: TorchServe) -> dict[str, str]:
        return {
            "MODEL_STORE": (self.folder / "models").as_uri(),
            "REPLICA_ID": "local",
            "TORCHSERVE_FOLDER": str(torchserve.folder),
            "INFERENCE_ADDRESS": torchserve.inference_address,
            "MANAGEMENT_ADDRESS": torchserve.management_address,
        }

    def _gateway_settings(self, secrets: Secrets) -> dict[str, str]:
        return {
            "HOST": "127.0.0.1",
            "PORT": str(self.ports.gateway),
            "PATIENT_ADDRESS": f"127.0.0.1:{self.ports.patient}",
            "SERVICE_SECRET": secrets.gateway_secret,
            "PUBLIC_URL": self.url,
            # No TLS on this machine: a Secure cookie would never come back.
            "COOKIE_SECURE": "false",
            "DEV_MAILBOX": str(self.mails),
            **self._settings,
        }

    def _seed_models(self) -> None:
        """Copy the shipped archives and releases once; from then on the store is its own."""
        store = self.folder / "models"
        if not store.exists() and SHIPPED_MODELS.exists():
            partial = store.with_name("models.part")
            shutil.rmtree(partial, ignore_errors=True)
            shutil.copytree(SHIPPED_MODELS, partial)
            partial.rename(store)

    def _database(
        self, postgres: Postgres, name: str, role: str, secrets: Secrets
    ) -> ServiceDatabase:
        return postgres.database(
            name, owner=f"{role}_owner", app=role, password=secrets.database_password
        )

    def _migrate(self, package: str, settings: Mapping[str, str]) -> None:
        self._say(f"Migrating {package}")
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-m", package, "migrate"],
            env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), **settings},
            capture_output=True,
            text=True,
            check=False,
            timeout=MIGRATION_SECONDS,
        )
        if done.returncode:
            raise RuntimeError(f"{package} could not be migrated:\n{done.stderr[-2000:]}")

    async def _serve(
        self, name: str, command: list[str], settings: dict[str, str], answers: Callable[[], bool]
    ) -> None:
        log = self.folder / "logs" / f"{name.replace(' ', '_')}.log"
        part = Service(name, command, environment=settings, log=log, answers=answers)
        await self._start(name, part)

    async def _start(self, name: str, part: Part) -> None:
        self._say(f"Starting {name}")
        self.parts[name] = part
        await part.start()

    async def _watch(self) -> None:
        """Start again what has ended by itself, resting longer each time."""
        rests: dict[str, float] = {}
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            for name, part in list(self.parts.items()):
                if part.process.pid is not None:
                    continue
                rest = rests.get(name, FIRST_REST_SECONDS)
                rests[name] = min(rest * 2, LONGEST_REST_SECONDS)
                self._say(f"{name} has ended; starting it again (see {part.process.log})")
                await asyncio.sleep(rest)
                try:
                    await part.start()
                except Exception as error:  # noqa: BLE001  tried again at the next look
                    self._say(str(error))


@asynccontextmanager
async def running(
    folder: Path, port: int = 0, *, say: Say = print, settings: Mapping[str, str] | None = None
) -> AsyncIterator[Stack]:
    """A started system for the time of the block."""
    stack = Stack(folder, port or free_port(), say=say, settings=settings)
    await stack.start()
    try:
        yield stack
    finally:
        await stack.stop()
