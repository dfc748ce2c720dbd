"""A clinician's client of the public API, doing what the web client does and nothing else."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Self

import httpx
import pyotp

from local_stack.mailbox import Mailbox

CALL_SECONDS = 30
DIAGNOSIS_SECONDS = 60
_TOTP_STEP_SECONDS = 30


@dataclass(frozen=True, slots=True)
class SignIn:
    """How somebody signs in; the TOTP secret is "" until the second factor is set up."""

    email: str
    password: str
    totp_secret: str = ""


class Refused(Exception):
    """The API answered with a problem document."""

    def __init__(self, answer: httpx.Response) -> None:
        request = answer.request
        super().__init__(f"{request.method} {request.url.path}: {answer.status_code} {answer.text}")
        self.status = answer.status_code


class Clinician:
    """One clinician at one browser.

    Args:
        url: where Dermis is open, e.g. `http://localhost:8000`.
        mailbox: where the mails to them arrive.
    """

    def __init__(self, url: str, mailbox: Mailbox) -> None:
        self.http = httpx.AsyncClient(base_url=f"{url}/api", timeout=CALL_SECONDS, trust_env=False)
        self._mailbox = mailbox

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.http.aclose()

    async def call(self, method: str, path: str, body: object = None) -> Any:
        """The decoded answer; None where it has no body.

        Raises:
            Refused: it was refused.
        """
        answer = await self.http.request(method, path, json=body)
        if answer.is_error:
            raise Refused(answer)
        return answer.json() if answer.content else None

    async def register(self, known: SignIn, *, full_name: str, clinic: str) -> None:
        """Open an account for a new clinic and prove the address by the link in the mail."""
        before = self._mailbox.newest()
        account = {"email": known.email, "password": known.password}
        await self.call(
            "POST", "/auth/register", account | {"full_name": full_name, "clinic_name": clinic}
        )
        token = await self._mailbox.token(known.email, after=before)
        await self.call("POST", "/auth/verify-email", {"token": token})

    async def sign_in(self, known: SignIn, *, keep: Callable[[SignIn], None]) -> SignIn:
        """Sign in with both factors; the second is set up where it is not yet.

        Args:
            known: the account.
            keep: takes the sign-in with its new TOTP secret before that counts.
        """
        account = {"email": known.email, "password": known.password}
        step = await self.call("POST", "/auth/login", account)
        if step["status"] == "two_factor_setup_required":
            return await self._enrol(known, step["enrolment_token"], keep)
        if step["status"] == "two_factor_required":
            step = await self._second_step(known, step["challenge_token"])
        self._carry(step["access_token"])
        return known

    async def add_patient(self, profile: dict[str, Any]) -> str:
        """The id of a new patient."""
        made = await self.call("POST", "/patients/", profile)
        return str(made["id"])

    async def upload(
        self, patient_id: str, photo: bytes, *, key: str = "", name: str = "photo.jpg"
    ) -> httpx.Response:
        """Upload a photo; the raw answer, whatever it is."""
        return await self.http.post(
            f"/predict/upload/{patient_id}",
            files={"file": (name, photo, "application/octet-stream")},
            headers={"Idempotency-Key": key} if key else {},
        )

    async def settled(self, detection: dict[str, Any]) -> dict[str, Any]:
        """The detection once it is no longer pending, or as it is when the time is over."""
        ends = time.monotonic() + DIAGNOSIS_SECONDS
        while detection["status"] == "pending" and time.monotonic() < ends:
            await asyncio.sleep(0.3)
            detection = await self.call("GET", f"/detections/{detection['id']}")
        return detection

    async def overlay(self, detection_id: str) -> bytes:
        """The photo under its heatmap, a PNG."""
        explained = await self.call("POST", f"/predict/gradcam/{detection_id}")
        picture = await self.http.get(explained["overlay_url"].removeprefix("/api"))
        if picture.is_error:
            raise Refused(picture)
        return picture.content

    async def _enrol(self, known: SignIn, token: str, keep: Callable[[SignIn], None]) -> SignIn:
        self._carry(token)
        setup = await self.call("POST", "/users/me/2fa/setup", {"password": known.password})
        enrolled = replace(known, totp_secret=setup["secret"])
        keep(enrolled)
        code = pyotp.TOTP(enrolled.totp_secret).now()
        confirmed = await self.call("POST", "/users/me/2fa/confirm", {"code": code})
        self._carry(confirmed["tokens"]["access_token"])
        return enrolled

    async def _second_step(self, known: SignIn, challenge: str) -> Any:
        """Answer the challenge; a code used a moment ago is followed by the next one."""
        totp = pyotp.TOTP(known.totp_secret)
        body = {"challenge_token": challenge, "code": totp.now()}
        try:
            return await self.call("POST", "/auth/verify-2fa", body)
        except Refused as refused:
            if refused.status != 401:
                raise
        # RFC 6238, 5.2: a step of drift is accepted, so the next code counts already.
        body["code"] = totp.at(int(time.time()) + _TOTP_STEP_SECONDS)
        return await self.call("POST", "/auth/verify-2fa", body)

    def _carry(self, token: str) -> None:
        self.http.headers["Authorization"] = f"Bearer {token}"
