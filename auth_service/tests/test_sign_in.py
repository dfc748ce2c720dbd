"""From registration to a session."""

import asyncio
from collections import Counter

import pytest

from auth_service.tests.conftest import PASSWORD, Identity
from auth_service.tests.refusals import refusal
from service_kit.codes import Code
from service_kit.errors import DomainError


async def test_a_clinician_registers_verifies_enrols_and_is_signed_in(identity: Identity) -> None:
    person = await identity.enrolled()
    me = (await person.client.call("GetMe")).user
    assert me.email == person.email
    assert me.email_verified
    assert me.two_factor_enabled
    assert me.clinic_name == "Clinic"
    assert me.recovery_codes_left == 10


async def test_a_second_sign_in_asks_for_the_second_factor(identity: Identity) -> None:
    person = await identity.enrolled()
    challenge = await identity.challenge(person)
    answer = await person.client.call(
        "VerifyTwoFactor", challenge_token=challenge, code=identity.code(person)
    )
    person.signed_in(answer.tokens)
    assert (await person.client.call("GetMe")).user.email == person.email


async def test_an_unverified_account_cannot_sign_in(identity: Identity) -> None:
    client = identity.client()
    email = "unverified@clinic.example"
    await client.call(
        "Register", email=email, password=PASSWORD, full_name="Ada", clinic_name="Clinic"
    )
    reason = await refusal(client.call("Login", email=email, password=PASSWORD))
    assert reason == "CREDENTIALS_INVALID"


async def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(
    identity: Identity,
) -> None:
    person = await identity.registered()
    client = identity.client()
    answers = []
    for email in (person.email, "nobody@clinic.example"):
        with pytest.raises(DomainError) as error:
            await client.call("Login", email=email, password="wrong")
        answers.append((error.value.code, error.value.reason, error.value.message))
    assert answers[0] == answers[1]
    assert answers[0][0] == Code.UNAUTHENTICATED


async def test_an_enrolment_token_opens_nothing_but_enrolment(identity: Identity) -> None:
    person = await identity.registered()
    answer = await person.client.call("Login", email=person.email, password=PASSWORD)
    person.client.token = answer.two_factor_setup_required.enrolment_token
    assert (await person.client.call("GetMe")).user.email == person.email
    for method in ("ListSessions", "UpdateMe", "ChangePassword", "ListSecurityEvents"):
        assert await refusal(person.client.call(method)) == "TWO_FACTOR_SETUP_REQUIRED"
    assert await refusal(person.client.call("ListUsers")) == "TWO_FACTOR_SETUP_REQUIRED"


async def test_an_enrolment_token_ends_with_the_enrolment(identity: Identity) -> None:
    person = await identity.registered()
    tokens = []
    for _ in range(2):
        answer = await person.client.call("Login", email=person.email, password=PASSWORD)
        tokens.append(answer.two_factor_setup_required.enrolment_token)
    person.client.token, other = tokens
    person.secret = (await person.client.call("SetUpTwoFactor")).secret
    await person.client.call("ConfirmTwoFactor", code=identity.code(person, steps=-1))
    assert await refusal(person.client.call("GetMe")) == "SESSION_ENDED"
    person.client.token = other
    await person.client.call("GetMe")  # another enrolment still counts, for nothing
    assert await refusal(person.client.call("SetUpTwoFactor")) == "TWO_FACTOR_ALREADY_ON"


async def test_an_enrolment_goes_on_with_its_secret_and_another_gets_its_own(
    identity: Identity,
) -> None:
    person = await identity.registered()
    secrets: list[str] = []
    for _ in range(2):
        answer = await person.client.call("Login", email=person.email, password=PASSWORD)
        person.client.token = answer.two_factor_setup_required.enrolment_token
        # A page that is reloaded asks again; an app may have the secret by now.
        found = {(await person.client.call("SetUpTwoFactor")).secret for _ in range(2)}
        assert len(found) == 1
        secrets += found
    assert secrets[0] != secrets[1]
    person.secret = secrets[1]
    await person.client.call("ConfirmTwoFactor", code=identity.code(person, steps=-1))


