"""The backup job's note in the database becomes a metric."""

import math

import psycopg
from psycopg import sql

from auth_service import backup_age
from auth_service.tests.conftest import Identity


async def test_a_database_that_was_never_backed_up_has_an_infinite_age(identity: Identity) -> None:
    assert await backup_age.age(identity.service.database) == math.inf


async def test_the_age_is_that_of_the_newest_good_backup(identity: Identity) -> None:
    with psycopg.connect(identity.owner_url.replace("+psycopg", "")) as owner:
        (name,) = owner.execute("SELECT current_database()").fetchone() or ("",)
        comment = sql.SQL("COMMENT ON DATABASE {} IS {}").format(
            sql.Identifier(name), sql.Literal("backup 2026-01-02T03:04:05Z")
        )
        owner.execute(comment)
    age = await backup_age.age(identity.service.database)
    assert 0 < age < math.inf
