"""A clinician's client for the public API: it does what the web client does and nothing else."""

import asyncio
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Self

import httpx
import pyotp

from local_stack.mailbox import Mailbox

CALL_SECONDS = 30
ASSESSMENT_SECONDS = 120
_TOTP_STEP_SECONDS = 30


@dataclass(frozen=True, slots=True)
class SignIn:
    """An account's sign-in.

    Attributes:
        email, password: the first factor.
        totp_secret: of the second; "" until it has been set up.
        used_step: the last 30-second step whose code was used; a code works once.
    """

    email: str
    password: str
    totp_secret: str = ""
    used_step: int = 0


class Refused(Exception):
    """The API answered with a problem document."""

    def __init__(self, answer: httpx.Response) -> None:
        request = answer.request
        super().__init__(f"{request.method} {request.url.path}: {answer.status_code} {answer.text}")
        self.status = answer.status_code
        self.reason = _reason(answer)


class Clinician:
    """One clinician, in one browser session.

    Args:
        url: address of Dermis, e.g. `http://localhost:8000`.
        mailbox: receives their mail.
        trusting: certificate authorities for an https address; None for the machine's own.
    """

    def __init__(self, url: str, mailbox: Mailbox, trusting: ssl.SSLContext | None = None) -> None:
        self.http = httpx.AsyncClient(
            base_url=f"{url}/api", timeout=CALL_SECONDS, trust_env=False, verify=trusting or True
        )
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
        """Open an account for a new clinic, and verify the address by the link in the mail."""
        before = self._mailbox.newest()
        account = {"email": known.email, "password": known.password}
        await self.call(
            "POST", "/auth/register", account | {"full_name": full_name, "clinic_name": clinic}
        )
        token = await self._mailbox.token(known.email, after=before)
        await self.call("POST", "/auth/verify-email", {"token": token})

    async def mailed_token(self, email: str) -> str:
        """The token in the newest mail to an address."""
        return await self._mailbox.token(email)

    async def sign_in(self, known: SignIn, *, keep: Callable[[SignIn], None]) -> SignIn:
        """Sign in with both factors; the second is set up if it hasn't been yet.

        Args:
            known: the account.
            keep: stores the sign-in with its new TOTP secret or step, before that is used.
        """
        account = {"email": known.email, "password": known.password}
        step = await self.call("POST", "/auth/login", account)
        if step["status"] == "two_factor_setup_required":
            return await self._enrol(known, step["enrolment_token"], keep)
        if step["status"] == "two_factor_required":
            known, code = await _next_code(known)
            keep(known)
            body = {"challenge_token": step["challenge_token"], "code": code}
            step = await self.call("POST", "/auth/verify-2fa", body)
        self._carry(step["access_token"])
        return known

    async def add_patient(self, profile: dict[str, Any]) -> str:
        """The id of a new patient."""
        made = await self.call("POST", "/patients/", profile)
        return str(made["id"])

    async def upload(
        self,
        patient_id: str,
        photo: bytes,
        *,
        key: str = "",
        name: str = "photo.jpg",
        lesion: str = "",
    ) -> httpx.Response:
        """Upload a photo; returns the raw answer, whatever it is."""
        return await self.http.post(
            f"/predict/upload/{patient_id}",
            files={"file": (name, photo, "application/octet-stream")},
            data={"lesion_id": lesion} if lesion else None,
            headers={"Idempotency-Key": key} if key else {},
        )

    async def settled(self, detection: dict[str, Any]) -> dict[str, Any]:
        """The detection once it is no longer pending, or as it is when time is up."""
        ends = time.monotonic() + ASSESSMENT_SECONDS
        while detection["status"] == "pending" and time.monotonic() < ends:
            await asyncio.sleep(0.3)
            detection = await self.call("GET", f"/detections/{detection['id']}")
        return detection

    async def overlay(self, detection_id: str) -> bytes:
        """The image with its heatmap on top, as PNG."""
        explained = await self.call("POST", f"/predict/gradcam/{detection_id}")
        picture = await self.http.get(explained["overlay_url"].removeprefix("/api"))
        if picture.is_error:
            raise Refused(picture)
        return picture.content

    async def _enrol(self, known: SignIn, token: str, keep: Callable[[SignIn], None]) -> SignIn:
        self._carry(token)
        setup = await self.call("POST", "/users/me/2fa/setup", {"password": known.password})
        known, code = await _next_code(replace(known, totp_secret=setup["secret"], used_step=0))
        keep(known)
        confirmed = await self.call("POST", "/users/me/2fa/confirm", {"code": code})
        self._carry(confirmed["tokens"]["access_token"])
        return known

    def _carry(self, token: str) -> None:
        self.http.headers["Authorization"] = f"Bearer {token}"


async def _next_code(known: SignIn) -> tuple[SignIn, str]:
    """An unused code, and the sign-in that remembers its step.

    One step ahead of the clock is accepted (RFC 6238, 5.2), so a second sign-in can follow at once;
    a third has to wait.
    """
    while known.used_step > int(time.time()) // _TOTP_STEP_SECONDS:
        await asyncio.sleep(0.5)
    step = max(int(time.time()) // _TOTP_STEP_SECONDS, known.used_step + 1)
    code = pyotp.TOTP(known.totp_secret).at(step * _TOTP_STEP_SECONDS)
    return replace(known, used_step=step), code


def _reason(answer: httpx.Response) -> str:
    try:
        return str(answer.json()["reason"])
    except (ValueError, KeyError, TypeError):
        return ""
