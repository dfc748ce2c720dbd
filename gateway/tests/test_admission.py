"""More uploads than the model can answer: some are told when to come again, the others answered."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from uuid import UUID, uuid4

import httpx
import pytest

from dermis.options.v1 import access_pb2
from gateway.assessments import admission
from gateway.assessments.admission import AT_LEAST, Admission
from gateway.tests.conftest import bearer
from gateway.tests.pictures import photo
from gateway.tests.real_process import RealGateway, real_gateway
from gateway.tests.test_attacks import upload
from service_kit.errors import DomainError
from service_kit.principal import Principal, set_current_principal
from service_kit.request_context import Request, set_current_request


@pytest.fixture(autouse=True)
def nobody() -> Iterator[None]:
    yield
    set_current_principal(None)


@pytest.fixture
async def busy(redis_url: str) -> AsyncIterator[RealGateway]:
    """A gateway whose model answers twenty photos a second, one after another."""
    async with real_gateway(redis_url) as started:
        started.torchserve.seconds = 0.05
        yield started


def come(clinic: UUID, account: UUID | None = None) -> None:
    set_current_request(Request(client_address=str(clinic)))
    set_current_principal(
        Principal(
            user_id=account or uuid4(), session_id=uuid4(), role=access_pb2.ROLE_CLINICIAN,
            clinic_id=clinic, token="", kind="access", expires_at=datetime.now(UTC),
        )
    )  # fmt: skip


async def take_all(places: Admission, stack: AsyncExitStack) -> int:
    taken = 0
    while True:
        try:
            await stack.enter_async_context(places.admit())
        except DomainError:
            return taken
        taken += 1


async def test_twice_what_the_model_can_answer_is_refused_in_part_and_nothing_is_left_over(
    busy: RealGateway,
) -> None:
    clinics = [bearer() | {"x-forwarded-for": f"203.0.113.{number}"} for number in range(4)]
    async with httpx.AsyncClient(
        base_url=busy.url, timeout=60, trust_env=False, limits=httpx.Limits(max_connections=None)
    ) as http, asyncio.TaskGroup() as group:  # fmt: skip
        sent = []
        for number in range(160):
            headers = clinics[number % len(clinics)]
            sent.append(group.create_task(upload(http, photo(), **headers)))
            await asyncio.sleep(1 / 40)
    answers = [task.result() for task in sent]
    refused = [answer for answer in answers if answer.status_code == 503]
    # None is stored without an answer (202): that would only put the work off.
    assert {answer.status_code for answer in answers} == {201, 503}
    for answer in refused:
        assert answer.json()["reason"] == "TOO_MANY_UPLOADS"
        assert int(answer.headers["retry-after"]) >= 1
    assert busy.torchserve.most_at_once <= AT_LEAST


async def test_an_account_that_sends_without_end_leaves_places_to_another_clinic(
    busy: RealGateway,
) -> None:
    mine, other = (bearer() | {"x-forwarded-for": f"203.0.113.{n}"} for n in (1, 2))
    async with httpx.AsyncClient(
        base_url=busy.url, timeout=60, trust_env=False, limits=httpx.Limits(max_connections=None)
    ) as http, asyncio.TaskGroup() as group:  # fmt: skip

        async def flood() -> None:
            while len(statuses) < 5:
                await upload(http, photo(), **mine)

        statuses: list[int] = []
        for _ in range(40):
            group.create_task(flood())
        await asyncio.sleep(0.5)
        while len(statuses) < 5:
            statuses.append((await upload(http, photo(), **other)).status_code)
    assert statuses == [201] * 5


async def test_an_account_alone_gets_two_thirds_and_other_clinics_the_rest() -> None:
    places = Admission()
    async with AsyncExitStack() as stack:
        come(uuid4())
        assert await take_all(places, stack) == AT_LEAST * 2 // 3
        come(uuid4())
        assert await take_all(places, stack) > 0


async def test_whoever_finds_no_place_waits_a_moment_for_one() -> None:
    places, account, clinic = Admission(), uuid4(), uuid4()
    come(clinic, account)
    async with AsyncExitStack() as stack:
        await take_all(places, stack)
        asyncio.get_running_loop().call_later(
            admission.WAIT_SECONDS / 5, lambda: asyncio.ensure_future(stack.aclose())
        )
        async with places.admit() as place:
            assert place.is_taken


async def test_a_fast_model_takes_more_at_once_and_a_slow_one_no_fewer_than_a_burst() -> None:
    places, clinic = Admission(), uuid4()
    for seconds, least, most in ((0.005, 40, 140), (0.2, AT_LEAST // 2, AT_LEAST)):
        for _ in range(40):
            come(clinic)
            async with places.admit():
                await asyncio.sleep(seconds)
        async with AsyncExitStack() as stack:
            come(clinic)
            assert least <= await take_all(places, stack) <= most


async def test_a_photo_that_takes_long_to_come_leaves_its_place_to_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # So that the test need not wait for half a second.
    monkeypatch.setattr(admission, "RECEIVE_SECONDS", 0.01)
    places = Admission()
    counted = []
    async with places.admit() as place:
        with place.receiving():
            await asyncio.sleep(0.05)
            counted.append(place.is_taken)
        counted.append(place.is_taken)
    counted.append(place.is_taken)
    assert counted == [False, True, False]


async def test_whoever_goes_away_while_waiting_leaves_no_place_taken() -> None:
    places = Admission()
    come(uuid4())
    async with AsyncExitStack() as stack:
        taken = await take_all(places, stack)
        waiting = asyncio.ensure_future(stack.enter_async_context(places.admit()))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait([waiting])
    async with AsyncExitStack() as stack:
        assert await take_all(places, stack) >= taken
