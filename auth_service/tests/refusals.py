"""How tests ask for a refusal."""

from collections.abc import Awaitable
from typing import Any

import pytest

from service_kit.errors import DomainError


async def refusal(call: Awaitable[Any]) -> str:
    """The reason with which a call is refused."""
    with pytest.raises(DomainError) as error:
        await call
    return error.value.reason
