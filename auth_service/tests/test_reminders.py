"""Clinicians who want reminders get at most one a day, in their clinic's morning."""

from datetime import UTC, datetime
from email.message import EmailMessage
from types import SimpleNamespace
from typing import Any

import grpc
import pytest

from auth_service.tests.conftest import GATEWAY_SECRET, Identity, Person
from dermis.auth.v1 import auth_pb2, auth_pb2_grpc

# 05:30 in London, 07:30 in Athens.
EARLY = datetime(2027, 1, 12, 5, 30, tzinfo=UTC)
NINE = datetime(2027, 1, 12, 9, tzinfo=UTC)


class Gateway:
    """Another service, with its token."""

    def __init__(self, identity: Identity, token: str) -> None:
        self._stub = auth_pb2_grpc.ReminderServiceStub(identity.channel)
        self._metadata = [("authorization", f"Bearer {token}")]

    async def call(self, method: str, **fields: Any) -> Any:
        request = getattr(auth_pb2, f"{method}Request")(**fields)
        return await getattr(self._stub, method)(request, metadata=self._metadata, timeout=20)

    async def waiting(self, clinic_id: str) -> auth_pb2.ClinicToRemind | None:
        clinics = (await self.call("ListClinicsToRemind")).clinics
        return next((clinic for clinic in clinics if clinic.clinic_id == clinic_id), None)


@pytest.fixture
async def gateway(identity: Identity) -> Gateway:
    answer = await identity.client().call(
        "IssueServiceToken", service="gateway", secret=GATEWAY_SECRET
    )
    return Gateway(identity, answer.token)


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Sets the time at which reminders are looked for."""

    def _set(moment: datetime) -> None:
        # Here alone: by the service's clock, everybody's token would have expired.
        clock = SimpleNamespace(now=lambda: moment)
        monkeypatch.setattr("auth_service.clinic.reminders.clock", clock)

    return _set


async def _asks_for_reminders(identity: Identity, time_zone: str = "Europe/London") -> Person:
    person = await identity.enrolled()
    await person.client.call("UpdateClinic", time_zone=time_zone)
    answer = await person.client.call("UpdateMe", reminders=True)
    assert answer.user.reminders
    return person


def _reminders(identity: Identity, person: Person) -> list[EmailMessage]:
    mails = identity.mailbox.to(person.email)
    return [mail for mail in mails if mail["Subject"] == "Lesions are due to be seen again"]


async def test_nobody_is_reminded_who_has_not_asked_for_it(
    identity: Identity, gateway: Gateway, at: Any
) -> None:
    person = await identity.enrolled()
    at(NINE)
    assert await gateway.waiting(person.clinic_id) is None
    assert not (await person.client.call("GetMe")).user.reminders


async def test_it_must_be_morning_where_the_clinic_is(
    identity: Identity, gateway: Gateway, at: Any
) -> None:
    london = await _asks_for_reminders(identity)
    athens = await _asks_for_reminders(identity, "Europe/Athens")
    at(EARLY)
    assert await gateway.waiting(london.clinic_id) is None
    waiting = await gateway.waiting(athens.clinic_id)
    assert waiting
    assert (waiting.reminded_on, waiting.today) == ("2027-01-11", "2027-01-12")


async def test_a_mail_says_how_many_and_nobodys_name(
    identity: Identity, gateway: Gateway, at: Any
) -> None:
    person = await _asks_for_reminders(identity)
    at(NINE)
    sent = await gateway.call("SendReminders", clinic_id=person.clinic_id, newly_due=1, due=7)
    assert sent.mails == 1
    await identity.deliver()
    (mail,) = _reminders(identity, person)
    body = mail.get_body(("plain",))
    assert body
    assert "1 lesion has become due to be seen again; 7 are due in all" in body.get_content()


async def test_each_is_reminded_once_a_day_however_many_gateways_ask(
    identity: Identity, gateway: Gateway, at: Any
) -> None:
    person = await _asks_for_reminders(identity)
    at(NINE)
    due = {"clinic_id": person.clinic_id, "newly_due": 2, "due": 2}
    assert (await gateway.call("SendReminders", **due)).mails == 1
    assert (await gateway.call("SendReminders", **due)).mails == 0
    assert await gateway.waiting(person.clinic_id) is None
    at(NINE.replace(day=15))
    waiting = await gateway.waiting(person.clinic_id)
    assert waiting
    assert (waiting.reminded_on, waiting.today) == ("2027-01-12", "2027-01-15")


async def test_on_a_day_on_which_nothing_becomes_due_nobody_is_reminded(
    identity: Identity, gateway: Gateway, at: Any
) -> None:
    person = await _asks_for_reminders(identity)
    at(NINE)
    assert (await gateway.call("SendReminders", clinic_id=person.clinic_id, due=5)).mails == 0
    await identity.deliver()
    assert not _reminders(identity, person)
    assert await gateway.waiting(person.clinic_id) is None


async def test_whoever_turns_reminders_off_gets_not_even_one_that_was_on_its_way(
    identity: Identity, gateway: Gateway, at: Any
) -> None:
    person = await _asks_for_reminders(identity)
    at(NINE)
    await gateway.call("SendReminders", clinic_id=person.clinic_id, newly_due=1, due=1)
    await person.client.call("UpdateMe", reminders=False)
    await identity.deliver()
    assert not _reminders(identity, person)


async def test_only_a_service_may_have_mails_sent(identity: Identity) -> None:
    person = await identity.enrolled()
    stranger = Gateway(identity, person.client.token)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await stranger.call("ListClinicsToRemind")
    assert refused.value.code() is grpc.StatusCode.PERMISSION_DENIED
