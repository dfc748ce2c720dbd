"""A clinician at a system of its own, some of whose settings differ."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from local_stack.api_client import Clinician, SignIn
from local_stack.mailbox import Mailbox
from local_stack.stack import Stack, running
from tests.conftest import SETTINGS, new_sign_in, profile, until_model_is_live
from tests.photos import unique

RECOVERY_SECONDS = 120


@dataclass
class Clinic:
    """A running system with one clinician and one patient.

    Attributes:
        known: how the clinician signs in.
    """

    stack: Stack
    clinician: Clinician
    patient: str
    known: SignIn

    async def stored(self) -> int:
        """How many photos the patient has."""
        found = await self.clinician.call("GET", f"/patients/{self.patient}/images")
        return len(found["items"])

    async def until_uploads_work(self) -> httpx.Response:
        """Nobody touches anything: the system recovers by itself."""
        async with asyncio.timeout(RECOVERY_SECONDS):
            while True:
                answer = await self.clinician.upload(self.patient, unique())
                if answer.is_success:
                    return answer
                await asyncio.sleep(0.5)


@asynccontextmanager
async def clinic(folder: Path, settings: Mapping[str, dict[str, str]]) -> AsyncIterator[Clinic]:
    """Start a system in which `settings` differ, by service."""
    differing = {
        name: SETTINGS.get(name, {}) | settings.get(name, {}) for name in {*SETTINGS, *settings}
    }
    async with running(folder, settings=differing) as stack:
        await until_model_is_live(stack)
        async with Clinician(stack.url, Mailbox(stack.mails)) as clinician:
            known = [new_sign_in()]
            await clinician.register(known[0], full_name="Noor Haddad", clinic="Harbour")
            await clinician.sign_in(known[0], keep=lambda newest: known.__setitem__(0, newest))
            patient = await clinician.add_patient(profile())
            yield Clinic(stack, clinician, patient, known[0])
