"""The whole system, real in every part, started once for all tests that cross services."""

import asyncio
import itertools
import json
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest

from gateway.settings import RATE_LIMITS
from local_stack.admin_account import admin_account
from local_stack.api_client import Clinician, SignIn
from local_stack.mailbox import Mailbox
from local_stack.stack import Stack, running
from tests.engineer import Engineer

LIVE_SECONDS = 120
_NUMBERS = itertools.count(1)

# The tests are one address that registers many clinics and tries many tokens.
SETTINGS = {
    "auth_service": {"ACCESS_TOKEN_SECONDS": "3600", "MAILS_PER_HOUR_BY_ADDRESS": "10000"},
    # Just longer than the longest prediction.
    "follower": {"DRAIN_SECONDS": "9"},
    "gateway": {
        # A busy machine may stop all parts for longer than a clinic would wait.
        "CALL_SECONDS": "60",
        "RATE_LIMITS": json.dumps(
            # Also of what Schemathesis calls.
            dict.fromkeys(RATE_LIMITS, "100000/minute")
        ),
    },
}

NewClinician = Callable[[], Awaitable[Clinician]]


@pytest.fixture(scope="session")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    async with running(tmp_path_factory.mktemp("stack"), settings=SETTINGS) as started:
        await until_model_is_live(started)
        yield started


@pytest.fixture(scope="session")
def mailbox(stack: Stack) -> Mailbox:
    return Mailbox(stack.mails)


@pytest.fixture(scope="session")
async def new_clinician(stack: Stack, mailbox: Mailbox) -> AsyncIterator[NewClinician]:
    """Makes signed-in clinicians, each with a clinic of their own."""
    async with AsyncExitStack() as opened:

        async def make() -> Clinician:
            clinician = await opened.enter_async_context(Clinician(stack.url, mailbox))
            known = new_sign_in()
            await clinician.register(known, full_name="Noor Haddad", clinic="Harbour Dermatology")
            await clinician.sign_in(known, keep=_forget)
            return clinician

        yield make


@pytest.fixture(scope="session")
async def clinician(new_clinician: NewClinician) -> Clinician:
    return await new_clinician()


@pytest.fixture
async def patient(clinician: Clinician) -> str:
    """The id of a patient whom no other test knows."""
    return await clinician.add_patient(profile())


@pytest.fixture(scope="session")
async def engineer(
    stack: Stack, mailbox: Mailbox, tmp_path_factory: pytest.TempPathFactory
) -> Engineer:
    """Somebody who is signed in by the command, as the administrator of the installation."""
    admin = await admin_account(stack)
    async with Clinician(stack.url, mailbox) as browser:
        # Sets up the second factor, as the web page does.
        known = await browser.sign_in(SignIn(admin.email, admin.password), keep=lambda _: None)
    engineer = Engineer(tmp_path_factory.mktemp("engineer"), stack)
    engineer.environment |= {
        "DERMIS_EMAIL": known.email,
        "DERMIS_PASSWORD": known.password,
        "DERMIS_TOTP_SECRET": known.totp_secret,
    }
    await engineer.run("sign-in")
    for name in ("DERMIS_EMAIL", "DERMIS_PASSWORD", "DERMIS_TOTP_SECRET"):
        del engineer.environment[name]
    return engineer


def new_sign_in() -> SignIn:
    return SignIn(f"noor{next(_NUMBERS)}@harbour.example", secrets.token_urlsafe(18))


def profile() -> dict[str, Any]:
    return {
        "record_number": f"T-{next(_NUMBERS):05d}",
        "full_name": "Ingrid Solheim",
        "birth_date": "1957-08-14",
        "sex": "female",
    }


async def until_model_is_live(stack: Stack) -> None:
    async with asyncio.timeout(LIVE_SECONDS), Clinician(stack.url, Mailbox(stack.mails)) as anyone:
        while True:
            answer = await anyone.http.get("/readyz")
            if answer.json()["dependencies"]["torchserve"] == "ok":
                return
            await asyncio.sleep(0.2)


def _forget(_: SignIn) -> None:
    """No second start comes that would need the sign-in."""
