"""One transaction, committed at its end: what is kept, and when a connection is held."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel, col, delete, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from dermis.options.v1 import access_pb2
from service_kit import clock
from service_kit.database import Database, released
from service_kit.errors import DomainError
from service_kit.pipelines import Statement
from service_kit.principal import Principal, set_current_principal
from service_kit.reasons import Reason


class Table(SQLModel, registry=registry()):
    """The base of these tests' tables."""


class Note(Table, table=True):
    """A table of these tests."""

    id: int = Field(primary_key=True)
    text: str


@pytest.fixture
async def database(postgres: Any) -> AsyncIterator[Database]:
    owner_url, _ = postgres.create_database("kit", "kit_owner", "kit")
    made = Database(owner_url, pool_size=1)
    async with made.session() as session:
        await (await session.connection()).run_sync(Note.metadata.create_all)
    yield made
    await made.close()


async def texts(database: Database) -> list[str]:
    async with database.session() as session:
        return list((await session.exec(select(Note.text).order_by(col(Note.id)))).all())


def held(database: Database) -> int:
    """How many connections are taken out of the pool."""
    return int(database._engine.pool.checkedout())  # type: ignore[attr-defined]  # of the pool that SQLAlchemy makes by default


async def test_what_was_written_is_kept_at_the_end(database: Database) -> None:
    async with database.session() as session:
        session.add(Note(id=1, text="kept"))
        await session.flush()
        assert await texts(database) == []
    assert await texts(database) == ["kept"]
    assert held(database) == 0


@pytest.mark.parametrize(
    ("error", "kept"),
    [
        (RuntimeError(), []),
        (DomainError(Reason.NOT_FOUND), []),
        (DomainError(Reason.NOT_FOUND, keep_changes=True), ["tried"]),
    ],
)
async def test_an_error_undoes_everything_unless_the_refusal_is_to_be_kept(
    database: Database, error: Exception, kept: list[str]
) -> None:
    async def tried() -> None:
        async with database.session() as session:
            session.add(Note(id=1, text="tried"))
            raise error

    with pytest.raises(type(error)):
        await tried()
    assert await texts(database) == kept
    assert held(database) == 0


async def test_a_session_that_asks_nothing_takes_no_connection(database: Database) -> None:
    async with database.session():
        assert held(database) == 0


async def test_a_released_session_holds_no_connection_and_goes_on_afterwards(
    database: Database,
) -> None:
    async with database.session() as session:
        session.add(Note(id=1, text="before"))
    async with database.session() as session:
        found = (await session.exec(select(Note))).one()
        assert held(database) == 1
        async with released(session):
            assert held(database) == 0
            async with database.session() as other:
                await other.exec(update(Note).values(text="meanwhile"))
        # What was read stays as it was read, so that a rule can tell that it has changed.
        assert found.text == "before"
        assert (await session.exec(select(Note))).one().text == "meanwhile"
        session.add(Note(id=2, text="after"))
    assert await texts(database) == ["meanwhile", "after"]


async def _add(session: AsyncSession) -> None:
    session.add(Note(id=1, text="written"))


async def _flush(session: AsyncSession) -> None:
    session.add(Note(id=1, text="written"))
    await session.flush()


async def _update(session: AsyncSession) -> None:
    await session.exec(update(Note).values(text="written"))


async def _delete(session: AsyncSession) -> None:
    await session.exec(delete(Note))


async def _execute_text(session: AsyncSession) -> None:
    await (await session.connection()).execute(text("INSERT INTO note VALUES (1, 'written')"))


async def _lock(session: AsyncSession) -> None:
    await session.exec(select(Note).with_for_update())


@pytest.mark.parametrize("write", [_add, _flush, _update, _delete, _execute_text, _lock])
async def test_a_session_that_has_written_is_not_released(database: Database, write: Any) -> None:
    async with database.session() as session:
        session.add(Note(id=0, text="before"))

    async def write_and_release() -> None:
        async with database.session() as session:
            await write(session)
            async with released(session):
                pass

    with pytest.raises(RuntimeError, match="before the first write"):
        await write_and_release()
    assert await texts(database) == ["before"]


