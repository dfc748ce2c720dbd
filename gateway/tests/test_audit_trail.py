"""Two chains read as one list: nothing twice, nothing left out, newest first."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.audit_trail import Ask, merged
from gateway.schemas.admin import AuditEntry, Chain
from service_kit.errors import DomainError

START = datetime(2026, 1, 1, tzinfo=UTC)


def entry(chain: Chain, position: int, minute: int) -> AuditEntry:
    return AuditEntry(
        chain=chain, position=position, occurred_at=START + timedelta(minutes=minute),
        event="x.y", actor_id=None, subject_id=None, patient_id=None, clinic_id=None,
        address="", agent="", request_id="", details={}, hash="",
    )  # fmt: skip


class Service:
    """A chain that pages as the services do: newest first, the cursor is a position."""

    def __init__(self, chain: Chain, minutes: list[int], size: int) -> None:
        self.chain: Chain = chain
        self.size = size
        self.entries: list[AuditEntry] = []
        for minute in sorted(minutes):
            self.append(minute)

    def append(self, minute: int) -> None:
        self.entries.insert(0, entry(self.chain, len(self.entries) + 1, minute))

    async def ask(self, cursor: str) -> tuple[list[AuditEntry], str]:
        older = [e for e in self.entries if not cursor or e.position < int(cursor)]
        page = older[: self.size]
        return page, str(page[-1].position) if len(older) > self.size else ""


def asks(*services: Service) -> dict[Chain, Ask]:
    return {service.chain: service.ask for service in services}


MINUTES = st.lists(st.integers(0, 500), max_size=25)


@given(MINUTES, MINUTES, st.integers(1, 7))
async def test_pages_hold_every_entry_once_newest_first(
    identity: list[int], record: list[int], size: int
) -> None:
    services = Service("identity", identity, size), Service("record", record, size)
    before = [e for service in services for e in service.entries]
    seen: list[AuditEntry] = []
    cursor: str | None = ""
    while cursor is not None:
        page = await merged(asks(*services), cursor, limit=size)
        assert len(page.items) == size or page.next_cursor is None
        seen += page.items
        cursor = page.next_cursor
        for service in services:  # written while somebody turns pages
            service.append(1000)
    assert len(seen) == len(before)
    assert {(e.chain, e.position) for e in seen} == {(e.chain, e.position) for e in before}
    times = [e.occurred_at for e in seen]
    assert times == sorted(times, reverse=True)


@pytest.mark.parametrize("cursor", ["x", "bm8", "eyJpZGVudGl0eSI6MX0", "\0", "ä"])
async def test_a_cursor_that_is_none_is_refused(cursor: str) -> None:
    empty = Service("identity", [], 5), Service("record", [], 5)
    with pytest.raises(DomainError, match="CURSOR_INVALID"):
        await merged(asks(*empty), cursor, limit=5)
