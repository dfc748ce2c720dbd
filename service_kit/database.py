"""Async PostgreSQL sessions (SQLModel on psycopg 3): one transaction per RPC.

The transaction begins at the first statement, so an RPC that needs no database costs none, and
commits when the RPC's method has returned, before its answer leaves. At its beginning it tells
PostgreSQL who is calling; the row-level security policies read that.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Any

from sqlalchemy import Connection, event, text
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import SessionTransaction
from sqlmodel import Session
from sqlmodel.ext.asyncio.session import AsyncSession

from dermis.options.v1 import access_pb2
from service_kit.errors import DomainError
from service_kit.principal import find_principal

CONNECT_TIMEOUT_SECONDS = 3
# Longer than any RPC's deadline would serve nobody: PostgreSQL gives up by itself.
STATEMENT_TIMEOUT_MILLISECONDS = 10_000
POOL_WAIT_SECONDS = 3
# A server that has vanished without a word is noticed after these, not after the kernel's quarter
# of an hour: one that only computes still answers the kernel's probes.
SILENCE = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 2,
    "tcp_user_timeout": 15_000,
}

_current: ContextVar[AsyncSession | None] = ContextVar("database_session", default=None)

_TELL_CALLER = text(
    "SELECT set_config('dermis.clinic_id', :clinic_id, true),"
    " set_config('dermis.user_id', :user_id, true),"
    " set_config('dermis.role', :role, true)"
)


class Database:
    """A service's own database.

    Args:
        url: `postgresql+psycopg://role:password@host:port/name`.
        pool_size: connections kept open; as many again are opened under load.
    """

    def __init__(self, url: str, *, pool_size: int = 10) -> None:
        self._engine = create_async_engine(
            url,
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_timeout=POOL_WAIT_SECONDS,
            pool_pre_ping=True,
            # Errors are logged; what rows hold must not be.
            hide_parameters=True,
            connect_args={
                "connect_timeout": CONNECT_TIMEOUT_SECONDS,
                **SILENCE,
                "options": f"-c statement_timeout={STATEMENT_TIMEOUT_MILLISECONDS} -c timezone=UTC",
            },
        )
        self._sessions = async_sessionmaker(
            self._engine,
            class_=AsyncSession,
            sync_session_class=_CallerAwareSession,
            expire_on_commit=False,
        )

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncSession]:
        """One transaction: committed at the end, rolled back on any error.

        A `DomainError` that says `keep_changes` is committed and raised.

        Inside it, `current_session()` answers this session.
        """
        async with self._sessions() as session:
            before = _current.set(session)
            try:
                yield session
                await session.commit()
            except DomainError as error:
                await (session.commit() if error.keep_changes else session.rollback())
                raise
            except BaseException:
                await session.rollback()
                raise
            finally:
                _current.reset(before)

    async def ping(self) -> None:
        """Ask the database for a sign of life; raises what the driver raises."""
        async with self._engine.connect() as connection:
            await connection.execute(text("SELECT 1"))

    async def close(self) -> None:
        """Close every connection."""
        await self._engine.dispose()


def current_session() -> AsyncSession:
    """The session of the RPC being served."""
    session = _current.get()
    if session is None:
        raise RuntimeError("no database session is open here: call this inside an RPC")
    return session


class _CallerAwareSession(Session):
    """A session whose transactions carry the caller into PostgreSQL."""


@event.listens_for(_CallerAwareSession, "after_begin")
def _tell_caller(_: Session, __: SessionTransaction, connection: Connection) -> None:
    connection.execute(_TELL_CALLER, _caller())


def _caller() -> dict[str, Any]:
    principal = find_principal()
    if principal is None:
        return {"clinic_id": "", "user_id": "", "role": ""}
    return {
        "clinic_id": str(principal.clinic_id or ""),
        "user_id": str(principal.user_id),
        "role": access_pb2.Role.Name(principal.role),
    }
