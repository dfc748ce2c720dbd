"""Alembic behind `python -m <service> migrate`, the only way a schema changes."""

import re
from dataclasses import dataclass
from importlib.resources import files

from alembic import command, context
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, create_engine, pool
from sqlalchemy.engine import make_url

# Two jobs, or two attempts of one job, must not migrate at once; any constant will do.
_MIGRATION_LOCK = 7_305_511


@dataclass(frozen=True, slots=True)
class Schema:
    """The schema of a database after `migrate`.

    Attributes:
        revision: what is applied.
        newest: the newest revision that this release knows; lower where a later release has
            migrated the database and this one was rolled back to.
    """

    revision: str
    newest: str

    def __str__(self) -> str:
        """What an operator reads."""
        if self.revision > self.newest:
            return (
                f"The schema is at revision {self.revision}, newer than this release's "
                f"{self.newest}. It stays: a release runs on the schema of the next one."
            )
        return f"The schema is at revision {self.revision}."


def migrate(package: str, url: str, *, app_role: str = "", revision: str = "head") -> Schema:
    """Bring a service's database to a revision; a schema of a later release stays as it is.

    Revisions are numbers of four digits, so a later one is greater. Migrations expand first and
    contract a release later (docs/operations.md), so that the release before runs on their schema.

    Args:
        package: the service's Python package; its `migrations/` holds `env.py` and `versions/`.
        url: connects as the role that owns the tables.
        app_role: the role the service runs under; migrations grant it what it needs.
        revision: an Alembic revision; "head" is the newest.

    Raises:
        CommandError: the database is at a revision that no release of ours can have made.
    """
    config = Config()
    config.set_main_option("script_location", str(files(package) / "migrations"))
    config.attributes["url"] = url
    config.attributes["app_role"] = app_role
    newest = ScriptDirectory.from_config(config).get_current_head() or ""
    if not _is_later(applied := _applied(url), newest):
        command.upgrade(config, revision)
        applied = _applied(url)
    return Schema(applied, newest)


def _applied(url: str) -> str:
    """The revision that a database is at; "" for an empty one."""
    engine = create_engine(url, poolclass=pool.NullPool, connect_args={"connect_timeout": 10})
    with engine.connect() as connection:
        revision = MigrationContext.configure(connection).get_current_revision()
    engine.dispose()
    return revision or ""


def _is_later(revision: str, newest: str) -> bool:
    return bool(re.fullmatch(r"\d{4}", revision)) and revision > newest


def run(metadata: MetaData) -> None:
    """What a service's `migrations/env.py` calls: run the pending migrations, one at a time."""
    url = make_url(context.config.attributes["url"])
    engine = create_engine(url, poolclass=pool.NullPool, connect_args={"connect_timeout": 10})
    with engine.connect() as connection:
        context.configure(connection=connection, target_metadata=metadata, compare_type=True)
        with context.begin_transaction():
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})")
            context.run_migrations()
    engine.dispose()


def app_role() -> str:
    """The role that the service runs under, for a migration's GRANTs."""
    role = context.config.attributes["app_role"]
    if not role:
        raise RuntimeError("a migration needs the service's role: migrate(..., app_role=…)")
    return str(role)
