"""Which passwords are taken, and how their hashes are kept."""

from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher
from argon2.low_level import Type
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from auth_service.credentials.passwords import MIN_LENGTH, Passwords
from service_kit.errors import DomainError

GOOD = "seven-lemons-in-autumn-rain"


@pytest.fixture(scope="module")
def passwords() -> Iterator[Passwords]:
    made = Passwords(workers=2)
    yield made
    made.close()


async def test_hashes_are_argon2id_with_the_recommended_cost(passwords: Passwords) -> None:
    stored = await passwords.accept(GOOD, personal=[])
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


async def test_a_hash_of_older_parameters_is_renewed_at_sign_in(passwords: Passwords) -> None:
    older = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1, type=Type.ID).hash(GOOD)
    renewed = await passwords.check(GOOD, older)
    assert renewed
    assert renewed != older
    assert await passwords.check(GOOD, renewed) == renewed


async def test_every_common_password_that_is_long_enough_is_refused(passwords: Passwords) -> None:
    common = [word for word in FREQUENCY_LISTS["passwords"] if len(word) >= MIN_LENGTH]
    assert common
    for word in common:
        with pytest.raises(DomainError, match="easy to guess"):
            await passwords.accept(word, personal=[])


@pytest.mark.parametrize(
    "password",
    [
        "only lower case words here",
        "174629 803355 917283",
        "ΟΔΥΣΣΕΑΣ γυρίζει αργά",
        "🔬🦠🧫🩺🧬💉🩹🧪🩻🫀🫁🧠",
        "x9" + "long passphrases keep their end " * 3,
    ],
)
async def test_no_composition_is_asked_for(passwords: Passwords, password: str) -> None:
    assert await passwords.check(password, await passwords.accept(password, personal=[]))


@pytest.mark.parametrize("password", ["dermis dermis 1", "Ada Okafor 1984", "Harbour Clinic1"])
async def test_words_of_the_context_do_not_count(passwords: Passwords, password: str) -> None:
    with pytest.raises(DomainError, match="easy to guess"):
        await passwords.accept(password, personal=["Ada Okafor", "Harbour Clinic"])
