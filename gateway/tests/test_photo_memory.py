"""The memory for photos is shared: whoever takes what they can leaves something for the next."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dermis.options.v1 import access_pb2
from gateway.photo_memory import OVERHEAD_BYTES, Held, PhotoMemory, network
from service_kit.errors import DomainError
from service_kit.principal import Principal, set_current_principal
from service_kit.request_context import Request, set_current_request

MOST = 600 * OVERHEAD_BYTES
PART = 64 * 1024


@pytest.fixture(autouse=True)
def nobody() -> Iterator[None]:
    yield
    set_current_principal(None)


def come(*, clinic: UUID, account: UUID | None = None, address: str = "192.0.2.1") -> None:
    set_current_request(Request(client_address=address))
    set_current_principal(
        Principal(
            user_id=account or uuid4(), session_id=uuid4(), role=access_pb2.ROLE_CLINICIAN,
            clinic_id=clinic, token="", kind="access", expires_at=datetime.now(UTC),
        )
    )  # fmt: skip


def take_all(held: Held) -> int:
    taken = 0
    while True:
        try:
            held.add(PART)
        except DomainError:
            return taken
        taken += PART


def test_one_account_gets_a_third_and_its_colleagues_more_until_their_clinic_has_half() -> None:
    memory, clinic = PhotoMemory(MOST), uuid4()
    with ExitStack() as stack:
        come(clinic=clinic)
        assert take_all(stack.enter_context(memory.hold())) == pytest.approx(MOST / 3, rel=0.02)
        come(clinic=clinic, address="192.0.2.2")
        assert take_all(stack.enter_context(memory.hold())) == pytest.approx(MOST / 6, rel=0.02)


async def test_what_has_begun_to_leave_waits_for_room() -> None:
    memory = PhotoMemory(MOST)
    come(clinic=uuid4())

    async def leave() -> None:
        async with memory.hold_once_it_fits(PART):
            pass

    with memory.hold() as held:
        take_all(held)
        leaving = asyncio.create_task(leave())
        await asyncio.sleep(0)
        assert not leaving.done()
    await leaving


async def test_what_has_begun_to_leave_is_given_up_where_nothing_becomes_free(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Half a minute otherwise.
    monkeypatch.setattr("gateway.photo_memory._ROOM_SECONDS", 0.0)
    memory = PhotoMemory(MOST)
    come(clinic=uuid4())
    with memory.hold() as held:
        take_all(held)
        with pytest.raises(DomainError) as error:
            async with memory.hold_once_it_fits(PART):
                pass
        assert error.value.reason == "TOO_MANY_UPLOADS"


def test_one_address_gets_half_whatever_the_number_of_its_clinics() -> None:
    memory, taken = PhotoMemory(MOST), 0
    with ExitStack() as stack:
        for _ in range(5):
            come(clinic=uuid4())
            try:
                taken += take_all(stack.enter_context(memory.hold()))
            except DomainError:
                break
        assert taken == pytest.approx(MOST / 2, rel=0.02)
        come(clinic=uuid4(), address="192.0.2.2")
        assert take_all(stack.enter_context(memory.hold())) > MOST / 10


@given(greedy=st.integers(1, 12))
def test_however_many_take_what_they_can_the_next_clinic_gets_something(greedy: int) -> None:
    memory = PhotoMemory(MOST)
    with ExitStack() as stack:
        for number in range(greedy):
            come(clinic=uuid4(), address=f"192.0.2.{number}")
            take_all(stack.enter_context(memory.hold()))
        come(clinic=uuid4(), address="198.51.100.1")
        stack.enter_context(memory.hold()).add(PART)


def test_what_was_held_is_free_again_also_after_a_refusal() -> None:
    memory = PhotoMemory(MOST)
    come(clinic=uuid4())
    for _ in range(3):
        with suppress(DomainError), memory.hold() as held:
            assert take_all(held) == pytest.approx(MOST / 3, rel=0.02)
            held.add(MOST)


def test_what_will_not_fit_is_refused_before_it_is_read() -> None:
    memory = PhotoMemory(MOST)
    come(clinic=uuid4())
    with memory.hold() as held, pytest.raises(DomainError) as refused:
        held.require(MOST // 2)
    assert refused.value.reason == "TOO_MANY_UPLOADS"
    assert refused.value.retry_after


def test_one_line_of_ipv6_counts_as_one_address() -> None:
    assert network("2001:db8:1:2::7") == network("2001:db8:1:2:ffff::1")
    assert network("2001:db8:1:2::7") != network("2001:db8:1:3::7")
    assert network("192.0.2.1") != network("192.0.2.2")
    assert network("") == ""