async def test_a_used_totp_step_is_refused(identity: Identity) -> None:
    person = await identity.enrolled()
    code = identity.code(person)
    first = await identity.challenge(person)
    await person.client.call("VerifyTwoFactor", challenge_token=first, code=code)
    second = await identity.challenge(person)
    reason = await refusal(person.client.call("VerifyTwoFactor", challenge_token=second, code=code))
    assert reason == "CODE_INVALID"


async def test_of_two_uses_of_one_code_at_once_one_wins(identity: Identity) -> None:
    person = await identity.enrolled()
    code = identity.code(person)
    challenges = [await identity.challenge(person) for _ in range(4)]
    answers = await asyncio.gather(
        *(person.client.call("VerifyTwoFactor", challenge_token=c, code=code) for c in challenges),
        return_exceptions=True,
    )
    assert sum(not isinstance(a, DomainError) for a in answers) == 1


@pytest.mark.parametrize("pattern", ["{}-{}", "{} {}", " {}\u00a0{} ", "{}\u2013{}"], ids=ascii)
async def test_a_code_counts_as_people_write_it(identity: Identity, pattern: str) -> None:
    person = await identity.enrolled()
    challenge, code = await identity.challenge(person), identity.code(person)
    await person.client.call(
        "VerifyTwoFactor", challenge_token=challenge, code=pattern.format(code[:3], code[3:])
    )


async def test_a_refused_code_says_what_to_do_also_about_the_phones_clock(
    identity: Identity,
) -> None:
    person = await identity.enrolled()
    challenge = await identity.challenge(person)
    with pytest.raises(DomainError) as error:
        await person.client.call(
            "VerifyTwoFactor", challenge_token=challenge, code=identity.code(person, steps=-20)
        )
    assert error.value.reason == "CODE_INVALID"
    assert "clock" in error.value.message


async def test_a_recovery_code_works_once(identity: Identity) -> None:
    person = await identity.enrolled()
    code = person.recovery_codes[0].lower().replace("-", " ")
    challenge = await identity.challenge(person)
    await person.client.call("VerifyTwoFactor", challenge_token=challenge, recovery_code=code)
    challenge = await identity.challenge(person)
    reason = await refusal(
        person.client.call("VerifyTwoFactor", challenge_token=challenge, recovery_code=code)
    )
    assert reason == "CODE_INVALID"


async def test_a_challenge_from_another_address_is_refused(identity: Identity) -> None:
    person = await identity.enrolled()
    challenge = await identity.challenge(person)
    thief = identity.client()
    reason = await refusal(
        thief.call("VerifyTwoFactor", challenge_token=challenge, code=identity.code(person))
    )
    assert reason == "CHALLENGE_INVALID"


async def test_a_challenge_works_once(identity: Identity) -> None:
    person = await identity.enrolled()
    challenge = await identity.challenge(person)
    await person.client.call(
        "VerifyTwoFactor", challenge_token=challenge, code=identity.code(person)
    )
    reason = await refusal(
        person.client.call(
            "VerifyTwoFactor", challenge_token=challenge, code=identity.code(person, 1)
        )
    )
    assert reason == "CHALLENGE_INVALID"


async def test_five_wrong_codes_close_the_second_step_for_a_while(identity: Identity) -> None:
    person = await identity.enrolled()
    challenge = await identity.challenge(person)
    wrong = [
        await refusal(
            person.client.call("VerifyTwoFactor", challenge_token=challenge, code="000000")
        )
        for _ in range(5)
    ]
    assert wrong == ["CODE_INVALID"] * 5
    with pytest.raises(DomainError) as error:
        await person.client.call(
            "VerifyTwoFactor", challenge_token=challenge, code=identity.code(person)
        )
    assert error.value.reason == "TOO_MANY_ATTEMPTS"
    assert 240 < (error.value.retry_after or 0) <= 300


async def test_thirty_guesses_at_once_are_thirty_guesses(identity: Identity) -> None:
    person = await identity.registered()
    stranger = identity.client()
    answers = await asyncio.gather(
        *(
            refusal(stranger.call("Login", email=person.email, password=f"wrong {i}"))
            for i in range(30)
        )
    )
    assert Counter(answers) == {"CREDENTIALS_INVALID": 10, "TOO_MANY_ATTEMPTS": 20}


