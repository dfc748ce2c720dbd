"""Going back to a minute before a mistake: postgres/archive_segment.sh and recover.sh, for real."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from local_stack.components.postgres import Postgres
from local_stack.stack import ROOT

SCRIPTS = ROOT / "postgres"
PASSPHRASE = "correct horse battery staple"


@dataclass
class Server:
    """A PostgreSQL that archives its log, and an operator beside it."""

    postgres: Postgres
    folder: Path
    sealed: dict[str, str]

    @property
    def archive(self) -> Path:
        return self.folder / "wal"

    def write(self, name: str) -> datetime:
        """A patient; the server's time after it."""
        with self.postgres.connect() as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS patients (name text)")
            connection.execute("INSERT INTO patients VALUES (%s)", [name])
            row = connection.execute("SELECT clock_timestamp()").fetchone()
        assert row
        assert isinstance(row[0], datetime)
        return row[0]

    def patients(self) -> set[object]:
        with self.postgres.connect() as connection:
            return {row[0] for row in connection.execute("SELECT name FROM patients")}

    async def archived(self) -> None:
        """Until the segment that is being written is in the archive."""
        with self.postgres.connect() as connection:
            row = connection.execute("SELECT pg_walfile_name(pg_switch_wal())").fetchone()
        assert row
        kept = {f"{row[0]}.gz", f"{row[0]}.gz.gpg"}
        while not kept & {path.name for path in self.archive.iterdir()}:
            await asyncio.sleep(0.05)

    async def script(self, name: str, *arguments: object) -> tuple[int, str]:
        """Run a script of `postgres/` as an operator does; its exit status and what it said."""
        postgres = self.postgres
        environment = os.environ | self.sealed | {
            "PATH": f"{Path(postgres._binary('pg_basebackup')).parent}:{os.environ['PATH']}",
            "PGHOST": "127.0.0.1",
            "PGPORT": str(postgres.port),
            "PGUSER": "postgres",
            "PGPASSWORD": postgres._password_file.read_text(),
            "DATABASES": "postgres",
            "POINT_IN_TIME": "on",
            "RESTORE_COMMAND": command("fetch_segment.sh", "%f %p", self.settings),
        }  # fmt: skip
        process = await asyncio.create_subprocess_exec(
            "bash", SCRIPTS / name, *map(str, arguments),
            env=environment, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        _, said = await process.communicate()
        assert process.returncode is not None
        return process.returncode, said.decode()

    async def backed_up(self) -> Path:
        backup = self.folder / "backup"
        status, said = await self.script("backup.sh", backup)
        assert status == 0, said
        return backup

    async def back_to(self, moment: object, backup: Path) -> None:
        """As docs/operations.md says."""
        await self.postgres.stop()
        status, said = await self.script("recover.sh", backup, moment, self.postgres._data)
        assert status == 0, said
        await self.postgres.start()

    @property
    def settings(self) -> dict[str, str]:
        return self.sealed | {"WAL_ARCHIVE": str(self.archive)}


def command(script: str, arguments: str, settings: dict[str, str]) -> str:
    given = " ".join(f"{name}={value}" for name, value in settings.items())
    return f"{given} bash {SCRIPTS / script} {arguments}"


@pytest.fixture(params=["plain", "encrypted"])
async def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Server]:
    folder = tmp_path_factory.mktemp("point_in_time")
    postgres = Postgres(folder / "postgres")
    # Where the server's own user may write.
    postgres._folder.mkdir()
    home = postgres._home
    passphrase = home / "passphrase"
    gnupg = home / "gnupg"
    sealed = {"BACKUP_PASSPHRASE_FILE": str(passphrase), "GNUPGHOME": str(gnupg)}
    if request.param == "plain":
        sealed = {}
    made = Server(postgres, home, sealed)
    archive = command("archive_segment.sh", "%p %f", made.settings)
    postgres._settings |= {"archive_mode": "on", "archive_command": archive}
    for made_folder in (made.archive, gnupg):
        made_folder.mkdir(mode=0o700)
    passphrase.write_text(PASSPHRASE)
    for path in (made.archive, passphrase, gnupg):
        os.chown(path, home.stat().st_uid, home.stat().st_gid)
    await postgres.start()
    yield made
    await postgres.stop()
    shutil.rmtree(home, ignore_errors=True)


async def test_what_came_before_the_moment_is_there_and_what_came_after_is_not(
    server: Server,
) -> None:
    server.write("before the backup")
    backup = await server.backed_up()
    moment = server.write("after the backup")
    server.write("a mistake")
    await server.archived()
    await server.back_to(moment, backup)
    assert server.patients() == {"before the backup", "after the backup"}
    # It goes on from there, and may go back again: to a moment after the first way back.
    later = server.write("after the way back")
    server.write("another mistake")
    await server.archived()
    shutil.rmtree(f"{server.postgres._data}.before")
    await server.back_to(later, backup)
    assert server.patients() == {"before the backup", "after the backup", "after the way back"}


async def test_the_latest_moment_needs_no_archived_segment_where_the_disk_has_survived(
    server: Server,
) -> None:
    backup = await server.backed_up()
    server.write("just now")
    await server.back_to("latest", backup)
    assert server.patients() == {"just now"}


async def test_a_damaged_backup_changes_nothing(server: Server) -> None:
    server.write("before the backup")
    backup = await server.backed_up()
    (base,) = backup.glob("base.tar.gz*")
    base.write_bytes(base.read_bytes()[:-1000])
    await server.postgres.stop()
    status, _ = await server.script("recover.sh", backup, "latest", server.postgres._data)
    assert status != 0
    await server.postgres.start()
    assert server.patients() == {"before the backup"}


async def test_no_segment_takes_the_place_of_another(server: Server, tmp_path: Path) -> None:
    server.write("something")
    await server.archived()
    kept = min(server.archive.iterdir(), key=lambda path: path.name)
    other = tmp_path / "other"
    other.write_bytes(b"not what was archived")
    name = kept.name.partition(".")[0]
    before = kept.read_bytes()
    process = await asyncio.create_subprocess_exec(
        "bash", SCRIPTS / "archive_segment.sh", other, name, env=os.environ | server.settings
    )
    assert await process.wait() != 0
    assert kept.read_bytes() == before
