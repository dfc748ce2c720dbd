"""Who tries the API: one account for each role, signed in, with something to find."""

import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

from local_stack.api_client import Clinician, SignIn
from local_stack.mailbox import Mailbox
from local_stack.stack import Stack
from tests.conftest import new_sign_in, profile
from tests.photos import malignant

NOBODY = "nobody"
FOUNDER, ADMINISTRATOR, ML_ENGINEER = "founder of a clinic", "administrator", "ML engineer"


@asynccontextmanager
async def tokens(stack: Stack) -> AsyncIterator[dict[str, str]]:
    """An access token for each role; empty for nobody's."""
    mailbox = Mailbox(stack.mails)
    async with AsyncExitStack() as opened:

        async def person() -> Clinician:
            return await opened.enter_async_context(Clinician(stack.url, mailbox))

        founder, admin, engineer = [await person() for _ in range(3)]
        await _registered(founder)
        patient = await founder.add_patient(profile())
        await founder.upload(patient, malignant())

        chief = SignIn(f"chief{secrets.token_hex(4)}@dermis.example", secrets.token_urlsafe(18))
        await stack.create_admin(chief.email, chief.password)
        await admin.sign_in(chief, keep=_forget)

        known = await _registered(engineer)
        me = await engineer.call("GET", "/users/me")
        await admin.call("PATCH", f"/admin/users/{me['id']}", {"role": "ml_engineer"})
        await engineer.sign_in(known, keep=_forget)
        yield {
            NOBODY: "",
            FOUNDER: _token(founder),
            ADMINISTRATOR: _token(admin),
            ML_ENGINEER: _token(engineer),
        }


async def _registered(person: Clinician) -> SignIn:
    known = new_sign_in()
    await person.register(known, full_name="Noor Haddad", clinic="Harbour Dermatology")
    kept: list[SignIn] = []
    await person.sign_in(known, keep=kept.append)
    return replace(kept[-1])


def _token(person: Clinician) -> str:
    return str(person.http.headers["Authorization"]).removeprefix("Bearer ")


def _forget(_: SignIn) -> None:
    """Nobody signs in with it again."""