async def test_a_stranger_who_uses_up_the_tries_does_not_lock_the_owner_out(
    identity: Identity,
) -> None:
    person = await identity.enrolled()
    stranger = identity.client()
    for number in range(11):
        await refusal(stranger.call("Login", email=person.email, password=f"wrong {number}"))
    assert await identity.challenge(person)


async def test_right_passwords_do_not_use_up_tries(identity: Identity) -> None:
    person = await identity.enrolled()
    for _ in range(12):
        assert await identity.challenge(person)


async def test_fifty_registrations_of_one_address_at_once_make_one_account(
    identity: Identity,
) -> None:
    email = "raced@clinic.example"
    answers = await asyncio.gather(
        *(
            identity.client().call(
                "Register", email=email, password=PASSWORD, full_name="Ada", clinic_name="Clinic"
            )
            for _ in range(50)
        ),
        return_exceptions=True,
    )
    assert not [answer for answer in answers if isinstance(answer, BaseException)]
    await identity.deliver()
    tokens = [identity.mailbox.token(mail) for mail in identity.mailbox.to(email)]
    verified = await asyncio.gather(
        *(identity.client().call("VerifyEmail", token=token) for token in tokens),
        return_exceptions=True,
    )
    assert sum(not isinstance(answer, DomainError) for answer in verified) == 1
    admin = await identity.admin()
    assert len((await admin.client.call("ListUsers", search=email)).users) == 1


async def test_registering_a_known_address_changes_nothing_and_tells_its_owner(
    identity: Identity,
) -> None:
    person = await identity.registered()
    await identity.client().call(
        "Register",
        email=person.email.upper(),
        password="another-long-unlikely-phrase",
        full_name="Mallory",
        clinic_name="Elsewhere",
    )
    await identity.deliver()
    assert identity.mailbox.messages[-1]["Subject"] == "You already have a Dermis account"
    answer = await person.client.call("Login", email=person.email, password=PASSWORD)
    assert answer.WhichOneof("outcome") == "two_factor_setup_required"


async def test_a_verification_link_works_once(identity: Identity) -> None:
    person = await identity.registered()
    token = identity.mailbox.newest_token(person.email)
    assert await refusal(person.client.call("VerifyEmail", token=token)) == "LINK_INVALID"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"email": "no address"}, "EMAIL_INVALID"),
        ({"email": "a@b.example\r\nBcc: x@y.example"}, "EMAIL_INVALID"),
        ({"email": "a" * 300 + "@b.example"}, "EMAIL_INVALID"),
        ({"password": "short"}, "PASSWORD_TOO_SHORT"),
        ({"password": "vN4#kq9!zLw"}, "PASSWORD_TOO_SHORT"),  # strong, of eleven characters
        ({"password": "x" * 129}, "PASSWORD_TOO_LONG"),
        ({"password": "password1234"}, "PASSWORD_TOO_COMMON"),
        ({"password": "Ada Byron Ada"}, "PASSWORD_TOO_COMMON"),
        ({"full_name": ""}, "NAME_INVALID"),
        ({"full_name": "Ada\nBcc: x@y.example"}, "NAME_INVALID"),
        ({"full_name": "Ada\0"}, "NAME_INVALID"),
        ({"full_name": "Ada\u202enoryB"}, "NAME_INVALID"),
        ({"full_name": "\u200b\ufeff"}, "NAME_INVALID"),
        ({"full_name": "\uffff"}, "NAME_INVALID"),
        ({"full_name": "\u3164"}, "NAME_INVALID"),
        ({"clinic_name": "\u2060"}, "CLINIC_NAME_INVALID"),
        ({"clinic_name": ""}, "CLINIC_NAME_INVALID"),
        ({"invitation_token": "made up"}, "INVITATION_INVALID"),
    ],
)
async def test_bad_registrations_are_refused_with_a_reason(
    identity: Identity, fields: dict[str, str], reason: str
) -> None:
    good = {"email": f"{reason.lower()}@clinic.example", "password": PASSWORD,
            "full_name": "Ada Byron", "clinic_name": "Clinic"}  # fmt: skip
    if "invitation_token" in fields:
        good.pop("clinic_name")
    assert await refusal(identity.client().call("Register", **good | fields)) == reason
