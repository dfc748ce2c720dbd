"""Tokens that mean nothing: random, unguessable, kept only as their hash."""

import random
from base64 import urlsafe_b64decode

from sqlalchemy import text

from auth_service.session.opaque_tokens import new_token, successor
from auth_service.tests.conftest import Identity


def bits(token: str) -> int:
    return len(urlsafe_b64decode(token + "=" * (-len(token) % 4))) * 8


def test_each_of_256_bits_of_a_token_is_random() -> None:
    ones = zeros = 0
    for _ in range(300):
        number = int.from_bytes(urlsafe_b64decode(new_token() + "="))
        ones |= number
        zeros |= ~number & (2**256 - 1)
    assert ones == zeros == 2**256 - 1


def test_no_seed_foretells_a_token() -> None:
    random.seed(17)
    first = new_token()
    random.seed(17)
    assert new_token() != first


def test_nobody_without_the_key_computes_the_token_that_follows() -> None:
    token = new_token()
    following = successor(token, b"k" * 32)
    assert bits(following) == 256
    assert following not in (token, successor(token, b"another key that is not ours.32b"))


async def test_a_sessions_tokens_have_256_bits_and_are_kept_as_hashes(identity: Identity) -> None:
    person = await identity.enrolled()
    first = person.refresh_token
    answer = await person.client.call("Refresh", refresh_token=first)
    second = answer.tokens.refresh_token
    assert bits(first) == bits(second) == 256
    async with identity.service.database.session() as session:
        connection = await session.connection()
        rows = await connection.execute(text("SELECT t::text FROM refresh_tokens t"))
        kept = "".join(row for (row,) in rows)
    assert kept
    for token in (first, second):
        raw = urlsafe_b64decode(token + "=")
        for secret in (token, token.encode().hex(), raw.hex()):
            assert secret not in kept
