"""What owners do with their accounts."""

from collections import Counter

import pytest

from auth_service.mail import queue_metrics
from auth_service.tests.conftest import PASSWORD, Identity, Mailbox
from auth_service.tests.refusals import refusal

NEW_PASSWORD = "eleven-pears-under-snow"


async def reset_token(identity: Identity, email: str) -> str:
    await identity.client().call("ForgotPassword", email=email)
    await identity.deliver()
    return identity.mailbox.newest_token(email)


async def test_a_forgotten_password_is_reset_and_two_factor_is_still_asked_for(
    identity: Identity,
) -> None:
    person = await identity.enrolled()
    token = await reset_token(identity, person.email)
    await person.client.call("ResetPassword", token=token, new_password=NEW_PASSWORD)
    assert await refusal(person.client.call("GetMe")) == "SESSION_ENDED"
    old = person.client.call("Login", email=person.email, password=PASSWORD)
    assert await refusal(old) == "CREDENTIALS_INVALID"
    person.password = NEW_PASSWORD
    assert await identity.challenge(person)
    await identity.deliver()
    assert identity.mailbox.to(person.email)[-1]["Subject"] == "Your password has been changed"


async def test_a_reset_link_works_once(identity: Identity) -> None:
    person = await identity.enrolled()
    token = await reset_token(identity, person.email)
    await person.client.call("ResetPassword", token=token, new_password=NEW_PASSWORD)
    again = person.client.call("ResetPassword", token=token, new_password=PASSWORD)
    assert await refusal(again) == "LINK_INVALID"


async def test_an_older_reset_link_dies_with_the_password(identity: Identity) -> None:
    person = await identity.enrolled()
    older = await reset_token(identity, person.email)
    newer = await reset_token(identity, person.email)
    await person.client.call("ResetPassword", token=newer, new_password=NEW_PASSWORD)
    late = person.client.call("ResetPassword", token=older, new_password=PASSWORD)
    assert await refusal(late) == "LINK_INVALID"


async def test_a_refused_password_does_not_use_the_link_up(identity: Identity) -> None:
    person = await identity.enrolled()
    token = await reset_token(identity, person.email)
    weak = person.client.call("ResetPassword", token=token, new_password="password1234")
    assert await refusal(weak) == "PASSWORD_TOO_COMMON"
    await person.client.call("ResetPassword", token=token, new_password=NEW_PASSWORD)


async def test_a_verification_link_does_not_reset_a_password(identity: Identity) -> None:
    client, email = identity.client(), "purposes@clinic.example"
    await client.call(
        "Register", email=email, password=PASSWORD, full_name="Ada", clinic_name="Clinic"
    )
    await identity.deliver()
    token = identity.mailbox.newest_token(email)
    call = client.call("ResetPassword", token=token, new_password=NEW_PASSWORD)
    assert await refusal(call) == "LINK_INVALID"


async def test_an_open_challenge_dies_with_the_password(identity: Identity) -> None:
    person = await identity.enrolled()
    challenge = await identity.challenge(person)
    token = await reset_token(identity, person.email)
    await person.client.call("ResetPassword", token=token, new_password=NEW_PASSWORD)
    late = person.client.call(
        "VerifyTwoFactor", challenge_token=challenge, code=identity.code(person)
    )
    assert await refusal(late) == "CHALLENGE_INVALID"


async def test_unknown_addresses_get_the_same_answers_and_no_mail(identity: Identity) -> None:
    client, unknown = identity.client(), "unknown@clinic.example"
    await client.call("ForgotPassword", email=unknown)
    await client.call("ResendVerification", email=unknown)
    await identity.deliver()
    assert not identity.mailbox.to(unknown)


async def test_a_new_address_counts_once_verified_and_the_old_one_is_told(
    identity: Identity,
) -> None:
    person = await identity.enrolled()
    new = f"new.{person.email}"
    answer = await person.client.call("UpdateMe", email=new, current_password=PASSWORD)
    assert (answer.user.email, answer.user.pending_email) == (person.email, new)
    await identity.deliver()
    told = identity.mailbox.to(person.email)[-1]["Subject"]
    assert told == "Your email address is about to change"
    await person.client.call("VerifyEmail", token=identity.mailbox.newest_token(new))
    me = (await person.client.call("GetMe")).user
    assert (me.email, me.pending_email) == (new, "")


