"""The edge of a call: where its transaction ends and what it ended becomes known."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlmodel.ext.asyncio.session import AsyncSession

from auth_service.revocations import Announcer
from auth_service.sessions import ENDED
from service_kit.database import current_session
from service_kit.errors import DomainError


class Transactions:
    """Hands out the call's session; commits, then announces the sessions that it ended."""

    def __init__(self, announcer: Announcer) -> None:
        self._announcer = announcer

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncSession]:
        """The call's session.

        A refusal that keeps its changes commits too: what it wrote is the record of it. Any other
        error is rolled back by the server's interceptor.
        """
        session = current_session()
        try:
            yield session
        except DomainError as error:
            if error.keep_changes:
                await self._finish(session)
            raise
        await self._finish(session)

    async def _finish(self, session: AsyncSession) -> None:
        await session.commit()
        # Only now: nothing is announced that did not happen.
        await self._announcer.announce(session.info.pop(ENDED, []))
