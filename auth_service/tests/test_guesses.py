"""Guesses stay few for every account, and cost nobody but whoever makes them."""

import asyncio
from collections import Counter

import pytest

from auth_service.credentials import guesses
from auth_service.credentials.attempts import Limit
from auth_service.credentials.guesses import By, Guess
from auth_service.tests.conftest import PASSWORD, Client, Identity, Person
from auth_service.tests.refusals import refusal
from service_kit.errors import DomainError

NEW_PASSWORD = "eleven-pears-under-snow"


async def guess_passwords(client: Client, email: str, number: int) -> Counter[str]:
    """The answers to wrong passwords."""
    answers = [
        await refusal(client.call("Login", email=email, password=f"wrong {n}"))
        for n in range(number)
    ]
    return Counter(answers)


async def guess_codes(client: Client, challenge: str, number: int, **fields: str) -> Counter[str]:
    """The answers to wrong codes."""
    wrong = fields or {"code": "000000"}
    answers = [
        await refusal(client.call("VerifyTwoFactor", challenge_token=challenge, **wrong))
        for _ in range(number)
    ]
    return Counter(answers)


async def use_code(identity: Identity, person: Person) -> None:
    """Sign in with password and code."""
    challenge = await identity.challenge(person)
    answer = await person.client.call(
        "VerifyTwoFactor", challenge_token=challenge, code=identity.code(person)
    )
    person.signed_in(answer.tokens)


def allow(monkeypatch: pytest.MonkeyPatch, guess: Guess, by: By, tries: int) -> None:
    """Change how many there may be, not within which time."""
    longest = max(limit.window for limit in guesses.LIMITS[guess, by])
    monkeypatch.setitem(guesses.LIMITS, (guess, by), (Limit(tries, longest),))


@pytest.mark.parametrize("fields", [{"code": "000000"}, {"recovery_code": "AAAA-AAAA"}], ids=str)
async def test_wrong_codes_of_one_account_cost_another_at_the_same_address_nothing(
    identity: Identity, fields: dict[str, str]
) -> None:
    person, other = await identity.enrolled(), await identity.enrolled()
    newcomer_address = identity.client().address
    person.client.address = other.client.address = newcomer_address
    challenge = await identity.challenge(person)
    answers = await guess_codes(person.client, challenge, 6, **fields)
    assert answers == {"CODE_INVALID": 5, "TOO_MANY_ATTEMPTS": 1}
    await use_code(identity, other)


async def test_wrong_passwords_of_unknown_accounts_cost_a_newcomer_at_the_same_address_nothing(
    identity: Identity,
) -> None:
    newcomer = await identity.registered()
    newcomer.client = identity.client()
    for number in range(4):
        await guess_passwords(newcomer.client, f"nobody{number}@clinic.example", 11)
    answer = await newcomer.client.call("Login", email=newcomer.email, password=PASSWORD)
    assert answer.WhichOneof("outcome") == "two_factor_setup_required"