async def test_an_address_that_is_taken_is_never_given_away(identity: Identity) -> None:
    person, other = await identity.enrolled(), await identity.enrolled()
    await person.client.call("UpdateMe", email=other.email, current_password=PASSWORD)
    await identity.deliver()
    token = identity.mailbox.newest_token(other.email)
    assert await refusal(person.client.call("VerifyEmail", token=token)) == "LINK_INVALID"
    assert (await other.client.call("GetMe")).user.email == other.email


async def test_changing_the_address_asks_for_the_password(identity: Identity) -> None:
    person = await identity.enrolled()
    call = person.client.call("UpdateMe", email="x@clinic.example", current_password="wrong")
    assert await refusal(call) == "PASSWORD_WRONG"


async def test_a_name_is_changed(identity: Identity) -> None:
    person = await identity.enrolled()
    answer = await person.client.call("UpdateMe", full_name="  Ada Lovelace ")
    assert answer.user.full_name == "Ada Lovelace"


async def test_a_password_is_the_same_from_every_keyboard(identity: Identity) -> None:
    person = await identity.enrolled()
    composed, decomposed = "fünf-örtliche-Äpfel", "fu\u0308nf-o\u0308rtliche-A\u0308pfel"
    await person.client.call("ChangePassword", current_password=PASSWORD, new_password=composed)
    person.password = decomposed
    assert await identity.challenge(person)


async def test_the_last_character_of_a_long_password_counts(identity: Identity) -> None:
    person = await identity.enrolled()
    long = "seven lemons in autumn rain " * 4 + "and some more ü"
    await person.client.call("ChangePassword", current_password=PASSWORD, new_password=long)
    cut = person.client.call("Login", email=person.email, password=long[:-1])
    assert await refusal(cut) == "CREDENTIALS_INVALID"


async def test_new_recovery_codes_void_the_old_ones(identity: Identity) -> None:
    person = await identity.enrolled()
    answer = await person.client.call("RegenerateRecoveryCodes", password=PASSWORD)
    assert len(set(answer.recovery_codes)) == 10
    challenge = await identity.challenge(person)
    old = person.client.call(
        "VerifyTwoFactor", challenge_token=challenge, recovery_code=person.recovery_codes[0]
    )
    assert await refusal(old) == "CODE_INVALID"


async def test_a_role_that_needs_a_second_factor_keeps_it(identity: Identity) -> None:
    person = await identity.enrolled()
    call = person.client.call("RemoveTwoFactor", password=PASSWORD, code=identity.code(person))
    assert await refusal(call) == "TWO_FACTOR_REQUIRED"


@pytest.mark.parametrize(
    ("method", "fields"),
    [
        ("ChangePassword", {"current_password": "wrong", "new_password": NEW_PASSWORD}),
        ("SetUpTwoFactor", {"password": "wrong"}),
        ("RemoveTwoFactor", {"password": "wrong", "code": "000000"}),
        ("RegenerateRecoveryCodes", {"password": "wrong"}),
    ],
)
async def test_each_change_of_security_asks_for_the_password(
    identity: Identity, method: str, fields: dict[str, str]
) -> None:
    person = await identity.enrolled()
    assert await refusal(person.client.call(method, **fields)) == "PASSWORD_WRONG"


async def test_owners_see_their_own_events_page_by_page(identity: Identity) -> None:
    person = await identity.enrolled()
    await identity.enrolled()
    first = await person.client.call("ListSecurityEvents", limit=2)
    second = await person.client.call("ListSecurityEvents", limit=200, cursor=first.next_cursor)
    events = [*first.events, *second.events]
    assert [e.event for e in events] == [
        "sign_in.succeeded",
        "two_factor.confirmed",
        "two_factor.set_up",
        "sign_in.enrolment_started",
        "email.verified",
        "account.registered",
    ]
    assert {e.subject_id for e in events} == {person.user_id}
    assert Counter(e.address for e in events) == {person.client.address: 6}
    forged = person.client.call("ListSecurityEvents", cursor=first.next_cursor[:-2] + "AA")
    assert await refusal(forged) == "CURSOR_INVALID"


