"""Nobody's mailbox is flooded, and nobody is kept from their own mail."""

from datetime import timedelta

import pytest

from auth_service.credentials.attempts import Limit
from auth_service.tests.conftest import PASSWORD, Client, Identity, Mailbox, Person
from auth_service.tests.refusals import refusal
from dermis.options.v1 import access_pb2

FORM = {"password": PASSWORD, "full_name": "Ada Byron", "clinic_name": "Clinic"}


async def ask(client: Client, email: str, times: int, method: str = "ForgotPassword") -> None:
    for _ in range(times):
        await client.call(method, email=email)


async def test_refused_registrations_do_not_count(identity: Identity) -> None:
    client, email = identity.client(), "weak@clinic.example"
    for _ in range(6):
        weak = client.call("Register", email=email, **FORM | {"password": "password1234"})
        assert await refusal(weak) == "PASSWORD_TOO_COMMON"
    await client.call("Register", email=email, **FORM)
    await identity.deliver()
    await client.call("VerifyEmail", token=identity.mailbox.newest_token(email))


async def test_over_the_limit_the_answer_stays_and_nothing_is_sent(identity: Identity) -> None:
    person, stranger = await identity.registered(), identity.client()
    sent = len(identity.mailbox.to(person.email))
    await ask(stranger, person.email, 9)
    await ask(stranger, person.email.upper(), 2)
    await identity.deliver()
    assert len(identity.mailbox.to(person.email)) == sent + 5
    for email in ("pending@clinic.example", person.email):
        for _ in range(8):
            await stranger.call("Register", email=email, **FORM)
    await ask(stranger, "pending@clinic.example", 8, "ResendVerification")
    await identity.deliver()
    assert len(identity.mailbox.to("pending@clinic.example")) == 5
    assert len(identity.mailbox.to(person.email)) == sent + 5


async def test_whoever_asks_for_somebodys_password_does_not_keep_the_owner_waiting(
    identity: Identity,
) -> None:
    person = await identity.registered()
    for _ in range(6):
        await ask(identity.client(), person.email, 6)
    await identity.deliver()
    sent = len(identity.mailbox.to(person.email))
    await ask(person.client, person.email, 1)
    await identity.deliver()
    assert len(identity.mailbox.to(person.email)) == sent + 1


async def test_an_owner_at_another_address_is_not_kept_waiting_by_one_stranger(
    identity: Identity,
) -> None:
    person = await identity.registered()
    await ask(identity.client(), person.email, 12)
    await identity.deliver()
    sent = len(identity.mailbox.to(person.email))
    await ask(identity.client(), person.email, 1)
    await identity.deliver()
    assert len(identity.mailbox.to(person.email)) == sent + 1


async def test_a_mail_that_is_dropped_leaves_one_whose_link_works(identity: Identity) -> None:
    person = await identity.registered()
    await ask(person.client, person.email, 6)
    await identity.deliver()
    token = identity.mailbox.newest_token(person.email)
    await person.client.call("ResetPassword", token=token, new_password="eleven-pears-under-snow")


async def test_changes_of_address_send_a_stranger_few_mails(identity: Identity) -> None:
    person, stranger = await identity.enrolled(), "stranger@elsewhere.example"
    for _ in range(25):
        await person.client.call("UpdateMe", email=stranger, current_password=PASSWORD)
    await identity.deliver()
    assert len(identity.mailbox.to(stranger)) == 5


async def test_changes_of_address_write_to_few_strangers(identity: Identity) -> None:
    person = await identity.enrolled()
    strangers = [f"stranger{number}@elsewhere.example" for number in range(15)]
    for stranger in strangers:
        await person.client.call("UpdateMe", email=stranger, current_password=PASSWORD)
        await identity.deliver()
    assert sum(len(identity.mailbox.to(stranger)) for stranger in strangers) == 10


async def test_a_recipient_gets_few_mails_from_all_senders_and_templates_together(
    identity: Identity,
) -> None:
    person = await identity.enrolled()
    email = "everybodys@clinic.example"
    for _ in range(6):
        client = identity.client()
        for _ in range(2):
            await client.call("Register", email=email, **FORM)
        await ask(client, email, 3, "ResendVerification")
    await person.client.call("UpdateMe", email=email, current_password=PASSWORD)
    await identity.deliver()
    assert len(identity.mailbox.to(email)) == 20


async def test_one_address_has_mail_sent_to_few_strangers(
    identity: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = (Limit(3, timedelta(hours=1)),)
    monkeypatch.setattr(identity.service.mail_sender, "_by_address", few)
    person, client = await identity.registered(), identity.client()
    emails = [f"sprayed{number}@clinic.example" for number in range(5)]
    for email in emails:
        await client.call("Register", email=email, **FORM)
        await identity.deliver()
    assert sum(len(identity.mailbox.to(email)) for email in emails) == 3
    sent = len(identity.mailbox.to(person.email))
    person.client.address, client.address = client.address, person.client.address
    await ask(client, person.email, 1)
    await identity.deliver()
    assert len(identity.mailbox.to(person.email)) == sent + 1, "known at the other address"


async def test_a_notice_is_not_kept_back_by_using_up_a_limit(identity: Identity) -> None:
    person: Person = await identity.enrolled()
    for number in range(12):
        await person.client.call(
            "UpdateMe", email=f"noise{number}@elsewhere.example", current_password=PASSWORD
        )
    await ask(identity.client(), person.email, 12)
    await person.client.call(
        "ChangePassword", current_password=PASSWORD, new_password="eleven-pears-under-snow"
    )
    await identity.deliver()
    subjects = [mail["Subject"] for mail in identity.mailbox.to(person.email)]
    assert "Your password has been changed" in subjects


async def test_an_invitation_is_not_kept_back_by_others_mail(identity: Identity) -> None:
    admin, email = await identity.admin(), "invitee@clinic.example"
    for _ in range(5):
        client = identity.client()
        for _ in range(5):
            await client.call("Register", email=email, **FORM)
    await admin.client.call("CreateInvitation", email=email, role=access_pb2.ROLE_ML_ENGINEER)
    await identity.deliver()
    assert "invited" in identity.mailbox.to(email)[-1]["Subject"].lower()


async def test_a_mail_counts_once_however_often_it_is_tried(
    identity: Identity, mailbox: tuple[Mailbox, int]
) -> None:
    from sqlalchemy import update

    from auth_service.models import OutboxMail
    from service_kit import clock

    person, stranger = await identity.registered(), identity.client()
    sent = len(identity.mailbox.to(person.email))
    identity.mailbox.refusing = True
    await ask(stranger, person.email, 1)
    for _ in range(6):
        await identity.deliver()
        async with identity.service.database.session() as session:
            await session.exec(
                update(OutboxMail).values(next_try_at=clock.now() - timedelta(seconds=1))
            )
    identity.mailbox.refusing = False
    await ask(stranger, person.email, 4)
    await identity.deliver()
    assert len(identity.mailbox.to(person.email)) == sent + 5
