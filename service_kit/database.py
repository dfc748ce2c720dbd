"""Async PostgreSQL sessions (SQLModel on psycopg 3): one transaction per RPC, ended at the edge.

A servicer opens `Database.session()` once and calls the rules inside it. Only the end of that block
commits; no rule and no servicer does. The transaction takes its connection at the first statement
and tells PostgreSQL who is calling, which the row-level security policies read. What users call all
the time is a transaction in one round trip instead: `Database.at_once`.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import structlog
from sqlalchemy import Connection, event, text
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import SessionTransaction
from sqlmodel import Session
from sqlmodel.ext.asyncio.session import AsyncSession

from dermis.options.v1 import access_pb2
from service_kit.errors import DomainError
from service_kit.pipelines import Pipelines, Statement
from service_kit.principal import find_principal

log = structlog.get_logger()

CONNECT_TIMEOUT_SECONDS = 3
# Longer than any RPC's deadline would serve nobody: PostgreSQL gives up by itself.
STATEMENT_TIMEOUT_MILLISECONDS = 10_000
POOL_WAIT_SECONDS = 3
# A session may need another beside it (`released`).
SPARE_SESSIONS = 1
# A server that has vanished is noticed after these, not after the kernel's quarter of an hour; one
# that is merely busy still answers the kernel's probes.
DEAD_PEER_DETECTION = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 2,
    "tcp_user_timeout": 15_000,
}

AfterCommit = Callable[[AsyncSession], Awaitable[None]]

# Set in a session's `info` while its connection is released.
_IS_RELEASED = "is_released"

_TELL_CALLER = (
    "SELECT set_config('dermis.clinic_id', %(clinic_id)s, true) AS clinic_id,"
    " set_config('dermis.user_id', %(user_id)s, true) AS user_id,"
    " set_config('dermis.role', %(role)s, true) AS role"
)
_OWN_NUMBER = text("SELECT pg_current_xact_id_if_assigned()::text")


class Database:
    """A service's own database.

    Args:
        url: `postgresql+psycopg://role:password@host:port/name`.
        pool_size: connections kept open for sessions; about as many again are opened under load for
            transactions in one round trip.
    """

    def __init__(self, url: str, *, pool_size: int = 10) -> None:
        options = {
            "connect_timeout": CONNECT_TIMEOUT_SECONDS,
            **DEAD_PEER_DETECTION,
            "options": f"-c statement_timeout={STATEMENT_TIMEOUT_MILLISECONDS} -c timezone=UTC",
        }
        self._pipelines = Pipelines(
            url.replace("postgresql+psycopg:", "postgresql:", 1),
            size=max(1, pool_size - SPARE_SESSIONS),
            wait_seconds=POOL_WAIT_SECONDS,
            options=options,
        )
        self._engine = create_async_engine(
            url,
            pool_size=pool_size,
            max_overflow=SPARE_SESSIONS,
            pool_timeout=POOL_WAIT_SECONDS,
            pool_pre_ping=True,
            # Errors are logged; what rows hold must not be.
            hide_parameters=True,
            connect_args=options,
        )
        self._sessions = async_sessionmaker(
            self._engine,
            class_=AsyncSession,
            sync_session_class=_CallerAwareSession,
            expire_on_commit=False,
        )
        self._after_commit: list[AfterCommit] = []

    def after_commit(self, work: AfterCommit) -> None:
        """Have `work` done after every commit, before whoever opened the session goes on.

        It is given the session, whose `info` may say what there is to do. What was committed stays
        so: an error of `work` is logged, so whatever matters needs a second way to happen.
        """
        self._after_commit.append(work)

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncSession]:
        """One transaction: committed at the end of the block, rolled back on any error.

        A `DomainError` that says `keep_changes` is committed and raised.
        """
        async with self._sessions() as session:
            try:
                yield session
            except DomainError as error:
                if error.keep_changes:
                    await self._commit(session)
                raise
            await self._commit(session)

    async def at_once(self, *statements: Statement) -> list[list[Any]]:
        """One transaction in one round trip, of statements that need none of each other's answers.

        It carries the caller into PostgreSQL, as `session` does. Where the connection breaks it is
        sent a second time, so only for what may be committed twice.

        Returns:
            Each statement's rows, whose attributes are named by its columns.

        Raises:
            psycopg.Error: what the driver raises.
        """
        _, *rows = await self._pipelines.run([Statement(_TELL_CALLER, _caller()), *statements])
        return rows

    async def _commit(self, session: AsyncSession) -> None:
        await session.commit()
        for work in self._after_commit:
            try:
                await work(session)
            except Exception:
                log.exception("work after a commit failed")

    async def ping(self) -> None:
        """Ask the database for a sign of life; raises what the driver raises."""
        async with self._engine.connect() as connection:
            await connection.execute(text("SELECT 1"))

    async def close(self) -> None:
        """Close every connection."""
        await self._engine.dispose()
        await self._pipelines.close()


@asynccontextmanager
async def released(session: AsyncSession) -> AsyncIterator[None]:
    """Leave the connection to others while inside, for work that takes long or needs its own.

    Only before the first write or lock. What was read so far leaves the session and stays as it was
    read, so a rule can tell later whether it has changed; the statement after the block begins the
    transaction that the end of `Database.session` commits.

    Raises:
        RuntimeError: something was written or locked already, or the block uses the session.
    """
    if session.new or session.dirty or session.deleted or await _has_written(session):
        raise RuntimeError("release the connection before the first write")
    session.expunge_all()
    await session.rollback()
    session.info[_IS_RELEASED] = True
    try:
        yield
    finally:
        del session.info[_IS_RELEASED]


async def _has_written(session: AsyncSession) -> bool:
    """Whether a transaction has changed or locked a row: only then does PostgreSQL number it."""
    if not session.in_transaction():
        return False
    number = await (await session.connection()).execute(_OWN_NUMBER)
    return number.scalar() is not None


class _CallerAwareSession(Session):
    """A session whose transactions carry the caller into PostgreSQL."""


@event.listens_for(_CallerAwareSession, "after_begin")
def _tell_caller(session: Session, _: SessionTransaction, connection: Connection) -> None:
    if session.info.get(_IS_RELEASED):
        raise RuntimeError("the connection is released inside this block")
    connection.exec_driver_sql(_TELL_CALLER, _caller())


def _caller() -> dict[str, Any]:
    principal = find_principal()
    if principal is None:
        return {"clinic_id": "", "user_id": "", "role": ""}
    return {
        "clinic_id": str(principal.clinic_id or ""),
        "user_id": str(principal.user_id),
        "role": access_pb2.Role.Name(principal.role),
    }
