"""The whole system on one machine: its components in the order they start."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from local_stack.components.ports import free_port, listens
from local_stack.components.postgres import Postgres
from local_stack.components.redis import Redis
from local_stack.components.service import Service, grpc_answers, http_answers
from local_stack.components.torchserve import TorchServe
from local_stack.instance import Instance
from local_stack.secrets_file import Secrets, load_or_make
from local_stack.service_settings import ServiceSettings, Settings
from local_stack.supervisor import Say, Supervisor
from service_kit.files import written_whole

ROOT = Path(__file__).parent.parent
SHIPPED_MODELS = ROOT / "model_archives"
MIGRATION_SECONDS = 120


class Stack:
    """One system on this machine.

    Args:
        folder: its data, logs and secrets; a second system needs another one.
        port: of the gateway.
        say: prints a line of progress.
        settings: settings that differ from the usual, by service.
        postgres_settings: server settings that differ from the usual.
    """

    def __init__(
        self,
        folder: Path,
        port: int,
        *,
        say: Say = print,
        settings: Mapping[str, Settings] | None = None,
        postgres_settings: Settings | None = None,
    ) -> None:
        self.folder = folder.resolve()
        self.port = port
        self.postgres = Postgres(self.folder / "postgres", settings=postgres_settings)
        self.redis = Redis(self.folder / "redis")
        self.torchserve = TorchServe(self.folder / "torchserve")
        self.instance = Instance(self.folder)
        self.supervisor = Supervisor(say=say, changed=self._record)
        self.services: ServiceSettings
        self._auth_settings: Settings
        self._say = say
        self._settings = settings or {}

    @property
    def url(self) -> str:
        """Where users open it."""
        return f"http://localhost:{self.port}"

    @property
    def mails(self) -> Path:
        """Where the mail sink stores messages."""
        return self.services.mails

    async def start(self) -> None:
        """Start every component, each after those it needs.

        Raises:
            AlreadyRuns: another process is running a system in this folder.
            NotReady: a component did not come up; those that had started are stopped again.
        """
        self.instance.take()
        try:
            await self._start_parts()
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Stop every component in reverse order; each finishes its work."""
        await self.supervisor.stop()
        self.instance.leave()

    async def create_admin(self, email: str, password: str) -> None:
        """Create an administrator, whose address counts as verified.

        Raises:
            NotReady: auth_service refused it.
        """
        settings = self._auth_settings | {"ADMIN_PASSWORD": password}
        command = ["auth_service", "create-admin", "--email", email]
        making = self._service("auth_service_create_admin", command, settings)
        await making.run_to_end(MIGRATION_SECONDS)

    def delete(self) -> None:
        """Delete all its data.

        Raises:
            AlreadyRuns: it is running.
        """
        self.instance.take()
        self.postgres.delete()
        shutil.rmtree(self.folder)
        self.instance.leave()

    async def _start_parts(self) -> None:
        secrets = load_or_make(self.folder / "secrets.json")
        self._seed_models()
        await self.supervisor.start(
            {"PostgreSQL": self.postgres, "Redis": self.redis, "TorchServe": self.torchserve}
        )
        self.services = ServiceSettings(self.folder, secrets, self.redis.url, self.port)
        auth, patient = self._databases(secrets)
        self._auth_settings = auth
        await asyncio.gather(
            self._migrate("auth_service", auth), self._migrate("patient_service", patient)
        )
        await self.supervisor.start({"mail sink": self._mail_sink()})
        await self.supervisor.start(
            {
                "auth_service": self._grpc_service("auth_service", self.services.auth, auth),
                "patient_service": self._grpc_service(
                    "patient_service", self.services.patient, patient
                ),
                "follower": self._follower(),
            }
        )
        await self.supervisor.start({"gateway": self._gateway()})

    def _databases(self, secrets: Secrets) -> tuple[Settings, Settings]:
        """The settings of the two services that have one."""
        auth = self.postgres.database(
            "auth", owner="dermis_auth_owner", app="dermis_auth",
            password=secrets.database_password,
        )  # fmt: skip
        patient = self.postgres.database(
            "patients", owner="dermis_patient_owner", app="dermis_patient",
            password=secrets.database_password,
        )  # fmt: skip
        return self.services.auth_service(auth), self.services.patient_service(patient)

    async def _migrate(self, package: str, settings: Settings) -> None:
        self._say(f"Migrating {package}")
        migration = self._service(f"{package}_migrate", [package, "migrate"], settings)
        await migration.run_to_end(MIGRATION_SECONDS)

    def _mail_sink(self) -> Service:
        port = self.services.mail
        command = ["local_stack.components.mail_sink", str(self.services.mails), str(port)]
        return self._service("mail_sink", command, {}, port, lambda: listens(port))

    def _grpc_service(self, name: str, port: int, settings: Settings) -> Service:
        answers = grpc_answers(port, self.services.tls_folder(name))
        return self._service(name, [name, "serve"], settings, port, answers)

    def _follower(self) -> Service:
        return self._service(
            "follower", ["serving", "follow"], self.services.follower(self.torchserve)
        )

    def _gateway(self) -> Service:
        settings = self.services.gateway_service()
        answers = http_answers(self.port, "/api/readyz")
        return self._service("gateway", ["gateway"], settings, self.port, answers)

    def _service(
        self,
        name: str,
        command: list[str],
        settings: Settings,
        port: int = 0,
        answers: Callable[[], bool] = lambda: True,
    ) -> Service:
        return Service(
            name,
            command,
            environment={**settings, **self._settings.get(name, {})},
            log=self.folder / "logs" / f"{name}.log",
            port=port,
            answers=answers,
        )

    def _seed_models(self) -> None:
        """Copy the shipped archives and releases once; after that the store is independent."""
        store = self.folder / "models"
        if not store.exists() and SHIPPED_MODELS.exists():
            with written_whole(store) as partial:
                shutil.copytree(SHIPPED_MODELS, partial)

    def _record(self) -> None:
        self.instance.record(self.url, self.supervisor.supervised)


@asynccontextmanager
async def running(
    folder: Path,
    port: int = 0,
    *,
    say: Say = print,
    settings: Mapping[str, Settings] | None = None,
    postgres_settings: Settings | None = None,
) -> AsyncIterator[Stack]:
    """A running system for the duration of the block."""
    stack = Stack(
        folder,
        port or free_port(),
        say=say,
        settings=settings,
        postgres_settings=postgres_settings,
    )
    await stack.start()
    try:
        yield stack
    finally:
        await stack.stop()