async def test_whoever_is_known_at_an_address_passes_what_strangers_have_used_up_there(
    identity: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    allow(monkeypatch, Guess.PASSWORD, By.ADDRESS, 12)
    allow(monkeypatch, Guess.CODE, By.ADDRESS, 0)
    person, stranger = await identity.enrolled(), await identity.enrolled()
    stranger.client.address = person.client.address
    for number in range(3):
        await guess_passwords(stranger.client, f"nobody{number}@clinic.example", 5)
    call = stranger.client.call("Login", email=stranger.email, password=PASSWORD)
    assert await refusal(call) == "TOO_MANY_ATTEMPTS"
    await use_code(identity, person)


async def test_guesses_from_many_addresses_end_at_the_accounts_own_limit(
    identity: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    allow(monkeypatch, Guess.PASSWORD, By.ACCOUNT, 25)
    person = await identity.enrolled()
    answers: Counter[str] = Counter()
    for _ in range(4):
        answers += await guess_passwords(identity.client(), person.email, 8)
    assert answers == {"CREDENTIALS_INVALID": 25, "TOO_MANY_ATTEMPTS": 7}
    assert await identity.challenge(person), "the owner, at a known address"


async def test_one_address_never_uses_up_what_an_account_has_for_all_strangers(
    identity: Identity,
) -> None:
    for guess in Guess:
        at_one = max(limit.tries for limit in guesses.LIMITS[guess, By.STRANGER])
        for_all = min(limit.tries for limit in guesses.LIMITS[guess, By.ACCOUNT])
        at_address = min(limit.tries for limit in guesses.LIMITS[guess, By.ADDRESS])
        assert for_all >= 2 * at_one
        assert at_address >= 2 * at_one


async def test_an_owner_elsewhere_gets_in_by_a_mailed_link_while_strangers_guess(
    identity: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    allow(monkeypatch, Guess.PASSWORD, By.ACCOUNT, 3)
    person = await identity.enrolled()
    person.client = identity.client()
    await guess_passwords(identity.client(), person.email, 4)
    call = person.client.call("Login", email=person.email, password=PASSWORD)
    assert await refusal(call) == "TOO_MANY_ATTEMPTS"
    await person.client.call("ForgotPassword", email=person.email)
    await identity.deliver()
    token = identity.mailbox.newest_token(person.email)
    person.password = NEW_PASSWORD
    await person.client.call("ResetPassword", token=token, new_password=NEW_PASSWORD)
    await use_code(identity, person)


async def test_an_attacker_at_the_owners_own_address_does_not_keep_the_owners_device_out(
    identity: Identity,
) -> None:
    person = await identity.registered()
    person.client.device = "a" * 43
    await identity.enrol(person)
    colleague = Client(identity.channel, person.client.address, device="b" * 43)
    answers = await guess_passwords(colleague, person.email, 11)
    assert answers == {"CREDENTIALS_INVALID": 10, "TOO_MANY_ATTEMPTS": 1}
    thief = Person(person.email, PASSWORD, person.client)
    answers = await guess_codes(colleague, await identity.challenge(thief), 6)
    assert answers == {"CODE_INVALID": 5, "TOO_MANY_ATTEMPTS": 1}
    await use_code(identity, person)
    person.client.address = identity.client().address
    await use_code_of_next_step(identity, person)


async def use_code_of_next_step(identity: Identity, person: Person) -> None:
    """Sign in again with the next code, since each works once."""
    challenge = await identity.challenge(person)
    await person.client.call(
        "VerifyTwoFactor", challenge_token=challenge, code=identity.code(person, 1)
    )


async def test_a_made_up_device_is_a_stranger(identity: Identity) -> None:
    person = await identity.enrolled()
    answers: Counter[str] = Counter()
    address = identity.client().address
    for number in range(11):
        client = Client(identity.channel, address, device=f"made up {number}")
        answers += await guess_passwords(client, person.email, 1)
    assert answers == {"CREDENTIALS_INVALID": 10, "TOO_MANY_ATTEMPTS": 1}


async def test_codes_are_few_for_all_strangers_together_and_a_new_password_frees_its_owner(
    identity: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    allow(monkeypatch, Guess.CODE, By.ACCOUNT, 6)
    person = await identity.enrolled()
    thieves = [Person(person.email, PASSWORD, identity.client()) for _ in range(2)]
    answers: Counter[str] = Counter()
    for thief in thieves:
        answers += await guess_codes(thief.client, await identity.challenge(thief), 4)
    assert answers == {"CODE_INVALID": 6, "TOO_MANY_ATTEMPTS": 2}
    person.client.token, person.password = person.client.token, NEW_PASSWORD
    await person.client.call("ChangePassword", current_password=PASSWORD, new_password=NEW_PASSWORD)
    person.client.address = identity.client().address
    await use_code(identity, person)


async def test_thirty_codes_at_once_are_thirty_guesses(identity: Identity) -> None:
    person = await identity.enrolled()
    challenge = await identity.challenge(person)
    answers = await asyncio.gather(
        *(
            refusal(person.client.call("VerifyTwoFactor", challenge_token=challenge, code="1"))
            for _ in range(30)
        )
    )
    assert Counter(answers) == {"CODE_INVALID": 5, "TOO_MANY_ATTEMPTS": 25}


async def test_a_stolen_session_that_guesses_the_password_does_not_stop_the_owners_other_one(
    identity: Identity,
) -> None:
    person = await identity.enrolled()
    thief = Client(identity.channel, person.client.address, person.client.token)
    await use_code(identity, person)
    for number in range(11):
        call = thief.call("RegenerateRecoveryCodes", password=f"wrong {number}")
        expected = "PASSWORD_WRONG" if number < 10 else "TOO_MANY_ATTEMPTS"
        assert await refusal(call) == expected
    await person.client.call("RegenerateRecoveryCodes", password=PASSWORD)


async def test_an_ipv6_network_counts_as_one_address(identity: Identity) -> None:
    person = await identity.registered()
    answers: Counter[str] = Counter()
    for number in range(11):
        client = identity.client(f"2001:db8:7:7::{number + 1}")
        answers += await guess_passwords(client, person.email, 1)
    assert answers == {"CREDENTIALS_INVALID": 10, "TOO_MANY_ATTEMPTS": 1}


async def test_a_mailed_token_is_not_limited_since_nobody_can_guess_it(
    identity: Identity,
) -> None:
    person, stranger = await identity.registered(), identity.client()
    await stranger.call("ForgotPassword", email=person.email)
    await identity.deliver()
    for _ in range(40):
        call = stranger.call("ResetPassword", token="wrong", new_password=NEW_PASSWORD)
        assert await refusal(call) == "LINK_INVALID"
    token = identity.mailbox.newest_token(person.email)
    await stranger.call("ResetPassword", token=token, new_password=NEW_PASSWORD)


async def test_the_refusal_says_how_long_to_wait(identity: Identity) -> None:
    client = identity.client()
    await guess_passwords(client, "waits@clinic.example", 10)
    with pytest.raises(DomainError) as error:
        await client.call("Login", email="waits@clinic.example", password="wrong")
    assert 240 < (error.value.retry_after or 0) <= 300
