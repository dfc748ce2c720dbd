"""Whatever is sent, in whatever role: no server error, and no answer that isn't described."""

import os
import secrets
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest

from local_stack.api_client import Clinician, Refused, SignIn
from local_stack.mailbox import Mailbox
from local_stack.stack import Stack
from tests.api_fuzz import roles
from tests.api_fuzz.schemathesis_run import run

# A short run sends the same each time, so that it fails for a change and not by chance; `make fuzz`
# gives it longer, and sends something else each time.
ASKED_SECONDS = os.environ.get("API_FUZZ_SECONDS")
SECONDS = int(ASKED_SECONDS or "20")
SEED = None if ASKED_SECONDS else 1
ROLES = (roles.NOBODY, roles.FOUNDER, roles.ADMINISTRATOR, roles.ML_ENGINEER)


@pytest.fixture(scope="module")
async def tokens(stack: Stack) -> AsyncIterator[dict[str, str]]:
    async with roles.tokens(stack) as found:
        yield found
    await _withdraw_what_was_put_beside_the_live_model(stack)


@pytest.mark.timeout(4 * SECONDS + 300)
@pytest.mark.parametrize("stateful", [False, True], ids=["each operation", "along links"])
@pytest.mark.parametrize("role", ROLES)
async def test_every_answer_is_one_that_the_api_describes(
    stack: Stack, tokens: dict[str, str], tmp_path: Path, role: str, stateful: bool
) -> None:
    done = await run(
        f"{stack.url}/api",
        tokens[role],
        seconds=SECONDS,
        stateful=stateful,
        folder=tmp_path,
        seed=SEED,
    )
    sys.stdout.write(done.said)
    assert done.passed


async def _withdraw_what_was_put_beside_the_live_model(stack: Stack) -> None:
    """Leave the models to the next tests as they were found.

    A new administrator does it: what was sent may have signed out or locked the others.
    """
    known = SignIn(f"last{secrets.token_hex(4)}@dermis.example", secrets.token_urlsafe(18))
    await stack.create_admin(known.email, known.password)
    async with Clinician(stack.url, Mailbox(stack.mails)) as admin:
        await admin.sign_in(known, keep=lambda _: None)
        with suppress(Refused):
            await admin.call("POST", "/admin/models/withdraw", {"why": "the test is over"})