async def test_mail_waits_for_the_mail_server(
    identity: Identity, mailbox: tuple[Mailbox, int]
) -> None:
    from datetime import timedelta

    from sqlalchemy import update

    from auth_service.models import OutboxMail
    from service_kit import clock

    client, email = identity.client(), "patient@clinic.example"
    identity.mailbox.refusing = True
    await client.call(
        "Register", email=email, password=PASSWORD, full_name="Ada", clinic_name="Clinic"
    )
    await identity.deliver()
    identity.mailbox.refusing = False
    assert not identity.mailbox.to(email)
    async with identity.service.database.session() as session:
        waits = await queue_metrics.count(session)
        assert waits.waiting >= 1
        assert waits.oldest_seconds > 0
        await session.exec(
            update(OutboxMail).values(next_try_at=clock.now() - timedelta(seconds=1))
        )
    await identity.deliver()
    await client.call("VerifyEmail", token=identity.mailbox.newest_token(email))
    async with identity.service.database.session() as session:
        assert await queue_metrics.count(session) == (0, 0)


async def test_mails_have_text_and_html(identity: Identity) -> None:
    person = await identity.registered()
    message = identity.mailbox.to(person.email)[0]
    assert message["Subject"] == "Verify your email address"
    assert message.get_content_type() == "multipart/alternative"
    html = message.get_body(("html",))
    assert html is not None
    assert "Ada Byron" in html.get_content()


@pytest.mark.parametrize("by_recovery_code", [False, True])
async def test_a_second_factor_moves_to_a_new_phone(
    identity: Identity, by_recovery_code: bool
) -> None:
    person = await identity.enrolled()
    elsewhere = identity.client()
    begun = await elsewhere.call("Login", email=person.email, password=PASSWORD)
    signed_in = await elsewhere.call(
        "VerifyTwoFactor",
        challenge_token=begun.two_factor_required.challenge_token,
        code=identity.code(person),
    )
    elsewhere.token = signed_in.tokens.access_token
    proof = person.recovery_codes[0] if by_recovery_code else identity.code(person, steps=1)
    setup = await person.client.call("SetUpTwoFactor", password=PASSWORD, code=proof)
    old_codes, person.secret = person.recovery_codes, setup.secret
    moved = await person.client.call("ConfirmTwoFactor", code=identity.code(person))
    assert len(moved.recovery_codes) == 10
    assert not set(moved.recovery_codes) & set(old_codes)
    assert await refusal(elsewhere.call("GetMe")) == "SESSION_ENDED"
    await person.client.call("GetMe")
    challenge = await identity.challenge(person)
    used = person.client.call(
        "VerifyTwoFactor", challenge_token=challenge, recovery_code=old_codes[1]
    )
    assert await refusal(used) == "CODE_INVALID"
    await person.client.call(
        "VerifyTwoFactor", challenge_token=challenge, code=identity.code(person, steps=1)
    )
    await identity.deliver()
    subjects = [mail["Subject"] for mail in identity.mailbox.to(person.email)]
    assert "Your second factor has moved" in subjects


async def test_the_old_phone_counts_until_the_new_one_is_confirmed(identity: Identity) -> None:
    person = await identity.enrolled()
    await person.client.call("SetUpTwoFactor", password=PASSWORD, code=person.recovery_codes[0])
    wrong = person.client.call("ConfirmTwoFactor", code="000000")
    assert await refusal(wrong) == "CODE_INVALID"
    challenge = await identity.challenge(person)
    await person.client.call(
        "VerifyTwoFactor", challenge_token=challenge, code=identity.code(person)
    )


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"password": "wrong", "code": "000000"}, "PASSWORD_WRONG"),
        ({"password": PASSWORD, "code": "000000"}, "CODE_INVALID"),
        ({"password": PASSWORD}, "TWO_FACTOR_ALREADY_ON"),
    ],
)
async def test_a_move_needs_password_and_a_present_code(
    identity: Identity, fields: dict[str, str], reason: str
) -> None:
    person = await identity.enrolled()
    assert await refusal(person.client.call("SetUpTwoFactor", **fields)) == reason
    unasked = person.client.call("ConfirmTwoFactor", code=identity.code(person))
    assert await refusal(unasked) == "TWO_FACTOR_ALREADY_ON"
