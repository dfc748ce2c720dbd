"""Alembic behind `python -m <service> migrate`, the only way a schema changes."""

from importlib.resources import files

from alembic import command, context
from alembic.config import Config
from sqlalchemy import MetaData, create_engine, pool
from sqlalchemy.engine import make_url

# Two jobs, or two attempts of one job, must not migrate at once; any constant will do.
_MIGRATION_LOCK = 7_305_511


def migrate(package: str, url: str, *, app_role: str = "", revision: str = "head") -> None:
    """Bring a service's database to a revision.

    Args:
        package: the service's Python package; its `migrations/` holds `env.py` and `versions/`.
        url: connects as the role that owns the tables.
        app_role: the role the service runs under; migrations grant it what it needs.
        revision: an Alembic revision; "head" is the newest.
    """
    config = Config()
    config.set_main_option("script_location", str(files(package) / "migrations"))
    config.attributes["url"] = url
    config.attributes["app_role"] = app_role
    command.upgrade(config, revision)


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
