"""Both chains of the audit as one list, newest first.

Each service pages through its own chain; a place in the merged list is a place in either. A page
of a service is asked for again with the cursor that led to it, and what was shown of it already is
left out by position, so that entries written meanwhile move nothing.
"""

import asyncio
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Self, TypeAlias

from pydantic import BaseModel, ValidationError

from gateway.schemas.admin import AuditEntry, Chain
from gateway.schemas.fields import Page
from service_kit.errors import DomainError
from service_kit.reasons import Reason

# Asks one service for a page: cursor → entries and the cursor of the next page ("" at the end).
Ask: TypeAlias = Callable[[str], Awaitable[tuple[list[AuditEntry], str]]]


class Place(BaseModel):
    """Where to go on in one chain.

    Attributes:
        cursor: of the service's page.
        below: only entries with a lower position; None for all.
        ended: nothing follows.
    """

    cursor: str = ""
    below: int | None = None
    ended: bool = False


class Places(BaseModel):
    """A place in the merged list."""

    identity: Place = Place()
    record: Place = Place()

    @classmethod
    def read(cls, cursor: str) -> Self:
        """The place that a cursor names; the beginning for "".

        Raises:
            DomainError: INVALID_ARGUMENT CURSOR_INVALID.
        """
        if not cursor:
            return cls()
        try:
            padded = cursor + "=" * (-len(cursor) % 4)
            return cls.model_validate_json(urlsafe_b64decode(padded))
        except (ValidationError, ValueError):
            raise DomainError(Reason.CURSOR_INVALID) from None

    def cursor(self) -> str | None:
        """What names this place; None at the end."""
        if self.identity.ended and self.record.ended:
            return None
        return urlsafe_b64encode(self.model_dump_json().encode()).rstrip(b"=").decode()


@dataclass(frozen=True, slots=True)
class Found:
    """An entry, and the cursor of the page that it stands on."""

    entry: AuditEntry
    cursor: str


async def merged(asks: dict[Chain, Ask], cursor: str, *, limit: int) -> Page[AuditEntry]:
    """A page of both chains."""
    places = Places.read(cursor)
    chains: dict[Chain, Place] = {"identity": places.identity, "record": places.record}
    identity, record = await asyncio.gather(
        *(_read(asks[chain], place, limit) for chain, place in chains.items())
    )
    taken: list[Found] = []
    ahead = {"identity": identity[0], "record": record[0]}
    while len(taken) < limit and any(ahead.values()):
        # Within a chain the position decides, not the clock.
        newest = max(filter(None, ahead.values()), key=lambda left: left[0].entry.occurred_at)
        taken.append(newest.pop(0))
    following = Places(
        identity=_following("identity", places.identity, taken, identity),
        record=_following("record", places.record, taken, record),
    )
    return Page(items=[found.entry for found in taken], next_cursor=following.cursor())


async def _read(ask: Ask, place: Place, limit: int) -> tuple[list[Found], bool]:
    """Up to a page and more from a place on, and whether the chain ends with them."""
    found: list[Found] = []
    cursor, ended = place.cursor, place.ended
    while not ended and len(found) < limit:
        entries, following = await ask(cursor)
        found += [
            Found(entry, cursor)
            for entry in entries
            if place.below is None or entry.position < place.below
        ]
        cursor, ended = following, not following
    return found, ended


def _following(
    chain: Chain, place: Place, taken: list[Found], read: tuple[list[Found], bool]
) -> Place:
    left, ended = read
    own = [found for found in taken if found.entry.chain == chain]
    if own:
        place = Place(cursor=own[-1].cursor, below=own[-1].entry.position)
    elif left and place.below is None:
        # Nothing of it was shown, but the list has begun: what is written from now on is not in it.
        place = Place(cursor=place.cursor, below=left[0].entry.position + 1)
    return place.model_copy(update={"ended": ended and not left})
