"""Transactions in one round trip, for the calls that users make all the time.

A session of SQLAlchemy (`service_kit.database`) takes a round trip for each of: the test of the
connection, BEGIN, the caller, every statement, COMMIT. Where no statement needs what another has
answered, all of them can travel together in libpq's pipeline mode, without the ORM in between: a
patient's view takes 0.6 ms of CPU instead of 2.8
(docs/decisions/0024-hot-paths-are-one-sql-statement.md).
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Self

import psycopg
from psycopg.rows import namedtuple_row
from psycopg_pool import AsyncConnectionPool
from sqlalchemy import ClauseElement, inspect
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlmodel import SQLModel

# psycopg prepares what it has seen this often; every statement here comes again and again.
_PREPARE_AFTER = 1


class Statement(NamedTuple):
    """One statement of a transaction.

    Attributes:
        sql: put together from constants only, with parameters as `%(name)s`.
        parameters: bound by PostgreSQL, never written into `sql`.
    """

    sql: str
    parameters: Mapping[str, Any] = {}

    @classmethod
    def of(cls, query: ClauseElement) -> Self:
        """A query of SQLModel, to be kept by the module that asks it: this takes a millisecond.

        Its parameters are the query's `bindparam`s, which `given` fills in.
        """
        made = query.compile(dialect=PGDialect_psycopg())  # type: ignore[no-untyped-call]  # SQLAlchemy leaves its dialects untyped
        return cls(str(made), made.params)

    def given(self, **parameters: Any) -> Self:
        """The same with the values of a call."""
        return self._replace(parameters={**self.parameters, **parameters})


def column_names(table: type[SQLModel]) -> str:
    """A table's columns as a statement lists them.

    Never `*`: what PostgreSQL has prepared would fail once a migration has added a column.
    """
    return ", ".join(inspect(table).columns.keys())


class Pipelines:
    """Connections that are kept for such transactions.

    Args:
        conninfo: where PostgreSQL is, and as whom.
        size: connections at most; each is opened when it is first needed.
        wait_seconds: for a free connection.
        options: libpq's, of every connection.
    """

    def __init__(
        self, conninfo: str, *, size: int, wait_seconds: float, options: Mapping[str, Any]
    ) -> None:
        self._pool = AsyncConnectionPool(
            conninfo,
            min_size=0,
            max_size=size,
            timeout=wait_seconds,
            # BEGIN and COMMIT are statements of ours, on their way with the others.
            kwargs={"autocommit": True, "prepare_threshold": _PREPARE_AFTER, **options},
            open=False,
        )
        self._opening = asyncio.Lock()

    async def run(self, statements: Sequence[Statement]) -> list[list[Any]]:
        """Run one transaction: everything or nothing.

        A connection may have died unnoticed while nobody used it; then the transaction is sent once
        more, so it must be one that may be committed twice.

        Returns:
            Each statement's rows, whose attributes are named by its columns.

        Raises:
            psycopg.OperationalError: PostgreSQL is away, or too slow.
        """
        if self._pool.closed:
            async with self._opening:
                await self._pool.open()
        try:
            return await self._run(statements)
        except _ConnectionLost:
            # Its neighbours may be as dead as it was.
            await self._pool.check()
        try:
            return await self._run(statements)
        except _ConnectionLost as lost:
            raise lost.error from None

    async def _run(self, statements: Sequence[Statement]) -> list[list[Any]]:
        async with self._pool.connection() as connection:
            try:
                async with connection.pipeline():
                    cursors = [await _send(connection, one) for one in _whole(statements)]
                return [await _rows(cursor) for cursor in cursors[1:-1]]
            except psycopg.OperationalError as error:
                if connection.broken:
                    raise _ConnectionLost(error) from error
                raise

    async def close(self) -> None:
        """Close every connection."""
        await self._pool.close()


class _ConnectionLost(Exception):
    """The connection has broken under a transaction."""

    def __init__(self, error: psycopg.OperationalError) -> None:
        super().__init__(str(error))
        self.error = error


def _whole(statements: Sequence[Statement]) -> list[Statement]:
    return [Statement("BEGIN"), *statements, Statement("COMMIT")]


async def _send(
    connection: psycopg.AsyncConnection[Any], statement: Statement
) -> psycopg.AsyncCursor[Any]:
    cursor = connection.cursor(row_factory=namedtuple_row)
    return await cursor.execute(statement.sql.encode(), statement.parameters or None)


async def _rows(cursor: psycopg.AsyncCursor[Any]) -> list[Any]:
    # Whether there are columns; `description` would describe each.
    result = cursor.pgresult
    return await cursor.fetchall() if result and result.nfields else []
