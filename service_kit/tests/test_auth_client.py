"""What services ask of auth_service, and how often."""

import asyncio
from typing import Any

import grpc
import pytest

from service_kit.auth_client import RemoteKeys
from service_kit.errors import DomainError


class Away:
    """An auth_service that does not answer in time."""

    def __init__(self) -> None:
        self.asked = 0

    async def GetSigningKeys(self, _: Any, **__: Any) -> Any:
        self.asked += 1
        await asyncio.sleep(0.1)
        raise grpc.aio.AioRpcError(
            grpc.StatusCode.DEADLINE_EXCEEDED, grpc.aio.Metadata(), grpc.aio.Metadata()
        )


async def test_while_auth_service_is_away_a_hundred_callers_wait_for_one_answer() -> None:
    auth = Away()
    keys = RemoteKeys(auth)  # type: ignore[arg-type]  # the one call that is made
    answers = await asyncio.gather(*(keys.key("k") for _ in range(100)), return_exceptions=True)
    assert auth.asked == 1
    assert all(isinstance(answer, DomainError | grpc.aio.AioRpcError) for answer in answers)
    with pytest.raises(grpc.aio.AioRpcError):
        await keys.key("later")
    assert auth.asked == 2
