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
        shutil.rmtree(self.images, ignore_errors=True)
        with self.stack.postgres.connect() as connection:
            for name in (AUTH, PATIENTS):
                connection.execute(
                    sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
                )

    async def script(self, name: str, *arguments: Path, **settings: str) -> tuple[int, str]:
        """Run a script of `postgres/` as an operator does; its exit status and what it said."""
        postgres = self.stack.postgres
        environment = os.environ | {
            "PATH": f"{Path(postgres._binary('pg_dump')).parent}:{os.environ['PATH']}",
            "PGHOST": "127.0.0.1",
            "PGPORT": str(postgres.port),
            "PGUSER": "postgres",
            "PGPASSWORD": postgres._password_file.read_text(),
            "DATABASES": f"{AUTH} {PATIENTS}",
            **settings,
        }
        process = await asyncio.create_subprocess_exec(
            "bash", ROOT / "postgres" / name, *arguments,
            env=environment, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        _, said = await process.communicate()
        assert process.returncode is not None
        return process.returncode, said.decode()

    async def done(self, name: str, *arguments: Path, **settings: str) -> None:
        """Run a script that succeeds."""
        status, said = await self.script(name, *arguments, **settings)
        assert status == 0, said

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
async def clinic(stack: Stack, tmp_path: Path) -> AsyncIterator[Clinic]:
    clinic = Clinic(stack, tmp_path / "images")
    await clinic.migrate()
    yield clinic
    clinic.lose_everything()


@dataclass
class Record:
    """What a clinician has in the clinic, and must find again."""

    known: SignIn
    patient: str
    detection: str
    answers: list[Any]


async def recorded(clinic: Clinic, url: str) -> Record:
    known = [new_sign_in()]
    async with Clinician(url, Mailbox(clinic.stack.mails)) as clinician:
        await clinician.register(known[0], full_name="Noor Haddad", clinic="Lost and Found")
        known.append(await clinician.sign_in(known[0], keep=known.append))
        patient = await clinician.add_patient(profile())
        uploaded = await clinician.upload(patient, malignant())
        detection = (await clinician.settled(uploaded.json()))["id"]
        return Record(known[-1], patient, detection, await _answers(clinician, patient, detection))


async def finds(clinic: Clinic, record: Record) -> None:
    async with (
        clinic.running() as url,
        Clinician(url, Mailbox(clinic.stack.mails)) as clinician,
    ):
        # A code counts once, so the next sign-in needs to know which was used.
        record.known = await clinician.sign_in(record.known, keep=lambda _: None)
        answers = await _answers(clinician, record.patient, record.detection)
        assert answers == record.answers


async def test_a_restored_backup_gives_the_same_answers(clinic: Clinic, tmp_path: Path) -> None:
    backup = tmp_path / "backup"
    async with clinic.running() as url:
        record = await recorded(clinic, url)
        # The services run on meanwhile.
        await clinic.done("backup.sh", backup, clinic.images)
    await clinic.done("check_backup.sh", backup)
    clinic.lose_everything()
    await clinic.done("restore.sh", backup, clinic.images)
    await finds(clinic, record)


async def test_an_encrypted_backup_is_restored_over_what_is_there(
    clinic: Clinic, tmp_path: Path
) -> None:
    """With a session left open, which must not stop it half-way."""
    passphrase = tmp_path / "passphrase"
    passphrase.write_text("correct horse battery staple")
    sealed = {"BACKUP_PASSPHRASE_FILE": str(passphrase)}
    async with clinic.running() as url:
        record = await recorded(clinic, url)
        await clinic.done(
            "scheduled_backup.sh", tmp_path / "backups", clinic.images, **sealed, ONCE="1"
        )
        (backup,) = (tmp_path / "backups").iterdir()
        await recorded(clinic, url)  # what comes after the backup is gone again
    assert not any(
        marker in file.read_bytes() for file in backup.iterdir() for marker in (b"PGDMP", b"ustar")
    )
    assert (await clinic.script("check_backup.sh", backup))[0] == 1
    with clinic.stack.postgres.connect(AUTH) as _:
        await clinic.done("restore.sh", backup, clinic.images, **sealed)
    await finds(clinic, record)


async def test_a_damaged_backup_changes_nothing(clinic: Clinic, tmp_path: Path) -> None:
    backup = tmp_path / "backup"
    async with clinic.running() as url:
        record = await recorded(clinic, url)
        await clinic.done("backup.sh", backup, clinic.images)
    dump = backup / f"{PATIENTS}.dump"
    dump.write_bytes(dump.read_bytes()[:-1000])
    for digests in ("as they were", "made anew"):
        if digests == "made anew":  # damaged before they were taken
            command = f"cd {backup} && sha256sum -- *.dump *.tar > SHA256SUMS"
            await (await asyncio.create_subprocess_shell(command)).wait()
        assert (await clinic.script("check_backup.sh", backup))[0] != 0
        assert (await clinic.script("restore.sh", backup, clinic.images))[0] != 0
        await finds(clinic, record)


async def test_a_backup_without_a_photo_that_its_rows_name_is_no_good(
    clinic: Clinic, tmp_path: Path
) -> None:
    async with clinic.running() as url:
        await recorded(clinic, url)
        shutil.rmtree(clinic.images / "images")
        await clinic.done("backup.sh", tmp_path / "backup", clinic.images)
    status, said = await clinic.script("check_backup.sh", tmp_path / "backup")
    assert status == 1
    assert "1 photos that the rows name are not in the copy" in said


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