async def test_a_released_session_is_not_used(database: Database) -> None:
    with pytest.raises(RuntimeError, match="released inside this block"):
        async with database.session() as session, released(session):
            await session.exec(select(Note))
    assert held(database) == 0


async def test_work_after_the_commit_sees_what_was_committed(database: Database) -> None:
    seen: list[tuple[str, list[str]]] = []

    async def work(session: AsyncSession) -> None:
        if told := session.info.pop("told", None):
            seen.append((told, await texts(database)))

    database.after_commit(work)
    async with database.session() as session:
        session.info["told"] = "first"
        session.add(Note(id=1, text="committed"))
        await session.flush()
        assert seen == []
    assert seen == [("first", ["committed"])]


async def test_no_work_is_done_after_a_transaction_that_was_undone(database: Database) -> None:
    done: list[AsyncSession] = []

    async def work(session: AsyncSession) -> None:
        done.append(session)

    async def refused() -> None:
        async with database.session():
            raise DomainError(Reason.NOT_FOUND)

    database.after_commit(work)
    with pytest.raises(DomainError):
        await refused()
    assert done == []


async def test_what_was_committed_stays_so_when_the_work_after_it_fails(
    database: Database,
) -> None:
    async def fail(_: AsyncSession) -> None:
        raise ConnectionError

    database.after_commit(fail)
    async with database.session() as session:
        session.add(Note(id=1, text="committed"))
    assert await texts(database) == ["committed"]


CALLER = Statement("SELECT current_setting('dermis.clinic_id') AS clinic_id")


async def test_statements_at_once_are_one_transaction_with_the_caller(database: Database) -> None:
    clinic = uuid4()
    set_current_principal(
        Principal(uuid4(), uuid4(), access_pb2.ROLE_CLINICIAN, clinic, "", "access", clock.now())
    )
    (told,), written, (read,) = await database.at_once(
        CALLER,
        Statement("INSERT INTO note (id, text) VALUES (%(id)s, 'kept')", {"id": 1}),
        Statement("SELECT id, text FROM note"),
    )
    assert (told.clinic_id, written, (read.id, read.text)) == (str(clinic), [], (1, "kept"))
    set_current_principal(None)
    # The next transaction on the same connection has another caller, or none.
    ((told,),) = await database.at_once(CALLER)
    assert told.clinic_id == ""


async def test_an_error_undoes_everything_that_went_at_once(database: Database) -> None:
    note = Statement("INSERT INTO note (id, text) VALUES (1, 'once')")
    with pytest.raises(psycopg.errors.UniqueViolation):
        await database.at_once(note, note)
    assert await texts(database) == []
    await database.at_once(note)
    assert await texts(database) == ["once"]


async def test_what_only_the_end_of_a_transaction_finds_wrong_undoes_it_too(
    database: Database,
) -> None:
    rule = "CREATE TABLE rule (id int UNIQUE DEFERRABLE INITIALLY DEFERRED)"
    await database.at_once(Statement(rule))
    twice = Statement("INSERT INTO rule VALUES (1), (1)")
    count = Statement("SELECT count(*) AS number FROM rule")
    for _ in range(3):
        with pytest.raises(psycopg.errors.UniqueViolation):
            await database.at_once(twice, count)
    ((row,),) = await database.at_once(count)
    assert row.number == 0


async def test_a_connection_that_has_died_is_replaced(database: Database) -> None:
    backend = Statement("SELECT pg_backend_pid() AS pid")
    ((first,),) = await database.at_once(backend)
    async with database.session() as session:
        killed = text("SELECT pg_terminate_backend(:pid, 5000)")
        await (await session.connection()).execute(killed, {"pid": first.pid})
    ((second,),) = await database.at_once(backend)
    assert second.pid != first.pid


async def test_callers_in_excess_of_the_connections_wait(database: Database) -> None:
    asked = [database.at_once(Statement("SELECT pg_sleep(0.01), 1 AS one")) for _ in range(10)]
    assert [rows[0][0].one for rows in await asyncio.gather(*asked)] == [1] * 10
