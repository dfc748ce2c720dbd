"""How long a session lasts: by default 60 minutes without use, 24 hours in all."""

from datetime import UTC, datetime, timedelta

import pytest

from auth_service.settings import Settings
from auth_service.tests.conftest import Identity, Person
from auth_service.tests.refusals import refusal
from service_kit import clock


class Hours:
    """A clock that goes on when it is told to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.ahead = timedelta()
        monkeypatch.setattr(clock, "now", lambda: datetime.now(UTC) + self.ahead)

    def go_on(self, *, minutes: int) -> None:
        self.ahead += timedelta(minutes=minutes)


async def refresh(person: Person) -> None:
    answer = await person.client.call("Refresh", refresh_token=person.refresh_token)
    person.signed_in(answer.tokens)


def test_the_limits_are_those_of_the_documentation() -> None:
    assert Settings.model_fields["session_idle_minutes"].default == 60
    assert Settings.model_fields["session_hours"].default == 24


async def test_a_session_that_is_not_used_for_an_hour_ends(
    identity: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    person, time = await identity.enrolled(), Hours(monkeypatch)
    time.go_on(minutes=59)
    await refresh(person)
    time.go_on(minutes=61)
    assert await refusal(refresh(person)) == "SESSION_ENDED"


async def test_a_session_that_is_used_all_day_ends_after_24_hours(
    identity: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    person, time = await identity.enrolled(), Hours(monkeypatch)
    (only,) = (await person.client.call("ListSessions")).sessions
    for _ in range(47):
        time.go_on(minutes=30)
        await refresh(person)
    time.go_on(minutes=31)
    assert await refusal(refresh(person)) == "SESSION_ENDED"
    assert (await person.client.call("CheckSession", session_id=only.id)).revoked
