"""Photos at a fixed rate, whatever their answers take: what releases and faults are tried under."""

import asyncio
import itertools
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx

from local_stack.api_client import Clinician
from local_stack.mailbox import Mailbox
from local_stack.stack import Stack
from tests import photos
from tests.conftest import SETTINGS, new_sign_in, until_model_is_live

PHOTOS_A_SECOND = 20
DIFFERENT_PHOTOS = 100
# One clinician here sends what a clinic's staff does together: more than one account may.
UNLIMITED = dict.fromkeys(("register", "login", "two-factor", "upload"), "1000000/minute")
STACK_SETTINGS = SETTINGS | {"gateway": {"RATE_LIMITS": json.dumps(UNLIMITED)}}
# The bench's own limits of patience; the gateway's answer comes long before.
UPLOAD_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Answer:
    """One upload.

    Attributes:
        at: when it was sent, by the monotonic clock.
        seconds: until it was answered.
        status: of HTTP; 0 where no answer came.
        detection: its id, once the photo is stored.
        version: the model's, where it has answered.
        retry_after: whether it was said when to come again.
    """

    at: float
    seconds: float
    status: int
    detection: str = ""
    version: str = ""
    retry_after: bool = False


@asynccontextmanager
async def clinician_at_work(stack: Stack) -> AsyncIterator[Clinician]:
    """A signed-in clinician of a new clinic, once the model is live."""
    await until_model_is_live(stack)
    async with Clinician(stack.url, Mailbox(stack.mails)) as clinician:
        known = new_sign_in()
        await clinician.register(known, full_name="Noor Haddad", clinic="Harbour Dermatology")
        await clinician.sign_in(known, keep=lambda _: None)
        yield clinician


class Load:
    """Uploads at a fixed rate, whatever the answers take (an open loop).

    Args:
        clinician: signed in.
        patient: whose photos they are.
        a_second: photos.
    """

    def __init__(
        self, clinician: Clinician, patient: str, a_second: float = PHOTOS_A_SECOND
    ) -> None:
        self._clinician = clinician
        self._patient = patient
        self._a_second = a_second
        self._photos = itertools.cycle([photos.unique() for _ in range(DIFFERENT_PHOTOS)])
        self._sent: set[asyncio.Task[None]] = set()
        self.answers: list[Answer] = []

    async def run(self) -> None:
        """Send until cancelled; then wait for what is under way."""
        beginning = time.monotonic()
        try:
            for number in itertools.count():
                await asyncio.sleep(beginning + number / self._a_second - time.monotonic())
                task = asyncio.create_task(self._send(next(self._photos)))
                self._sent.add(task)
                task.add_done_callback(self._sent.discard)
        finally:
            await asyncio.gather(*self._sent)

    async def _send(self, photo: bytes) -> None:
        at = time.monotonic()
        try:
            answer = await self._clinician.http.post(
                f"/predict/upload/{self._patient}",
                files={"file": ("photo.png", photo, "image/png")},
                timeout=UPLOAD_SECONDS,
            )
        except httpx.HTTPError:
            self.answers.append(Answer(at, time.monotonic() - at, 0))
            return
        detection = answer.json() if answer.is_success else {}
        self.answers.append(
            Answer(
                at,
                time.monotonic() - at,
                answer.status_code,
                detection.get("id", ""),
                (detection.get("model") or {}).get("version", ""),
                "retry-after" in answer.headers,
            )
        )
