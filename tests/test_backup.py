"""What the backup script copied brings everything back after everything was lost."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from psycopg import sql

from local_stack.api_client import Clinician, SignIn
from local_stack.components.ports import free_port
from local_stack.components.service import Service, grpc_answers, http_answers
from local_stack.mailbox import Mailbox
from local_stack.stack import ROOT, Stack
from tests.conftest import SETTINGS, new_sign_in, profile
from tests.photos import malignant

AUTH, PATIENTS = "auth_to_lose", "patients_to_lose"
MIGRATION_SECONDS = 120


@dataclass
class Clinic:
    """A second set of services on databases and a store that may be lost."""

    stack: Stack
    images: Path

    def databases(self) -> tuple[dict[str, str], dict[str, str]]:
        postgres, services = self.stack.postgres, self.stack.services
        auth = postgres.database(AUTH, owner="lost_auth_owner", app="lost_auth", password="lost")
        patients = postgres.database(
            PATIENTS, owner="lost_patient_owner", app="lost_patient", password="lost"
        )
        return (
            services.auth_service(auth) | SETTINGS["auth_service"],
            services.patient_service(patients) | {"IMAGE_STORE_URL": self.images.as_uri()},
        )

    async def migrate(self) -> None:
        auth, patient = self.databases()
        for name, settings in (("auth_service", auth), ("patient_service", patient)):
            await self._service(name, "migrate", settings).run_to_end(MIGRATION_SECONDS)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[str]:
        """All services on these databases; the gateway's URL."""
        ports = {name: free_port() for name in ("auth_service", "patient_service", "gateway")}
        addresses = {
            "AUTH_ADDRESS": f"127.0.0.1:{ports['auth_service']}",
            "PATIENT_ADDRESS": f"127.0.0.1:{ports['patient_service']}",
        }
        auth, patient = (settings | addresses for settings in self.databases())
        gateway = self.stack.services.gateway_service() | SETTINGS["gateway"] | addresses
        async with AsyncExitStack() as started:
            for name, settings in (("auth_service", auth), ("patient_service", patient)):
                settings["GRPC_PORT"] = str(ports[name])
                service = self._service(name, "serve", settings, ports[name])
                await started.enter_async_context(_started(service))
            port = ports["gateway"]
            service = self._service("gateway", "", gateway | {"PORT": str(port)}, port)
            await started.enter_async_context(_started(service))
            yield f"http://localhost:{port}"

    def lose_everything(self) -> None:
        shutil.rmtree(self.images)
        with self.stack.postgres.connect() as connection:
            for name in (AUTH, PATIENTS):
                connection.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))

    async def script(self, name: str, *arguments: Path) -> None:
        """Run a script of `postgres/` as an operator does."""
        postgres = self.stack.postgres
        environment = os.environ | {
            "PATH": f"{Path(postgres._binary('pg_dump')).parent}:{os.environ['PATH']}",
            "PGHOST": "127.0.0.1",
            "PGPORT": str(postgres.port),
            "PGUSER": "postgres",
            "PGPASSWORD": postgres._password_file.read_text(),
            "DATABASES": f"{AUTH} {PATIENTS}",
        }
        process = await asyncio.create_subprocess_exec(
            "bash", ROOT / "postgres" / name, *arguments,
            env=environment, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        _, said = await process.communicate()
        assert process.returncode == 0, said.decode()

    def _service(self, name: str, verb: str, settings: dict[str, str], port: int = 0) -> Service:
        answers = http_answers(port, "/api/readyz") if name == "gateway" else grpc_answers(port)
        return Service(
            f"{name}_to_lose",
            [name, verb] if verb else [name],
            environment=settings,
            log=self.stack.folder / "logs" / f"{name}_{verb}_to_lose.log",
            port=port,
            answers=answers,
        )


@pytest.fixture
async def clinic(stack: Stack, tmp_path: Path) -> Clinic:
    clinic = Clinic(stack, tmp_path / "images")
    await clinic.migrate()
    return clinic


async def test_a_restored_backup_gives_the_same_answers(clinic: Clinic, tmp_path: Path) -> None:
    backup, known = tmp_path / "backup", [new_sign_in()]

    def keep(newest: SignIn) -> None:
        known[0] = newest

    mailbox = Mailbox(clinic.stack.mails)
    async with clinic.running() as url, Clinician(url, mailbox) as clinician:
        await clinician.register(known[0], full_name="Noor Haddad", clinic="Lost and Found")
        await clinician.sign_in(known[0], keep=keep)
        patient = await clinician.add_patient(profile())
        uploaded = await clinician.upload(patient, malignant())
        detection = (await clinician.settled(uploaded.json()))["id"]
        before = await _answers(clinician, patient, detection)
        # The services run on meanwhile.
        await clinic.script("backup.sh", backup, clinic.images)
    clinic.lose_everything()
    await clinic.script("restore.sh", backup, clinic.images)
    async with clinic.running() as url, Clinician(url, mailbox) as clinician:
        await clinician.sign_in(known[0], keep=keep)
        assert await _answers(clinician, patient, detection) == before


async def _answers(clinician: Clinician, patient: str, detection: str) -> list[Any]:
    """The patient, the diagnosis, the timeline and the photo itself."""
    paths = f"/patients/{patient}", f"/detections/{detection}", f"/patients/{patient}/timeline"
    read = [await clinician.call("GET", path) for path in paths]
    assert read[1]["status"] == "complete"
    picture = await clinician.http.get(f"/images/{read[1]['image_id']}")
    assert picture.status_code == 200
    return [*read, picture.content]


@asynccontextmanager
async def _started(process: Service) -> AsyncIterator[None]:
    try:
        await process.start()
        yield
    finally:
        await process.stop()
